"""Does a page say that a profile is its owner's? Then the link from the profile is shown as verified.

The convention is `rel="me"` (microformats.org/wiki/rel-me), in both directions.
"""

from __future__ import annotations

import asyncio
import html
import logging
import re
from collections.abc import Collection
from dataclasses import replace
from typing import Final

from fediverse_node.actors import pages
from fediverse_node.actors import queries as actors
from fediverse_node.actors.model import Actor
from fediverse_node.kernel.clock import to_rfc3339
from fediverse_node.kernel.errors import NodeError
from fediverse_node.outbound.client import Outbound
from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Tx

log = logging.getLogger(__name__)

#: Longest page that is read.
MAX_PAGE: Final = 1 << 20
_COMMENT: Final = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_TAG: Final = re.compile(r"<(?:a|link)\s([^<>]{1,2000})>", re.IGNORECASE)
_ATTRIBUTE: Final = re.compile(
    r"""([a-z]{3,4})\s{0,9}=\s{0,9}(?:"([^"]{0,2000})"|'([^']{0,2000})'|([^\s"'>]{1,2000}))""", re.IGNORECASE
)


async def verify(db: Database, outbound: Outbound, actor: Actor, *, scheme: str) -> bool:
    """Ask every page that *actor*, of ours, claims and that is not verified yet.

    Only pages under *scheme*: `https`, and `http` in a lab.

    Returns:
        Whether all of them link back now.
    """
    known = {address for address, _ in actor.details.verified}
    asked = [url for url in pages.own_pages(actor.fields) if url.startswith(f"{scheme}://")]
    good = [url for url in asked if url not in known and await _links_back(outbound, url, actor)]
    if good:
        await db.write(lambda tx: _note(tx, actor.id, good))
        log.info("profile.links_verified", extra={"actor": actor.uri, "count": len(good)})
    return known.union(good) >= set(asked)


def names(page: str, profiles: Collection[str]) -> bool:
    """Whether *page* has a link with `rel="me"` to one of *profiles*."""
    wanted = {address.rstrip("/") for address in profiles}
    for tag in _TAG.findall(_COMMENT.sub("", page)):
        found = {name.lower(): html.unescape(a or b or c) for name, a, b, c in _ATTRIBUTE.findall(tag)}
        is_me = "me" in found.get("rel", "").lower().split()
        if is_me and found.get("href", "").strip().rstrip("/") in wanted:
            return True
    return False


async def _links_back(outbound: Outbound, url: str, actor: Actor) -> bool:
    try:
        answer = await outbound.get(url, accept="text/html, application/xhtml+xml", limit=MAX_PAGE)
    except NodeError:
        return False
    if answer.status != 200:
        return False
    text = answer.body.decode("utf-8", "replace")
    return await asyncio.to_thread(names, text, {actor.uri, actor.url or actor.uri})


def _note(tx: Tx, actor_id: int, good: list[str]) -> None:
    """Keep it for those pages that the profile still claims: it may have changed meanwhile."""
    now = actors.by_id(tx, actor_id)
    if now is None:
        return
    known = dict(now.details.verified)
    claimed = pages.own_pages(now.fields)
    fresh = {url: to_rfc3339(tx.now) for url in good if url in claimed and url not in known}
    details = replace(now.details, verified=tuple((known | fresh).items()))
    actors.change(tx, actor_id, {"details": actors.details_value(details)})
