"""Seals what nobody should read from a copy of the database: the private keys of those who live here.

AES-256-GCM with a key that only the configuration holds. What a value is about is bound to it, so that one
cannot be put in the place of another. A sealed value names the key it was sealed with, by a part of
that key's hash, so that keys can be replaced one value at a time.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
from collections.abc import Sequence
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from fediverse_node.kernel.errors import NotValid

#: Bytes of a key.
KEY_BYTES: Final = 32
#: What every sealed value begins with; no PEM does.
MARK: Final = "sealed:1:"
_NONCE_BYTES: Final = 12


class Vault:
    """Seals with the first of *keys* and opens with any; without keys everything stays as it is.

    Raises:
        NotValid: a key has another length than `KEY_BYTES`.
    """

    def __init__(self, keys: Sequence[bytes] = ()) -> None:
        if any(len(key) != KEY_BYTES for key in keys):
            raise NotValid(f"A sealing key has {KEY_BYTES} bytes.")
        self._ciphers = {_name(key): AESGCM(key) for key in keys}
        self._first = _name(keys[0]) if keys else None

    def __repr__(self) -> str:
        """Without the keys."""
        return f"Vault({len(self._ciphers)} keys)"

    @property
    def prefix(self) -> str | None:
        """What begins every value that is sealed with the first key; None without keys."""
        return None if self._first is None else f"{MARK}{self._first}:"

    @property
    def prefixes(self) -> tuple[str, ...]:
        """What begins the sealed values that can be opened."""
        return tuple(f"{MARK}{name}:" for name in self._ciphers)

    def seal(self, secret: str, *, about: str) -> str:
        """*secret*, unreadable without the key. *about* has to be said again to open it."""
        if self._first is None:
            return secret
        nonce = os.urandom(_NONCE_BYTES)
        hidden = nonce + self._ciphers[self._first].encrypt(nonce, secret.encode(), about.encode())
        return f"{self.prefix}{base64.b64encode(hidden).decode()}"

    def open(self, stored: str, *, about: str) -> str:
        """What was sealed; what never was comes back as it is.

        Raises:
            NotValid: the key is not here, or the value was changed or belongs to something else.
        """
        if not stored.startswith(MARK):
            return stored
        name, _, text = stored.removeprefix(MARK).partition(":")
        cipher = self._ciphers.get(name)
        if cipher is None:
            raise NotValid(
                "This was sealed with a key that [secrets] does not hold.", detail=f"key {name[:16]}"
            )
        try:
            hidden = base64.b64decode(text, validate=True)
            return cipher.decrypt(hidden[:_NONCE_BYTES], hidden[_NONCE_BYTES:], about.encode()).decode()
        except (InvalidTag, binascii.Error, ValueError) as error:
            raise NotValid("A sealed value was changed.", detail=about[:200]) from error


def _name(key: bytes) -> str:
    """By what a key is named; the hash of 32 random bytes gives nothing of them away."""
    return hashlib.sha256(b"fediverse-node sealing key\n" + key).hexdigest()[:16]


#: Of a server whose operator gave no key.
NO_VAULT: Final = Vault()
