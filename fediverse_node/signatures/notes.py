"""Signed notes (C2SP signed-note): a text, and below it lines that say who signed it.

The kinds with Ed25519 only: a log's own signature (type 1), and that of a witness (type 4, see
`cosignatures`). Lines of keys we do not know are passed over, so that witnesses may add theirs.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from fediverse_node.kernel.errors import NotValid

#: Longest note that is read, in characters: one checkpoint with sixteen signatures has some 3,000.
MAX_NOTE = 1 << 16
MAX_SIGNATURES = 32
#: Signature types: what a key of this kind signs is the text itself, or a cosignature of it.
SIGNATURE: Final = 1
COSIGNATURE: Final = 4
_DASH = "\u2014 "


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteKey:
    """Who signs notes: a name, which is an address without its scheme, and an Ed25519 key (32 bytes).

    Attributes:
        kind: `SIGNATURE` or `COSIGNATURE`.
    """

    name: str
    public: bytes
    kind: int = SIGNATURE

    @property
    def id(self) -> bytes:
        """Four bytes that tell keys of one name apart."""
        return hashlib.sha256(self.name.encode() + b"\n" + self._typed).digest()[:4]

    @property
    def text(self) -> str:
        """The verifier key as people hand it on: `name+id+key`."""
        return f"{self.name}+{self.id.hex()}+{_base64(self._typed)}"

    @property
    def _typed(self) -> bytes:
        return bytes([self.kind]) + self.public


def read_key(text: str, *, kind: int = SIGNATURE) -> NoteKey:
    """A verifier key of this *kind* from `NoteKey.text`.

    Raises:
        NotValid: it is none, of another kind, or its id is not that of its key.
    """
    name, _, rest = text.strip().partition("+")
    given, _, encoded = rest.partition("+")
    data = _bytes(encoded)
    if not _is_name(name) or data is None or len(data) != 33 or data[0] != kind:
        raise NotValid(f"This is not the key of a {'log' if kind == SIGNATURE else 'witness'}.")
    key = NoteKey(name=name, public=data[1:], kind=kind)
    if key.id.hex() != given:
        raise NotValid("The id of this key is not the one that belongs to it.")
    return key


def key_of(name: str, private: Ed25519PrivateKey, *, kind: int = SIGNATURE) -> NoteKey:
    """The public side of *private* under *name*."""
    public = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return NoteKey(name=name, public=public, kind=kind)


def sign(text: str, name: str, private: Ed25519PrivateKey) -> str:
    """*text*, which ends with a newline, as a note signed by *name*.

    Raises:
        ValueError: the text cannot be that of a note.
    """
    if not text.endswith("\n") or not _is_clean(text) or not _is_name(name):
        raise ValueError("This text or name cannot be part of a note.")
    key = key_of(name, private)
    return f"{text}\n{line_of(key, private.sign(text.encode()))}"


def line_of(key: NoteKey, signature: bytes) -> str:
    """The line below a note with a *signature* of *key*."""
    return f"{_DASH}{key.name} {_base64(key.id + signature)}\n"


def open_note(note: str, key: NoteKey) -> str:
    """The text of *note*, once *key* is seen to have signed it.

    Raises:
        NotValid: it is no note, or *key* did not sign it, or a signature in its name does not hold.
    """
    text, known = signatures_of(note, key)
    if not known:
        raise NotValid("This note is not signed by the key that was expected.")
    public = Ed25519PublicKey.from_public_bytes(key.public)
    try:
        for signature in known:
            public.verify(signature, text.encode())
    except InvalidSignature as error:
        raise NotValid("The signature of this note does not hold.") from error
    return text


def signatures_of(note: str, key: NoteKey) -> tuple[str, list[bytes]]:
    """The text of *note*, and what its lines in the name of *key* hold; nothing of it is believed yet.

    Raises:
        NotValid: it is no note.
    """
    text, found = signatures(note)
    return text, [signature[4:] for name, signature in found if (name, signature[:4]) == (key.name, key.id)]


def signatures(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    """The text of *note*, and of each line below it the name and the rest: four bytes of key id, signature.

    Raises:
        NotValid: it is no note.
    """
    head, blank, tail = note.rpartition("\n\n")
    if len(note) > MAX_NOTE or not _is_clean(note) or not blank or not tail.endswith("\n"):
        raise NotValid("This is not a signed note.")
    lines = tail[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise NotValid("This note has too many signatures.")
    return f"{head}\n", [_signature(line) for line in lines]


def _signature(line: str) -> tuple[str, bytes]:
    name, _, encoded = line.removeprefix(_DASH).partition(" ")
    data = _bytes(encoded)
    if not line.startswith(_DASH) or not _is_name(name) or data is None or len(data) < 5:
        raise NotValid("A signature line of this note cannot be read.")
    return name, data


def _is_name(name: str) -> bool:
    return bool(name) and "+" not in name and not any(character.isspace() for character in name)


def _is_clean(text: str) -> bool:
    return all(character >= " " or character == "\n" for character in text)


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _bytes(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
