"""Random names and their hashes."""

from __future__ import annotations

import hashlib
import secrets

_BYTES = 32


def new_secret() -> str:
    """256 random bits, as text that fits an address."""
    return secrets.token_urlsafe(_BYTES)


def digest(secret: str) -> str:
    """What is stored of *secret*.

    A fast hash is enough: it holds 256 random bits, nothing can be guessed from it.
    """
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()
