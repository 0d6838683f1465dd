"""Values the push room hands out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal, get_args

#: What an app can be told of (Mastodon's alerts). Some of it never happens here; it may be asked for.
ALERTS: Final = (
    "mention", "quote", "status", "reblog", "follow", "follow_request", "favourite", "poll", "update",
    "quoted_update", "admin.sign_up", "admin.report",
)  # fmt: skip

#: Of whose doing: anybody's, of those the person follows, of their followers, or nobody's.
Audience = Literal["all", "followed", "follower", "none"]
AUDIENCES: Final[tuple[Audience, ...]] = get_args(Audience)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """Where messages go, and who can open them there (RFC 8291).

    Attributes:
        endpoint: an address of the push service that the app's maker or its user chose.
        p256dh: the app's public key: a point of P-256, uncompressed, 65 bytes.
        auth: the secret that the app shares with whoever may tell it something, 16 bytes.
        standard: as RFC 8291 has it; else as its fourth draft had it, which older apps expect.
    """

    endpoint: str
    p256dh: bytes
    auth: bytes = field(repr=False)
    standard: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """One app that wants to be told: at most one for each access token, and it ends with the token.

    Attributes:
        service: scheme, host and port of the endpoint.
        token: the access token itself. It is part of each message: by it apps know which of their
            accounts is meant. Stored sealed, where the operator gave a key for that.
        alerts: what of, see `ALERTS`.
        told: the last notification that is settled, be it sent or left out.
        attempts: how often in a row nothing could be sent.
        failing_since: when the first of these attempts was.
    """

    id: int
    token_id: int
    account_id: int
    actor_id: int
    recipient: Recipient
    service: str
    token: str = field(repr=False)
    alerts: frozenset[str]
    audience: Audience
    told: int
    attempts: int
    failing_since: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What an app asks for."""

    alerts: frozenset[str]
    audience: Audience
