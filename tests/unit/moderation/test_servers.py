from __future__ import annotations

from fediverse_node.actors import queries as actors
from fediverse_node.actors.model import Actor
from fediverse_node.moderation import servers
from fediverse_node.moderation.model import DomainBlock
from fediverse_node.moderation.policy import policy
from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Tx
from tests.fixtures.rooms import person, stranger

RULE = DomainBlock(domain="bad.example", severity="suspend", public_comment="spam")


async def hidden(db: Database, *people: Actor) -> list[bool]:
    found = await db.read(lambda tx: actors.by_ids(tx, [each.id for each in people]))
    return [found[each.id].suspended_at is not None for each in people]


async def test_shutting_out_marks_a_domain_and_what_is_below_it_and_nobody_else(db: Database) -> None:
    def unit(tx: Tx) -> list[Actor]:
        return [
            stranger(tx, "a", domain="bad.example"),
            stranger(tx, "b", domain="sub.bad.example"),
            stranger(tx, "c", domain="bad.example:8443"),
            stranger(tx, "d", domain="split.example", uri="https://social.bad.example/users/d"),
            stranger(tx, "e", domain="notbad.example"),
            stranger(tx, "f", domain="good.example", uri="https://good.example/bad.example/f"),
            person(tx, "alice"),
        ]

    people = await db.write(unit)
    await db.write(lambda tx: servers.save(tx, RULE))
    await db.write(lambda tx: servers.suspend_actors(tx, RULE.domain))
    assert await hidden(db, *people) == [True] * 4 + [False] * 3
    await db.write(lambda tx: (servers.remove(tx, RULE.domain), servers.let_in(tx, RULE.domain)))
    assert await hidden(db, *people) == [False] * 7


async def test_another_rule_keeps_its_people_hidden(db: Database) -> None:
    inner = DomainBlock(domain="sub.bad.example", severity="suspend")
    actor = await db.write(lambda tx: stranger(tx, "b", domain="sub.bad.example"))

    def unit(tx: Tx) -> None:
        for rule in (RULE, inner):
            servers.save(tx, rule)
            servers.suspend_actors(tx, rule.domain)

    await db.write(unit)
    await db.write(lambda tx: (servers.remove(tx, RULE.domain), servers.let_in(tx, RULE.domain)))
    assert await hidden(db, actor) == [True]
    assert not await db.write(lambda tx: servers.unsuspend(tx, actor))
    await db.write(lambda tx: (servers.remove(tx, inner.domain), servers.let_in(tx, inner.domain)))
    assert await hidden(db, actor) == [False]


async def test_a_change_is_seen_by_the_next_transaction(db: Database) -> None:
    assert await db.read(lambda tx: policy(tx).domains) == {}
    await db.write(lambda tx: servers.save(tx, RULE))
    assert await db.read(lambda tx: policy(tx).domains) == {"bad.example": RULE}
    assert await db.read(servers.every) == [RULE]
    assert await db.read(lambda tx: servers.find(tx, "bad.example")) == RULE

    def again(tx: Tx) -> bool:
        servers.remove(tx, "bad.example")
        return policy(tx).domains == {}

    assert await db.write(again)
    assert await db.read(lambda tx: policy(tx).domains) == {}
