"""In which way a letter is signed: double knocking, what is remembered of it, and replaced keys."""

from __future__ import annotations

import asyncio
from typing import Literal

import pytest

from fediverse_node.actors import local, retired
from fediverse_node.actors import queries as actors
from fediverse_node.actors.model import Actor
from fediverse_node.federation.outbox.desk import Desk
from fediverse_node.federation.outbox.rotate import rotate
from fediverse_node.outbound.client import Outbound
from fediverse_node.peers import queries as peers
from fediverse_node.peers import signing
from fediverse_node.peers.model import Signing
from fediverse_node.signatures import keys
from fediverse_node.signatures.base import HttpMessage, SignatureRefused, VerificationKey
from fediverse_node.signatures.verify import check, peek
from fediverse_node.storage.database import Database
from tests.fakes.inbox_sink import Sink, open_sinks
from tests.fixtures.outbox import TurnedClock
from tests.fixtures.rooms import follow, stranger
from tests.unit.federation.delivery.test_worker import all_done, post_letters, tried, until, working


def scheme_of(message: HttpMessage) -> Literal["cavage", "rfc9421"]:
    return "rfc9421" if message.header_values("signature-input") else "cavage"


def ways(sink: Sink) -> list[str]:
    return [scheme_of(each.message) for each in sink.arrived]


def only(scheme: str, *, otherwise: int = 401) -> Sink:
    """A server that reads one scheme."""
    sink = Sink()
    sink.judge = lambda message: 202 if scheme_of(message) == scheme else otherwise
    return sink


async def signing_of(db: Database, sink: Sink) -> Signing | None:
    found = await db.read(lambda tx: peers.by_host(tx, sink.host))
    return None if found is None else found.signing


async def deliver(db: Database, outbound: Outbound, alice: Actor, sink: Sink) -> None:
    async with working(db, outbound):
        await post_letters(db, alice, [sink.inbox])
        await until(db, all_done)


@pytest.mark.parametrize("otherwise", [400, 401])
async def test_who_reads_the_newer_scheme_only_gets_it_in_the_same_attempt_and_first_from_then_on(
    db: Database, outbound: Outbound, alice: Actor, otherwise: int
) -> None:
    sink = only("rfc9421", otherwise=otherwise)
    async with open_sinks(sink):
        await deliver(db, outbound, alice, sink)
        assert ways(sink) == ["cavage", "rfc9421"]
        assert await signing_of(db, sink) == "rfc9421"
        [row] = await until(db, all_done)
        assert (row.attempts, row.last_status) == (1, 202)
        # Another worker, as after a restart: what was learnt is in the rows.
        await deliver(db, outbound, alice, sink)
    assert ways(sink) == ["cavage", "rfc9421", "rfc9421"]


async def test_what_stops_working_is_given_up_again(db: Database, outbound: Outbound, alice: Actor) -> None:
    sink = only("cavage")
    async with open_sinks(sink):
        await db.write(lambda tx: signing.note_accepted(tx, sink.host, "rfc9421"))
        await deliver(db, outbound, alice, sink)
        assert ways(sink) == ["rfc9421", "cavage"]
        assert await signing_of(db, sink) == "cavage"
        await deliver(db, outbound, alice, sink)
    assert ways(sink) == ["rfc9421", "cavage", "cavage"]


async def test_what_another_process_learnt_is_noticed(db: Database, outbound: Outbound, alice: Actor) -> None:
    sink = only("rfc9421")
    async with open_sinks(sink), working(db, outbound):
        await post_letters(db, alice, [sink.inbox])
        await until(db, all_done)
        await db.write(lambda tx: signing.note_accepted(tx, sink.host, "cavage"))
        await post_letters(db, alice, [sink.inbox])
        await until(db, all_done)
    assert ways(sink) == ["cavage", "rfc9421", "cavage", "rfc9421"]


@pytest.mark.parametrize("status", [403, 404, 422, 500])
async def test_another_no_is_not_about_the_signature(
    db: Database, outbound: Outbound, alice: Actor, status: int
) -> None:
    sink = Sink(status=status)
    async with open_sinks(sink), working(db, outbound):
        await post_letters(db, alice, [sink.inbox])
        await until(db, tried)
    assert ways(sink) == ["cavage"]
    assert await signing_of(db, sink) is None


@pytest.mark.parametrize("second", [400, 401, 403, 410, 500])
async def test_when_both_are_refused_the_first_answer_counts(
    db: Database, outbound: Outbound, alice: Actor, second: int
) -> None:
    sink = only("neither")
    sink.judge = lambda message: 401 if scheme_of(message) == "cavage" else second
    async with open_sinks(sink), working(db, outbound):
        await post_letters(db, alice, [sink.inbox])
        [row] = await until(db, tried)
    assert (row.state, row.last_status, row.attempts) == ("waiting", 401, 1)
    assert ways(sink) == ["cavage", "rfc9421"]


async def test_a_refusal_of_the_letter_itself_stays_one(
    db: Database, outbound: Outbound, alice: Actor
) -> None:
    sink = Sink(status=400)
    async with open_sinks(sink), working(db, outbound):
        await post_letters(db, alice, [sink.inbox])
        [row] = await until(db, tried)
    assert (row.state, row.last_status) == ("failed", 400)


