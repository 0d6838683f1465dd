from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from fediverse_node.peers import queries
from fediverse_node.peers.model import Peer
from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Tx
from tests.fixtures.outbox import START

FAILING = Peer(
    host="x.example",
    breaker="open",
    failures=7,
    failing_since=START,
    probe_at=START + timedelta(minutes=5),
    probe_delay=300,
    parked=True,
    last_error="connection refused",
)


async def test_what_is_saved_is_found_again(db: Database) -> None:
    def unit(tx: Tx) -> None:
        assert queries.by_host(tx, "x.example") is None
        queries.save(tx, FAILING)
        assert queries.by_host(tx, "x.example") == FAILING
        queries.save(tx, Peer(host="y.example", last_success_at=START))
        assert set(queries.by_hosts(tx, ["x.example", "y.example", "z.example"])) == {
            "x.example",
            "y.example",
        }
        assert queries.by_hosts(tx, []) == {}
        assert queries.failing_among(tx, ["x.example", "y.example"]) == {"x.example": FAILING}
        assert queries.failing_among(tx, []) == {}
        assert queries.failing(tx) == [FAILING]

    await db.write(unit)


async def test_what_a_host_runs_is_kept_when_reaching_it_changes(db: Database) -> None:
    def unit(tx: Tx) -> None:
        queries.note_software(tx, "x.example", "mastodon 4.7.2")
        queries.save(tx, FAILING)
        queries.note_software(tx, "x.example", "mastodon 4.7.3")
        assert queries.by_host(tx, "x.example") == replace(FAILING, software="mastodon 4.7.3")

    await db.write(unit)


async def test_mail_is_brought_back_only_where_the_host_answers_again(db: Database) -> None:
    def unit(tx: Tx) -> None:
        queries.save(tx, FAILING)
        assert queries.with_parked_mail(tx) == []
        queries.save(tx, replace(FAILING, breaker="closed", failures=0))
        assert queries.with_parked_mail(tx) == ["x.example"]
        queries.set_parked(tx, "x.example", parked=False)
        assert queries.with_parked_mail(tx) == []

    await db.write(unit)


async def test_a_long_error_is_cut(db: Database) -> None:
    await db.write(lambda tx: queries.save(tx, replace(FAILING, last_error="x" * 5000)))
    found = await db.read(lambda tx: queries.by_host(tx, "x.example"))
    assert found is not None
    assert len(found.last_error or "") == queries.MAX_ERROR
