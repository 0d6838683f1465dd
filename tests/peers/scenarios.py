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
    "quote",
    "emoji reaction",
    "secure mode",
    "followers synchronisation",
)

FEDIFY: Final = "@fedify/fedify"
BOTS: Final = "@evanp/activitypub-bot"
PASTURE: Final = "fediverse-pasture"

#: By peer, the reason for what is not tried.
NOT_TRIED: Final[dict[str, str]] = {
    FEDIFY: "it has its list of followers compared, and compares none itself",
    BOTS: "bots do not move, ask or vote; their profiles and keys never change; their blocks are not sent",
    PASTURE: "it signs, checks signatures and stores; it does nothing about an activity",
}
