"""What a departed actor said is erased: all of it, bit by bit, and again from where it stopped."""

from __future__ import annotations

from functools import partial

import sqlalchemy as sa

from fediverse_node.federation.inbox.erasing import BATCH, Eraser, erase_some
from fediverse_node.posts import queries as posts
from fediverse_node.posts.tables import posts as table
from tests.doors.federation.conftest import Street


async def texts(street: Street) -> list[str]:
    rows = await street.read(
        lambda tx: tx.all(sa.select(table.c.content_html, table.c.source, table.c.summary))
    )
    return [part for row in rows for part in row if part]


async def test_a_deleted_actor_leaves_no_text(street: Street) -> None:
    await street.befriend(street.bob)
    await street.befriend(street.carol)
    notes = [street.bob.note(f"<p>Secret {number}</p>", summary="Secret") for number in range(3)]
    for note in notes:
        assert await street.bob.send(street.inbox, street.bob.create(note)) == 202
    kept = street.carol.note("<p>Kept</p>")
    assert await street.carol.send(street.inbox, street.carol.create(kept)) == 202
    eraser = Eraser(street.node.node.db)
    assert await eraser.run_once() == 0
    assert await street.bob.send(street.inbox, street.bob.activity("Delete", street.bob.uri)) == 202
    assert await street.home() == [kept["id"]]
    assert len(await texts(street)) == 7
    assert await eraser.run_once() == 3
    assert await texts(street) == ["<p>Kept</p>"]
    for note in notes:
        left = await street.read(partial(posts.tombstone, uri=note["id"]))
        assert left is not None
    assert await eraser.run_once() == 0


async def test_erasing_goes_on_where_it_stopped(street: Street) -> None:
    await street.befriend(street.bob)
    count = BATCH + 2
    for _ in range(count):
        assert await street.bob.send(street.inbox, street.bob.create()) == 202
    assert await street.bob.send(street.inbox, street.bob.activity("Delete", street.bob.uri)) == 202
    assert await street.write(erase_some) == BATCH
    assert len(await texts(street)) == 2
    assert await Eraser(street.node.node.db).run_once() == 2
    assert await texts(street) == []
