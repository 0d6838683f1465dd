"""Addresses of copies, signed: what we did not offer ourselves, we do not fetch for strangers (DOS-16)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re

from fediverse_node.kernel.errors import NotFound
from fediverse_node.kernel.urls import MAX_URL

#: Where copies are, below the origin.
PREFIX = "/media/proxy/"
_OWNER = re.compile(r"e|[acp][1-9][0-9]{0,18}", re.ASCII)
#: Bytes of the signature: 2^96 tries to hit one address.
_LENGTH = 12


class Signer:
    """Signs addresses of copies, and knows its own.

    Args:
        secret: the key, as it stands in the database.
    """

    def __init__(self, secret: str) -> None:
        self._key = secret.encode()

    @property
    def tag(self) -> str:
        """A name for this node's part of a folder that another node may use, too."""
        return hashlib.sha256(b"folder " + self._key).hexdigest()[:16]

    def path(self, owner: str, url: str) -> str:
        """The path of the copy of *url* that belongs to *owner*."""
        return f"{PREFIX}{self._sign(owner, url)}/{owner}/{_encode(url.encode())}"

    def open(self, signature: str, owner: str, encoded: str) -> str:
        """The address that a path names.

        Raises:
            NotFound: we did not sign it.
        """
        try:
            url = base64.b64decode(
                encoded + "=" * (-len(encoded) % 4), altchars=b"-_", validate=True
            ).decode()
        except (binascii.Error, ValueError):
            raise NotFound from None
        made = self._sign(owner, url)
        if not _OWNER.fullmatch(owner) or not hmac.compare_digest(made.encode(), signature.encode()):
            raise NotFound
        # One address for each copy: encodings that mean the same would be fetched anew.
        if _encode(url.encode()) != encoded or len(url) > MAX_URL:
            raise NotFound
        return url

    def _sign(self, owner: str, url: str) -> str:
        return _encode(hmac.digest(self._key, f"{owner} {url}".encode(), "sha256")[:_LENGTH])


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
