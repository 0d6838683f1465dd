"""Mail that comes late, twice, too early, or by way of somebody else; and mail that has to wait."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from fediverse_node.arrivals import queries as arrivals
from fediverse_node.arrivals.model import Job
from fediverse_node.federation.inbox.catching_up import CatchUpWorker
from fediverse_node.federation.inbox.process import InboxWorker
from fediverse_node.kernel.clock import system_clock, to_rfc3339
from fediverse_node.storage.tx import Tx
from tests.doors.federation.conftest import Street, changed
from tests.fakes.remote_server import PUBLIC, Answer, JsonDict, RemoteServer
from tests.fixtures.nodes import running_node


async def send(street: Street, *activities: JsonDict) -> None:
    for activity in activities:
        assert await street.bob.send(street.inbox, activity) == 202


# Too early


async def test_a_delete_that_comes_first_keeps_its_post_away(street: Street) -> None:
    await street.befriend(street.bob)
    note = street.bob.note()
    await send(street, street.bob.activity("Delete", note["id"]), street.bob.create(note))
    await street.work()
    assert await street.post(note["id"]) is None
    assert await street.home() == []


@pytest.mark.parametrize("verb", ["Follow", "Like", "Announce"])
async def test_an_undo_that_comes_first_wins(street: Street, verb: str) -> None:
    await street.meet(street.bob)
    before = await street.told()
    post = await street.write_post()
    target = street.alice.actor.uri if verb == "Follow" else post.uri
    done = street.bob.activity(verb, target, to=[PUBLIC])
    await send(street, street.bob.undo(done["id"]), done)
    assert await street.told() == before
    stored = await street.post(post.uri)
    assert stored is not None
    assert (stored.favourites_count, stored.boosts_count) == (0, 0)


async def test_an_edit_that_comes_first_is_fetched_and_the_create_has_no_effect(street: Street) -> None:
    await street.befriend(street.bob)
    old = street.bob.note("<p>Old</p>", published=to_rfc3339(datetime.now(UTC) - timedelta(hours=1)))
    new = street.there.publish(changed(old, content="<p>New</p>", updated=to_rfc3339(datetime.now(UTC))))
    await send(street, street.bob.activity("Update", new))
    assert await street.work() == 1
    await send(street, street.bob.create(old))
    post = await street.post(old["id"])
    assert post is not None
    assert post.content_html == "<p>New</p>"
    assert await street.home() == [old["id"]]


async def test_an_answer_that_comes_before_what_it_answers_finds_its_place(street: Street) -> None:
    await street.befriend(street.bob)
    parent = street.bob.note()
    answer = street.bob.note(inReplyTo=parent["id"])
    await send(street, street.bob.create(answer), street.bob.create(parent))
    child, top = await street.post(answer["id"]), await street.post(parent["id"])
    assert child is not None
    assert top is not None
    assert child.in_reply_to_id == top.id
    assert top.replies_count == 1


# Twice


async def test_copies_at_the_same_time_take_effect_once(street: Street) -> None:
    await street.befriend(street.bob)
    create = street.bob.create()
    letters = [street.bob.letter(inbox, create) for inbox in (street.inbox, street.shared) * 4]
    assert await asyncio.gather(*(each.send(street.there.http) for each in letters)) == [202] * 8
    assert len(await street.home()) == 1


async def test_a_copy_of_what_waits_does_not_wait_twice(street: Street) -> None:
    await street.befriend(street.bob)
    boost = street.bob.announce(street.carol.note()["id"])
    await send(street, boost, boost)
    assert await street.read(arrivals.waiting) == 1
    assert await street.work() == 1
    assert len(await street.home()) == 1


async def test_an_id_that_somebody_else_used_is_no_copy(street: Street) -> None:  # OBJ-15
    post = await street.write_post()
    like = street.bob.like(post.uri)
    hers = changed(street.carol.like(post.uri), id=like["id"])
    await send(street, like)
    assert await street.carol.send(street.inbox, hers) == 202
    stored = await street.post(post.uri)
    assert stored is not None
    assert stored.favourites_count == 2


async def test_what_had_no_effect_may_have_one_later(street: Street) -> None:
    await street.meet(street.bob)
    create = street.bob.create()
    await send(street, create)
    assert await street.home() == []
    await street.befriend(street.bob)
    await send(street, create)
    assert len(await street.home()) == 1


# By way of somebody else (OBJ-31)


async def passed_on(street: Street, document: JsonDict, status: int = 202) -> int:
    """*document* of bob's, sent and signed by mallory of another server; how many jobs that made."""
    async with RemoteServer("elsewhere") as elsewhere:
        mallory = elsewhere.add_actor("mallory")
        through = {**document, "signature": {"type": "RsaSignature2017", "signatureValue": "AAAA"}}
        assert await mallory.send(street.inbox, through) == status
        return await street.work()


