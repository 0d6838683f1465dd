"""The ways in which a request can be signed, and in which order they are tried (double knocking).

Draft-cavage first, as everybody reads it; RFC 9421 where that was refused, or where a server said or
showed that it reads it. Never both in one request: they share the name of a header.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from fediverse_node.peers.model import Signing
from fediverse_node.signatures import cavage, rfc9421
from fediverse_node.signatures.base import HttpMessage, KeyKind, SigningKey

#: How a server says that it did not understand the signature. A 403 understood it, and says no.
NOT_UNDERSTOOD: Final = frozenset({400, 401})
DEFAULT: Final[Signing] = "cavage"

_ORDER: Final[dict[Signing, tuple[Signing, Signing]]] = {
    "cavage": ("cavage", "rfc9421"),
    "rfc9421": ("rfc9421", "cavage"),
    "ed25519": ("ed25519", "cavage"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Knock:
    """One attempt to be understood: a way, and the key for it."""

    way: Signing
    key: SigningKey = field(repr=False)

    def sign(self, message: HttpMessage, now: datetime) -> dict[str, str]:
        """The headers to add to *message*. RSA takes 0.3 ms and more: call it off the event loop."""
        scheme = cavage if self.way == "cavage" else rfc9421
        return dict(scheme.sign(message, self.key, now=now))


def order(habit: Signing) -> tuple[Signing, Signing]:
    """What to try first with a server that last accepted *habit*, and what then."""
    return _ORDER[habit]


def kind_of(way: Signing) -> KeyKind:
    """The kind of key that *way* signs with."""
    return "ed25519" if way == "ed25519" else "rsa"
