"""Posts of threads that somebody is done with: they stay readable, and nobody is told of them."""

from __future__ import annotations

from collections.abc import Sequence

from fediverse_node.posts import roots
from fediverse_node.reading import queries as reading
from fediverse_node.storage.tx import Tx


def in_muted_threads(tx: Tx, person_id: int | None, ids: Sequence[int]) -> set[int]:
    """Those of the posts *ids* that stand in a thread which a person muted. Mostly no statement."""
    if person_id is None or not reading.mutes_threads(tx, person_id):
        return set()
    first = roots.roots_of(tx, ids)
    muted = reading.muted_among(tx, person_id, {*first.keys(), *first.values()})
    return {id_ for id_, root in first.items() if {id_, root} & muted}
