from __future__ import annotations

import pytest

from fediverse_node.actors import queries as actors
from fediverse_node.actors.model import Actor
from fediverse_node.archive.bring import Plan, bring, plan
from fediverse_node.archive.csvs import Entry, Listed, ListKind
from fediverse_node.federation.outbox import block as blocking
from fediverse_node.federation.outbox import follow as following
from fediverse_node.federation.outbox.desk import Desk
from fediverse_node.follows import queries as follows
from fediverse_node.imports import wishes
from fediverse_node.kernel.errors import NotAllowed
from fediverse_node.moderation import queries as moderation
from fediverse_node.storage.database import Database
from fediverse_node.storage.paging import Page
from tests.fixtures.outbox import sent
from tests.fixtures.rooms import stranger


def listed(kind: ListKind, *targets: str) -> Listed:
    return Listed(kind=kind, entries=tuple(Entry(target=target) for target in targets), bad=())


async def waiting(db: Database, who: Actor) -> dict[str, int]:
    return await db.read(lambda tx: wishes.waiting(tx, who.id))


def short(found: Plan) -> tuple[list[str], int, list[str]]:
    return [entry.target for entry in found.new], found.there, list(found.leaving)


@pytest.mark.parametrize("kind", ["follows", "blocks", "mutes"])
async def test_people_who_are_not_there_yet_are_queued(
    db: Database, desk: Desk, alice: Actor, kind: ListKind
) -> None:
    bob = await db.write(lambda tx: stranger(tx, "Bob"))
    doing = {"follows": following.follow, "blocks": blocking.block, "mutes": blocking.mute}[kind]
    await doing(desk, alice, bob.id)
    wanted = listed(kind, "@bob@there.example", "@carol@there.example", alice.handle)
    letters = len(await sent(db))
    assert short(await plan(desk, alice, wanted, replacing=False)) == (["@carol@there.example"], 1, [])
    assert await waiting(db, alice) == {}
    assert short(await bring(desk, alice, wanted, replacing=False)) == (["@carol@there.example"], 1, [])
    assert await waiting(db, alice) == {kind.removesuffix("s"): 1}
    assert len(await sent(db)) == letters


async def test_a_list_that_replaces_ends_what_is_not_in_it(db: Database, desk: Desk, alice: Actor) -> None:
    bob = await db.write(lambda tx: stranger(tx, "bob"))
    carol = await db.write(lambda tx: stranger(tx, "carol"))
    for who in (bob, carol):
        await following.follow(desk, alice, who.id)
    wanted = listed("follows", bob.handle)
    assert short(await bring(desk, alice, wanted, replacing=False)) == ([], 1, [])
    assert short(await plan(desk, alice, wanted, replacing=True)) == ([], 1, [carol.handle])
    assert await db.read(lambda tx: follows.find(tx, alice.id, carol.id)) is not None
    assert short(await bring(desk, alice, wanted, replacing=True)) == ([], 1, [carol.handle])
    assert await db.read(lambda tx: follows.find(tx, alice.id, carol.id)) is None
    assert await db.read(lambda tx: follows.find(tx, alice.id, bob.id)) is not None
    assert (await sent(db))[-1][0]["type"] == "Undo"


@pytest.mark.parametrize("kind", ["blocks", "mutes"])
async def test_blocks_and_mutes_can_be_replaced_too(
    db: Database, desk: Desk, alice: Actor, kind: ListKind
) -> None:
    bob = await db.write(lambda tx: stranger(tx, "bob"))
    await blocking.block(desk, alice, bob.id)
    await blocking.mute(desk, alice, bob.id)
    await bring(desk, alice, listed(kind, "@carol@there.example"), replacing=True)
    stance = await db.read(lambda tx: moderation.stance(tx, alice.id, [bob.id]))
    assert (bob.id in stance.blocking, bob.id in stance.muting) == (kind == "mutes", kind == "blocks")


async def test_servers_need_nobody_to_be_asked(db: Database, desk: Desk, alice: Actor) -> None:
    await bring(desk, alice, listed("domains", "a.example", "b.example"), replacing=False)
    await bring(desk, alice, listed("domains", "b.example", "c.example"), replacing=True)
    rows = await db.read(lambda tx: moderation.shunned_page(tx, alice.id, Page()))
    assert sorted(domain for _, domain in rows) == ["b.example", "c.example"]


async def test_a_list_that_replaces_also_replaces_what_waits(db: Database, desk: Desk, alice: Actor) -> None:
    await bring(desk, alice, listed("follows", "@a@x.example", "@b@x.example"), replacing=False)
    await bring(desk, alice, listed("follows", "@c@x.example"), replacing=True)
    assert await waiting(db, alice) == {"follow": 1}


async def test_long_lists_are_compared_whole(db: Database, desk: Desk, alice: Actor) -> None:
    people = [await db.write(lambda tx, n=n: stranger(tx, f"p{n}")) for n in range(90)]  # type: ignore[misc]  # mypy sees no default
    for person in people:
        await blocking.mute(desk, alice, person.id)
    wanted = listed("mutes", *(person.handle for person in people[:89]))
    assert short(await plan(desk, alice, wanted, replacing=True)) == ([], 89, [people[89].handle])


async def test_who_moved_away_brings_nothing(db: Database, desk: Desk, alice: Actor) -> None:
    await db.write(lambda tx: actors.change(tx, alice.id, {"moved_to": "https://new.example/users/alice"}))
    moved = await db.read(lambda tx: actors.by_id(tx, alice.id))
    assert moved is not None
    with pytest.raises(NotAllowed):
        await bring(desk, moved, listed("domains", "a.example"), replacing=False)
