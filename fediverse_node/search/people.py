"""People by what somebody types: a handle, an address, or how a name begins."""

from __future__ import annotations

from typing import Final

from fediverse_node.activitystreams.values import is_web_address
from fediverse_node.actors import prefixes
from fediverse_node.actors import queries as actors
from fediverse_node.actors.model import Actor
from fediverse_node.follows import acquainted
from fediverse_node.kernel.text import HASH_SIGNS, parse_handle
from fediverse_node.storage.tx import Tx

#: With less, nearly everybody begins so.
_SHORTEST: Final = 2


def known(tx: Tx, query: str, viewer_id: int | None, *, limit: int) -> list[Actor]:
    """Who is meant, as far as they are known here: first whoever is called exactly so."""
    if is_web_address(query):
        person = actors.by_uri(tx, query)
        return [person] if person else []
    handle = parse_handle(query)
    if handle is not None and handle.host is not None:
        person = actors.by_handle(tx, handle.name, handle.host)
        return [person] if person else []
    exact = actors.by_name(tx, handle.name, limit) if handle is not None else []
    begun = _beginning(tx, query.removeprefix("@"), viewer_id, limit)
    return list({each.id: each for each in (*exact, *begun)}.values())


def _beginning(tx: Tx, words: str, viewer_id: int | None, limit: int) -> list[Actor]:
    """Whose handle begins so; and whose shown name does, of people here and those whom the viewer follows."""
    if len(words) < _SHORTEST or words.startswith(tuple(HASH_SIGNS)):
        return []
    found = prefixes.by_username(tx, words, limit)
    found += prefixes.local_by_shown_name(tx, words, limit)
    if viewer_id is not None:
        ids = acquainted.named(tx, viewer_id, words, limit)
        found += actors.by_ids(tx, ids).values() if ids else []
    return found