async def test_a_delete_that_was_passed_on_counts_when_the_origin_agrees(street: Street) -> None:
    await street.befriend(street.bob)
    note = street.bob.note()
    await send(street, street.bob.create(note))
    delete = street.bob.activity("Delete", note["id"])
    assert await passed_on(street, delete) == 1
    assert await street.post(note["id"]) is not None
    street.there.documents.pop(note["id"].removeprefix(street.there.origin))
    assert await passed_on(street, delete) == 1
    assert await street.post(note["id"]) is None


async def test_an_edit_that_was_passed_on_brings_what_the_origin_shows(street: Street) -> None:
    await street.befriend(street.bob)
    note = street.bob.note(published=to_rfc3339(datetime.now(UTC) - timedelta(hours=1)))
    await send(street, street.bob.create(note))
    now = to_rfc3339(datetime.now(UTC))
    street.there.publish(changed(note, content="<p>True</p>", updated=now))
    forged = street.bob.activity("Update", changed(note, content="<p>Forged</p>", updated=now))
    assert await passed_on(street, forged) == 1
    post = await street.post(note["id"])
    assert post is not None
    assert post.content_html == "<p>True</p>"


async def test_a_create_that_was_passed_on_is_fetched_from_its_origin(street: Street) -> None:
    await street.befriend(street.bob)
    note = street.bob.note("<p>True</p>")
    assert await passed_on(street, street.bob.create(changed(note, content="<p>Forged</p>"))) == 1
    post = await street.post(note["id"])
    assert post is not None
    assert post.content_html == "<p>True</p>"
    unknown = street.bob.note()
    street.there.documents.pop(unknown["id"].removeprefix(street.there.origin))
    assert await passed_on(street, street.bob.create(unknown)) == 1
    assert await street.post(unknown["id"]) is None


async def test_other_things_are_not_passed_on(street: Street) -> None:
    await street.befriend(street.bob)
    post = await street.write_post()
    for document in (
        street.bob.like(post.uri),
        street.bob.follow(street.alice.actor.uri),
        street.bob.undo("x"),
    ):
        before = await street.rows()
        assert await passed_on(street, document, 403) == 0
        assert await street.rows() == before


async def test_what_is_passed_on_of_strangers_is_not_fetched(street: Street) -> None:
    note = street.bob.note()
    assert await passed_on(street, street.bob.create(note)) == 0
    assert await passed_on(street, street.bob.activity("Delete", note["id"])) == 0
    assert street.there.fetches() == []


async def test_a_neighbour_has_no_reason_to_pass_on(street: Street) -> None:
    await street.befriend(street.bob)
    create = {**street.bob.create(), "signature": {"signatureValue": "AAAA"}}
    assert await street.carol.send(street.inbox, create) == 403


# Waiting


async def test_a_job_waits_while_its_origin_is_away_and_holds_up_nobody(street: Street) -> None:
    await street.befriend(street.bob)
    away, there = street.carol.note(), street.carol.note()
    path = away["id"].removeprefix(street.there.origin)
    street.there.answers[path] = Answer(status=503)
    first, second = street.bob.announce(away["id"]), street.bob.announce(there["id"])
    await send(street, first, second)
    assert await street.work() == 2
    assert await street.home() == [second["id"]]
    assert await street.read(arrivals.waiting) == 1
    assert await street.work() == 0


async def test_a_job_is_done_later_when_its_origin_is_back(database_url: str) -> None:
    moment = [system_clock()]
    async with running_node(database_url, clock=lambda: moment[0]) as node, RemoteServer() as there:
        street = Street(
            node=node,
            there=there,
            alice=await node.add_person("alice"),
            bob=there.add_actor("bob"),
            carol=there.add_actor("carol"),
            worker=InboxWorker(node.node),
            catching_up=CatchUpWorker(node.node),
        )
        await street.befriend(street.bob)
        note = street.carol.note()
        path = note["id"].removeprefix(there.origin)
        there.answers[path] = Answer(status=503)
        boost = street.bob.announce(note["id"])
        await send(street, boost)
        assert await street.work() == 1
        del there.answers[path]
        moment[0] += timedelta(minutes=3)
        assert await street.work() == 1
        assert await street.home() == [boost["id"]]
        assert await street.read(arrivals.waiting) == 0


async def test_a_job_that_can_never_be_done_is_dropped_and_may_be_sent_again(street: Street) -> None:
    await street.befriend(street.bob)
    boost = street.bob.announce(street.there.new_id("nothing"))
    await send(street, boost)
    receipts = (await street.rows())["receipts"]
    assert await street.work() == 1
    assert await street.read(arrivals.waiting) == 0
    assert (await street.rows())["receipts"] == receipts - 1


async def test_a_job_is_given_up_in_the_end(street: Street) -> None:
    await street.befriend(street.bob)
    note = street.carol.note()
    street.there.answers[note["id"].removeprefix(street.there.origin)] = Answer(status=503)
    await send(street, street.bob.announce(note["id"]))

    def worn_out(tx: Tx) -> None:
        [job] = arrivals.claim(tx, limit=1, lease=timedelta())
        for _ in range(20):
            arrivals.put_off(tx, job, until=tx.now, reason="down")

    await street.write(worn_out)
    assert await street.work() == 1
    assert await street.read(arrivals.waiting) == 0


