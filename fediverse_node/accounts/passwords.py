"""Passwords: Argon2id, 19 MiB, two passes (OWASP's figure for small machines).

Both functions take tens of milliseconds: call them in a thread.
"""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from fediverse_node.kernel.errors import NotValid

MIN_LENGTH = 12
MAX_LENGTH = 256


def hash_password(password: str) -> str:
    """The Argon2id hash to store.

    Raises:
        NotValid: shorter than 12 or longer than 256 characters.
    """
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        raise NotValid(f"A password has {MIN_LENGTH} to {MAX_LENGTH} characters.")
    return _hasher().hash(password)


def check_password(password: str, stored: str) -> bool:
    """Whether *password* is the one that was stored. Never raises."""
    try:
        return _hasher().verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


def _hasher() -> PasswordHasher:
    return PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
