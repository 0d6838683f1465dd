"""The digest that binds a body to the signature over the headers.

`Digest: SHA-256=…` (RFC 3230, used with draft-cavage) and `Content-Digest: sha-256=:…:`
(RFC 9530, used with RFC 9421). SHA-256 and SHA-512 are believed, nothing else.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from functools import lru_cache
from typing import cast

import http_sf

from fediverse_node.signatures.base import HttpMessage, encode_base64, refuse

_ALGORITHMS: dict[str, Callable[[bytes], bytes]] = {
    "sha-256": lambda body: hashlib.sha256(body).digest(),
    "sha-512": lambda body: hashlib.sha512(body).digest(),
}


# One post goes to many inboxes, and each of them is sent the same bytes.
@lru_cache(maxsize=8)
def digest_of(body: bytes) -> str:
    """The value of `Digest` for *body*. In capitals: Threads and others compare the letters."""
    return f"SHA-256={encode_base64(hashlib.sha256(body).digest())}"


def content_digest_of(body: bytes) -> str:
    """The value of `Content-Digest` for *body*."""
    return f"sha-256=:{encode_base64(hashlib.sha256(body).digest())}:"


def check_digests(message: HttpMessage) -> None:
    """Compare the body with each digest header the message has; none is fine here.

    Both kinds are compared, signed or not: two digests that disagree mean two bodies.

    Raises:
        SignatureRefused: one of the digests is wrong or unreadable, the header comes twice, or
            there are only algorithms that are not believed.
    """
    if message.header_values("digest"):
        _compare(_read_digest(message.covered_value("digest")), message.body)
    if message.header_values("content-digest"):
        _compare(_read_content_digest(message.covered_value("content-digest")), message.body)


def _compare(given: list[tuple[str, str]], body: bytes) -> None:
    known = [(name, value) for name, value in given if name in _ALGORITHMS]
    if not known:
        refuse("digest-missing", "The digest must be SHA-256 or SHA-512.")
    for name, value in known:
        if not hmac.compare_digest(encode_base64(_ALGORITHMS[name](body)), value):
            refuse("digest-mismatch", "The digest does not match the body.")


def _read_digest(text: str) -> list[tuple[str, str]]:
    """Pairs of algorithm, in lower case, and base64. Peers write `SHA-256` and `sha-256`."""
    parts = [part.strip(" ").partition("=") for part in text.split(",")]
    return [(name.lower(), value) for name, _, value in parts]


def _read_content_digest(text: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []

    def twice(key: str, _context: str) -> None:
        refuse("digest-mismatch", f"The digest algorithm “{key}” stands twice.")

    try:
        fields = http_sf.parse(text.encode("ascii"), tltype="dictionary", on_duplicate_key=twice)
    except http_sf.StructuredFieldError:
        refuse("digest-missing", "The Content-Digest header cannot be read.")
    for name, (value, _parameters) in cast("dict[str, tuple[object, object]]", fields).items():
        if not isinstance(value, bytes):
            refuse("digest-missing", "The Content-Digest header cannot be read.")
        found.append((name, encode_base64(value)))
    return found