async def test_the_line_of_a_host_keeps_its_order(street: Street) -> None:
    await street.write(lambda tx: _add(tx, "a", "a", "b", "a"))
    first = await claim(street)
    assert [job.host for job in first] == ["a", "b"]
    assert await claim(street) == []
    await street.write(lambda tx: arrivals.done(tx, first[0]))
    [second] = await claim(street)
    assert second.host == "a"
    assert second.id > first[0].id


async def test_a_job_that_was_put_off_has_left_the_line(street: Street) -> None:
    await street.write(lambda tx: _add(tx, "a", "a"))
    [first] = await claim(street)
    await street.write(
        lambda tx: arrivals.put_off(tx, first, until=tx.now + timedelta(hours=1), reason="down")
    )
    [second] = await claim(street)
    assert second.id != first.id


async def test_a_lease_that_ran_out_is_due_again(street: Street) -> None:
    await street.write(lambda tx: _add(tx, "a"))
    [job] = await street.write(lambda tx: arrivals.claim(tx, limit=9, lease=timedelta()))
    assert [each.id for each in await claim(street)] == [job.id]
    assert await claim(street) == []
    await street.write(arrivals.release_all)
    assert [each.id for each in await claim(street)] == [job.id]


async def test_the_worker_wakes_does_its_work_and_stops(street: Street) -> None:
    await street.befriend(street.bob)
    stop = asyncio.Event()
    note = street.carol.note()
    boost = street.bob.announce(note["id"])
    async with asyncio.TaskGroup() as group:
        working = group.create_task(street.worker.run(stop))
        await send(street, boost)
        await street.there.is_asked_for(note["id"].removeprefix(street.there.origin))
        stop.set()
        await working
    assert await street.home() == [boost["id"]]
    assert await street.read(arrivals.waiting) == 0


async def test_a_worker_that_is_stopped_gives_back_what_it_could_not_end(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fediverse_node.federation.inbox.process.DRAIN", 0.05)
    await street.befriend(street.bob)
    note = street.carol.note()
    never = asyncio.Event()
    path = note["id"].removeprefix(street.there.origin)
    street.there.answers[path] = Answer(after=never)
    await send(street, street.bob.announce(note["id"]))
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        working = group.create_task(street.worker.run(stop))
        await street.there.is_asked_for(path)
        stop.set()
        await working
    never.set()
    assert len(await claim(street)) == 1


async def test_old_receipts_are_forgotten(street: Street) -> None:
    await street.meet(street.bob)
    later = datetime.now(UTC) + timedelta(days=91)

    def unit(tx: Tx) -> int:
        tx.now = later
        return arrivals.forget_old(tx)

    assert await street.write(arrivals.forget_old) == 0
    assert await street.write(unit) == 1


async def claim(street: Street) -> list[Job]:
    return await street.write(lambda tx: arrivals.claim(tx, limit=9, lease=timedelta(minutes=1)))


def _add(tx: Tx, *hosts: str) -> None:
    for host in hosts:
        arrivals.add(tx, host=host, signer_uri=f"http://{host}/users/x", document=b"{}")


async def test_a_post_that_was_passed_on_first_is_at_home_once_its_author_sends_it(street: Street) -> None:
    await street.befriend(street.bob)
    await street.befriend(street.carol)
    mention = {"type": "Mention", "href": street.alice.actor.uri, "name": "@alice"}
    note = street.bob.note(tag=[mention])
    boost = street.carol.announce(note["id"])
    assert await street.carol.send(street.shared, boost) == 202
    await street.work()
    assert (await street.home(), "mention" in await street.told()) == ([boost["id"]], False)
    for _ in range(2):
        assert await street.bob.send(street.shared, street.bob.create(note)) == 202
    assert sorted(await street.home()) == sorted([note["id"], boost["id"]])
    assert (await street.told()).count("mention") == 1


async def test_an_undo_that_comes_late_does_not_end_what_was_done_again(street: Street) -> None:
    post = await street.write_post()
    first, again = street.bob.follow(street.alice.actor.uri), street.bob.follow(street.alice.actor.uri)
    like, liked_again = street.bob.like(post.uri), street.bob.like(post.uri)
    for activity in (first, like, again, liked_again, street.bob.undo(first), street.bob.undo(like)):
        assert await street.bob.send(street.inbox, activity) == 202
    following, stored = await street.follower(street.bob), await street.post(post.uri)
    assert stored is not None
    assert following is not None
    assert (following.uri, stored.favourites_count) == (again["id"], 1)
    for activity in (street.bob.undo(again), street.bob.undo(liked_again)):
        assert await street.bob.send(street.inbox, activity) == 202
    stored = await street.post(post.uri)
    assert stored is not None
    assert (await street.follower(street.bob), stored.favourites_count) == (None, 0)
