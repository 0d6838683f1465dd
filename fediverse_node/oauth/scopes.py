"""What an app may be allowed: Mastodon's scopes, and those of FEP-d8c2."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from fediverse_node.kernel.errors import NotValid

#: The scopes there are (Mastodon's), without their finer forms.
TOP_SCOPES: Final = frozenset({"read", "write", "follow", "push", "profile"})
_FINE: Final = {
    "read": (
        "accounts", "blocks", "bookmarks", "collections", "favourites", "filters", "follows", "lists",
        "mutes", "notifications", "search", "statuses",
    ),
    "write": (
        "accounts", "blocks", "bookmarks", "collections", "conversations", "favourites", "filters",
        "follows", "lists", "media", "mutes", "notifications", "reports", "statuses",
    ),
}  # fmt: skip
#: What looks after the server. No other scope holds one of these (OAU-10), and only those who do look after
#: it can grant them.
ADMIN_TOPS: Final = frozenset({"admin:read", "admin:write"})
_ADMIN_FINE: Final = ("accounts", "domain_allows", "domain_blocks", "reports")
ADMIN: Final = ADMIN_TOPS | {f"{top}:{fine}" for top in ADMIN_TOPS for fine in _ADMIN_FINE}
_ORDINARY: Final = TOP_SCOPES | {f"{top}:{fine}" for top, names in _FINE.items() for fine in names}
#: Everything a registered app may ask for.
KNOWN: Final = _ORDINARY | ADMIN
#: Activities about what the app itself hosts, and nothing else (FEP-d8c2).
SAME_ORIGIN: Final = "write:sameorigin"
#: What an app that describes itself may ask for.
DESCRIBED: Final = (*sorted(_ORDINARY), SAME_ORIGIN)
#: What the old scope `follow` stands for (Mastodon's OAuth scopes page).
FOLLOW: Final = frozenset({"follows", "blocks", "mutes"})
#: What an app gets that asks for nothing.
DEFAULT: Final = ("read",)
_MAX_TEXT: Final = 2000


def split(text: str) -> tuple[str, ...]:
    """The scopes in *text*, each once, in their order.

    Between them are blanks; some apps write `+`, also where it stands for nothing else.

    Raises:
        NotValid: it is longer than all there are.
    """
    if len(text) > _MAX_TEXT:
        raise NotValid("There are not so many scopes.")
    return tuple(dict.fromkeys(text.replace("+", " ").split()))


def require_known(wanted: Iterable[str]) -> None:
    """Refuse scopes that do not exist.

    Raises:
        NotValid: naming them.
    """
    unknown = [scope for scope in wanted if scope not in KNOWN]
    if unknown:
        raise NotValid(f"There is no scope “{' '.join(unknown)[:200]}” here.")


def of_people(wanted: Iterable[str]) -> tuple[str, ...]:
    """Those of *wanted* that anybody can grant: all but what looks after the server."""
    return tuple(scope for scope in wanted if scope not in ADMIN)


def covers(granted: Iterable[str], scope: str) -> bool:
    """Whether whoever has *granted* has *scope*: itself, its plain form, or the older one."""
    have = frozenset(granted)
    top, _, fine = scope.partition(":")
    if scope in ADMIN:
        return scope in have or scope.rpartition(":")[0] in have
    if scope == SAME_ORIGIN:
        return bool({SAME_ORIGIN, "write"} & have)
    return scope in have or top in have or ("follow" in have and top in _FINE and fine in FOLLOW)


def all_covered(granted: Iterable[str], wanted: Iterable[str]) -> bool:
    """Whether *wanted* goes nowhere beyond *granted* (OAU-10)."""
    have = tuple(granted)
    return all(covers(have, scope) for scope in wanted)
