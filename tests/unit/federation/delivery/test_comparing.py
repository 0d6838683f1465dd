from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from fediverse_node.actors.model import Actor
from fediverse_node.deliveries.model import Envelope
from fediverse_node.federation.delivery.comparing import HEADER, KEPT, NOBODY, Comparing
from fediverse_node.follows import checks
from fediverse_node.storage.database import Database, Unit
from fediverse_node.storage.tx import Tx
from tests.fixtures.outbox import TurnedClock
from tests.fixtures.rooms import follow, person, stranger


def envelope(actor: Actor, activity_id: int, *, inbox: str = "https://there.example/inbox") -> Envelope:
    return Envelope(
        id=activity_id,
        activity_id=activity_id,
        actor_id=actor.id,
        inbox=inbox,
        host="there.example",
        attempts=0,
        created_at=actor.created_at,
    )


def document(**addressing: Any) -> bytes:
    return json.dumps({"type": "Create", **addressing}).encode()


async def followed(db: Database) -> Actor:
    def unit(tx: Tx) -> Actor:
        alice = person(tx, "alice")
        follow(tx, stranger(tx, "bob"), alice)
        follow(tx, stranger(tx, "dave", domain="far.example"), alice)
        return alice

    return await db.write(unit)


async def test_each_server_gets_the_digest_of_its_own(db: Database) -> None:
    alice = await followed(db)
    comparing = Comparing(db)
    body = document(to=alice.followers)
    for host, uris in (
        ("there.example", ["https://there.example/users/bob"]),
        ("far.example", ["https://far.example/users/dave"]),
        ("none.example", []),
    ):
        headers = await comparing.headers(envelope(alice, 1, inbox=f"https://{host}/inbox"), body)
        assert f'digest="{checks.digest(uris)}"' in headers[HEADER], host
    assert NOBODY == "0" * 64


async def test_only_what_is_for_followers_says_so(db: Database) -> None:
    alice = await followed(db)
    comparing = Comparing(db)
    bob = "https://there.example/users/bob"
    elsewhere: list[dict[str, Any]] = [
        {"to": [bob]},
        {"to": None},
        {},
        {"to": 3},
        {"object": {"to": alice.followers}},
    ]
    for number, addressing in enumerate(elsewhere):
        assert await comparing.headers(envelope(alice, number), document(**addressing)) == {}
    assert await comparing.headers(envelope(alice, 10), document(cc=[bob, alice.followers])) != {}
    assert await comparing.headers(envelope(alice, 11), b"not JSON") == {}


async def test_a_letter_to_one_person_notes_nothing(db: Database) -> None:
    alice = await followed(db)
    comparing = Comparing(db)
    await comparing.headers(envelope(alice, 1), document(to=["https://there.example/users/bob"]))
    await db.write(lambda tx: follow(tx, stranger(tx, "carol"), alice))
    headers = await comparing.headers(envelope(alice, 2), document(to=alice.followers))
    uris = [f"https://there.example/users/{name}" for name in ("bob", "carol")]
    assert f'digest="{checks.digest(uris)}"' in headers[HEADER]


async def test_the_rows_are_read_once_for_a_while(db: Database, clock: TurnedClock) -> None:
    alice = await followed(db)
    comparing = Comparing(db)
    body = document(to=[alice.followers])
    before = await comparing.headers(envelope(alice, 1), body)
    await db.write(lambda tx: follow(tx, stranger(tx, "carol"), alice))
    assert await comparing.headers(envelope(alice, 2), body) == before
    clock.turn(seconds=KEPT.total_seconds())
    assert await comparing.headers(envelope(alice, 3), body) != before


async def test_letters_that_begin_together_share_one_reading(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = await followed(db)
    comparing, read, units = Comparing(db), db.read, []

    async def counted(unit: Unit[Any]) -> Any:
        units.append(unit)
        return await read(unit)

    monkeypatch.setattr(db, "read", counted)
    body = document(to=[alice.followers])
    headers = await asyncio.gather(*(comparing.headers(envelope(alice, number), body) for number in range(9)))

    assert len(units) == 1
    assert all(HEADER in each for each in headers)
