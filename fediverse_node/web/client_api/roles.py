"""Mastodon's Role: what somebody may do for the server, as apps want to know it."""

from __future__ import annotations

from typing import Any, Final

from fediverse_node.accounts.model import Role

#: Mastodon's bits for what the admin API here offers: reports, servers, people, and who may come in.
_MODERATES: Final = (1 << 4) | (1 << 5) | (1 << 10) | (1 << 18)
#: Under Mastodon's own numbers, which apps know.
_ROLES: Final[dict[Role | None, tuple[str, str, int]]] = {
    None: ("-99", "", 0),
    "moderator": ("1", "Moderator", _MODERATES),
    "owner": ("3", "Owner", _MODERATES),
}


def role_entity(role: Role | None) -> dict[str, Any]:
    """Role."""
    id_, name, permissions = _ROLES[role]
    return {"id": id_, "name": name, "color": "", "permissions": str(permissions), "highlighted": False}