async def test_the_smaller_key_signs_for_those_who_say_that_they_read_it(
    db: Database, outbound: Outbound, alice: Actor, clock: TurnedClock
) -> None:
    plain, advertising = Sink(), Sink()
    async with open_sinks(plain, advertising):
        await db.write(lambda tx: signing.note_advertised(tx, advertising.host, "ed25519"))
        async with working(db, outbound):
            await post_letters(db, alice, [plain.inbox, advertising.inbox])
            await until(db, all_done)
    assert ways(plain) == ["cavage"]
    [arrived] = advertising.arrived
    claimed = peek(arrived.message, expected_authority=advertising.host, now=clock())
    assert (claimed.scheme, claimed.algorithm) == ("rfc9421", "ed25519")
    check(claimed, arrived.message, await public_key(db, alice, "ed25519"))


async def test_who_says_so_and_cannot_gets_what_everybody_reads(
    db: Database, outbound: Outbound, alice: Actor
) -> None:
    sink = only("cavage")
    async with open_sinks(sink):
        await db.write(lambda tx: signing.note_advertised(tx, sink.host, "ed25519"))
        await deliver(db, outbound, alice, sink)
        # It says the same again, and is not tried again for it.
        await db.write(lambda tx: signing.note_advertised(tx, sink.host, "ed25519"))
        await deliver(db, outbound, alice, sink)
    assert ways(sink) == ["rfc9421", "cavage", "cavage"]


async def public_key(db: Database, actor: Actor, kind: str) -> VerificationKey:
    [row] = [key for key in await db.read(lambda tx: actors.keys_of(tx, actor.id)) if key.kind == kind]
    if kind == "rsa":
        return keys.load_public(row.public_key, row.key_id)
    return keys.from_multikey(row.public_key, row.key_id)


def believes(key: VerificationKey, sink: Sink, clock: TurnedClock) -> None:
    """Let *sink* take what *key* signed, and nothing else."""

    def judge(message: HttpMessage) -> int:
        try:
            check(peek(message, expected_authority=sink.host, now=clock()), message, key)
        except SignatureRefused:
            return 401
        return 202

    sink.judge = judge


async def rotated(db: Database, desk: Desk, alice: Actor, sink: Sink, *, blind: bool) -> None:
    def befriend(tx: object) -> None:
        them = stranger(tx, "bob", inbox=sink.inbox, shared_inbox=None)  # type: ignore[arg-type]  # a Tx
        follow(tx, them, alice)  # type: ignore[arg-type]  # a Tx

    await db.write(befriend)
    fresh = await asyncio.to_thread(local.generate_keys)
    await rotate(desk, alice.id, fresh, blind=blind)


async def test_the_old_key_vouches_for_the_new_one_and_the_new_one_signs_what_follows(
    db: Database, outbound: Outbound, alice: Actor, desk: Desk, clock: TurnedClock
) -> None:
    sink = Sink()
    old = await public_key(db, alice, "rsa")
    async with open_sinks(sink):
        await rotated(db, desk, alice, sink, blind=False)
        believes(old, sink, clock)
        async with working(db, outbound):
            await until(db, all_done)
            [update] = sink.arrived
            assert b'"Update"' in update.message.body
            new = await public_key(db, alice, "rsa")
            assert new.public != old.public
            believes(new, sink, clock)
            await post_letters(db, alice, [sink.inbox])
            found = await until(db, all_done)
    assert [row.attempts for row in found] == [1, 1]
    assert len(sink.arrived) == 2


async def test_who_has_seen_the_new_key_already_is_told_with_that_one(
    db: Database, outbound: Outbound, alice: Actor, desk: Desk, clock: TurnedClock
) -> None:
    sink = Sink()
    async with open_sinks(sink):
        await rotated(db, desk, alice, sink, blind=False)
        believes(await public_key(db, alice, "rsa"), sink, clock)
        async with working(db, outbound):
            [row] = await until(db, all_done)
    assert (row.state, row.attempts, len(sink.arrived)) == ("delivered", 1, 2)


async def test_a_worker_at_work_notices_that_a_key_was_replaced(
    db: Database, outbound: Outbound, alice: Actor, desk: Desk, clock: TurnedClock
) -> None:
    sink = Sink()
    async with open_sinks(sink), working(db, outbound):
        await post_letters(db, alice, [sink.inbox])
        await until(db, all_done)
        await rotated(db, desk, alice, sink, blind=True)
        believes(await public_key(db, alice, "rsa"), sink, clock)
        await post_letters(db, alice, [sink.inbox])
        found = await until(db, all_done)
    assert [(row.state, row.attempts) for row in found] == [("delivered", 1)] * 2
    assert len(sink.arrived) == 2


async def test_what_was_waiting_when_the_key_was_replaced_is_signed_with_the_new_one(
    db: Database, outbound: Outbound, alice: Actor, desk: Desk, clock: TurnedClock
) -> None:
    sink = Sink()
    async with open_sinks(sink):
        await post_letters(db, alice, [sink.inbox])
        await rotated(db, desk, alice, sink, blind=True)
        believes(await public_key(db, alice, "rsa"), sink, clock)
        async with working(db, outbound):
            [row] = await until(db, all_done)
    assert (row.state, len(sink.arrived)) == ("delivered", 1)
    assert await db.read(lambda tx: retired.of_actor(tx, alice.id)) == []
