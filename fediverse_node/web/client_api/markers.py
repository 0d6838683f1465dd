"""Routes about where people stopped reading."""

from __future__ import annotations

from fediverse_node.kernel.clock import to_rfc3339_millis
from fediverse_node.kernel.errors import NotValid
from fediverse_node.reading import queries as reading
from fediverse_node.reading.model import TIMELINES, Marker, Timeline
from fediverse_node.storage.tx import Tx
from fediverse_node.web.client_api.view import Act, Answer, JsonDict, View


def show(view: View) -> Answer:
    """Where the caller stopped reading the timelines named by `timeline[]`."""
    asked = view.fields.texts("timeline")
    wanted = [timeline for timeline in TIMELINES if timeline in asked]
    return Answer(body=_entities(reading.markers_of(view.tx, view.person.actor.id, wanted)))


async def save(act: Act) -> Answer:
    """Note where the caller stopped: `home[last_read_id]`, `notifications[last_read_id]`."""
    read: dict[Timeline, int] = {}
    for timeline in TIMELINES:
        last = act.fields.inner(timeline).id("last_read_id")
        if last is not None:
            read[timeline] = last
    if not read:
        raise NotValid("Say what was read last: home[last_read_id] or notifications[last_read_id].")
    owner_id = act.person.actor.id

    def unit(tx: Tx) -> list[Marker]:
        return [reading.mark(tx, owner_id, timeline, last) for timeline, last in read.items()]

    return Answer(body=_entities(await act.desk.db.write(unit)))


def _entities(found: list[Marker]) -> JsonDict:
    return {
        marker.timeline: {
            "last_read_id": str(marker.last_read_id),
            "version": marker.version,
            "updated_at": to_rfc3339_millis(marker.updated_at),
        }
        for marker in found
    }
