from __future__ import annotations

from dataclasses import replace

from fediverse_node.moderation import reports
from fediverse_node.moderation.model import Report
from fediverse_node.storage.database import Database
from fediverse_node.storage.paging import Page
from fediverse_node.storage.tx import Tx
from tests.fixtures.rooms import person, stranger


def report(tx: Tx) -> Report:
    return Report(
        id=tx.new_id(),
        uri="https://there.example/flags/1",
        reporter_id=stranger(tx, "bob").id,
        target_id=person(tx, "alice").id,
        post_uris=("https://here.example/users/alice/posts/1",),
        comment="Advertising",
        forwarded=False,
        created_at=tx.now,
    )


async def test_a_report_is_open_until_it_is_closed(db: Database) -> None:
    made = await db.write(report)
    assert await db.write(lambda tx: (reports.add(tx, made), reports.add(tx, made))) == (True, False)
    assert await db.read(lambda tx: reports.listing(tx, Page())) == [made]
    assert await db.write(lambda tx: (reports.close(tx, made.id), reports.close(tx, made.id))) == (
        True,
        False,
    )
    assert await db.read(lambda tx: reports.listing(tx, Page())) == []
    (closed,) = await db.read(lambda tx: reports.listing(tx, Page(), closed=True))
    assert replace(closed, closed_at=None) == made
    assert await db.read(lambda tx: reports.by_id(tx, made.id)) == closed
    assert await db.read(lambda tx: reports.by_id(tx, 1)) is None


async def test_a_flood_of_reports_is_cut(db: Database) -> None:
    made = await db.write(report)

    def flood(tx: Tx) -> int:
        more = (replace(made, id=tx.new_id(), uri=f"{made.uri}/{n}") for n in range(reports.MAX_OPEN + 5))
        return sum(reports.add(tx, each) for each in more)

    assert await db.write(flood) == reports.MAX_OPEN
