"""What is tried with each peer, and why the rest is not. FEDERATION.md shows it; a test compares them."""

from __future__ import annotations

from typing import Final

SCENARIOS: Final = (
    "discover",
    "follow",
    "accept",
    "note",
    "reply",
    "mention",
    "edit",
    "delete",
    "like",
    "boost",
    "undo like",
    "undo boost",
    "unfollow",
    "block",
    "report",
    "move",
    "poll",
    "profile update",
    "key rotation",
)

FEDIFY: Final = "@fedify/fedify"
BOTS: Final = "@evanp/activitypub-bot"
PASTURE: Final = "fediverse-pasture"

#: By peer, the reason for what is not tried.
NOT_TRIED: Final[dict[str, str]] = {
    FEDIFY: "they find our people by address, not by handle; reports"
    " only go to them; no account of theirs moves to this server",
    BOTS: "no bot does the rest, or only with a library that is not to be had (tests/peers/bots)",
    PASTURE: "it signs, checks signatures and stores; it does nothing about an activity",
}
