"""Operations on announcements: say something to everybody here, see what was said, take it back."""

from __future__ import annotations

from datetime import datetime

from fediverse_node.actors.addresses import Addresses
from fediverse_node.announcements import queries as announcements
from fediverse_node.announcements.model import MAX_TEXT, Announcement
from fediverse_node.kernel.clock import parse_rfc3339, to_rfc3339
from fediverse_node.kernel.errors import NotFound, NotValid
from fediverse_node.kernel.ids import parse_id
from fediverse_node.kernel.markup import render_markdown
from fediverse_node.node import Node
from fediverse_node.storage.tx import Tx
from fediverse_node.web.control.operation import JsonDict, Progress


async def add(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{text, starts, ends, all_day}` → an announcement. Moments are RFC 3339, or empty."""
    del progress
    text = arguments["text"].strip()
    if not text or len(text) > MAX_TEXT:
        raise NotValid(f"An announcement has 1 to {MAX_TEXT} characters.")
    starts, ends = _moment(arguments.get("starts")), _moment(arguments.get("ends"))
    if starts is not None and ends is not None and ends <= starts:
        raise NotValid("It would end before it starts.")
    tag = Addresses(node.config.origin).tag
    html = render_markdown(text, mentions={}, hashtag_url=tag).html

    def unit(tx: Tx) -> Announcement:
        if ends is not None and ends <= tx.now:
            raise NotValid("It would have ended already.")
        made = Announcement(
            id=tx.new_id(),
            text=text,
            content_html=html,
            starts_at=starts,
            ends_at=ends,
            all_day=bool(arguments.get("all_day")),
            published_at=tx.now,
        )
        announcements.add(tx, made)
        return made

    return _row(await node.db.write(unit))


async def listing(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{}` → `{announcements: […]}`, also those that have ended."""
    del arguments, progress
    found = await node.db.read(announcements.everything)
    return {"announcements": [_row(each) for each in found]}


async def remove(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{id}` → `{id}`."""
    del progress
    id_ = parse_id(arguments["id"])
    if id_ is None:
        raise NotFound("There is no such announcement.")
    await node.db.write(lambda tx: announcements.remove(tx, id_))
    return {"id": str(id_)}


def _moment(text: str | None) -> datetime | None:
    if not text:
        return None
    found = parse_rfc3339(text)
    if found is None:
        raise NotValid("Say when as in 2026-12-24, or 2026-12-24T18:00+01:00.")
    return found


def _row(found: Announcement) -> JsonDict:
    return {
        "id": str(found.id),
        "text": found.text,
        "starts": to_rfc3339(found.starts_at) if found.starts_at else None,
        "ends": to_rfc3339(found.ends_at) if found.ends_at else None,
        "all_day": found.all_day,
        "published": to_rfc3339(found.published_at),
    }
