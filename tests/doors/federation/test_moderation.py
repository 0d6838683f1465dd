"""Blocks, reports and shut-out servers, at the inbox. Numbers are those of the attack catalogue."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from fediverse_node.deliveries import tables as deliveries
from fediverse_node.federation.outbox import block as blocking
from fediverse_node.federation.outbox import exclude
from fediverse_node.federation.outbox.follow import follow
from fediverse_node.federation.outbox.publish import Draft, publish
from fediverse_node.federation.outbox.report import report
from fediverse_node.kernel.errors import NotAllowed, NotFound
from fediverse_node.moderation import queries as moderation
from fediverse_node.moderation import reports, servers
from fediverse_node.moderation.model import DomainBlock, Report
from fediverse_node.storage.paging import Page
from tests.doors.federation.conftest import Street
from tests.fakes.remote_server import PUBLIC, JsonDict, RemoteActor, RemoteServer
from tests.fixtures.signed_get import get


async def shut_out(street: Street, domain: str | None = None, **rule: object) -> exclude.Effect:
    """The operator makes a rule for the neighbour's server."""
    values = {"severity": "suspend", **rule}
    found = DomainBlock(domain=domain or street.there.domain, **values)  # type: ignore[arg-type]  # a lab's shorthand
    own = street.node.domain
    return await street.write(lambda tx: exclude.decide(tx, found, own_domain=own))


async def block(street: Street, remote: RemoteActor) -> None:
    """Alice blocks *remote*, whom she has met."""
    known = await street.actor(remote) or await street.meet(remote)
    await blocking.block(street.node.desk, street.alice.actor, known.id)


async def between(street: Street, remote: RemoteActor) -> set[str]:
    """Who of alice and *remote* blocks the other."""
    known = await street.actor(remote)
    assert known is not None
    stance = await street.read(lambda tx: moderation.stance(tx, street.alice.actor.id, [known.id]))
    return {
        name
        for name, ids in (("alice", stance.blocking), (remote.name, stance.blocked_by))
        if known.id in ids
    }


async def all_reports(street: Street) -> list[Report]:
    return await street.read(lambda tx: reports.listing(tx, Page()))


# Block, sent by us


async def test_blocking_ends_follows_both_ways_and_tells_the_other_server(street: Street) -> None:
    # PRI-09
    await street.befriend(street.bob)
    assert await street.bob.send(street.inbox, street.bob.create()) == 202
    assert len(await street.home()) == 1
    await block(street, street.bob)
    assert await street.follower(street.bob) is None
    assert await street.follow_of(street.bob) is None
    assert await street.home() == []
    assert await street.told() == []
    assert (await street.answers())[-1] == "Block"
    assert await between(street, street.bob) == {"alice"}
    known = await street.actor(street.bob)
    assert known is not None
    await blocking.unblock(street.node.desk, street.alice.actor, known.id)
    assert (await street.answers())[-1] == "Undo"
    assert await between(street, street.bob) == set()


@pytest.mark.parametrize("blocked", [True, False])
async def test_what_a_blocked_actor_does_has_no_effect_on_the_blocker(
    street: Street, *, blocked: bool
) -> None:
    # OBJ-34, with its twin
    await street.meet(street.bob)
    post = await street.write_post()
    if blocked:
        await block(street, street.bob)
        before = await street.rows()
    alice = street.alice.actor.uri
    note = street.bob.note(inReplyTo=post.uri, tag=[{"type": "Mention", "href": alice}], to=[PUBLIC, alice])
    for activity in (
        street.bob.like(post.uri),
        street.bob.announce(post.uri),
        street.bob.create(note),
    ):
        assert await street.bob.send(street.inbox, activity) == 202
    told = await street.told()
    if blocked:
        assert told == []
        assert await street.rows() == before
    else:
        assert set(told) == {"favourite", "reblog", "mention", "follow"}


async def test_a_blocked_actor_that_follows_is_refused(street: Street) -> None:
    await block(street, street.bob)
    assert await street.bob.send(street.inbox, street.bob.follow(street.alice.actor.uri)) == 202
    assert await street.follower(street.bob) is None
    assert (await street.answers())[-1] == "Reject"
    assert await street.carol.send(street.inbox, street.carol.follow(street.alice.actor.uri)) == 202
    assert (await street.answers())[-1] == "Accept"


async def test_a_shunned_servers_people_are_not_heard(street: Street) -> None:
    await street.meet(street.bob)
    await blocking.shun(street.node.desk, street.alice.actor, street.there.domain.upper())
    assert await street.follower(street.bob) is None
    post = await street.write_post()
    assert await street.bob.send(street.inbox, street.bob.like(post.uri)) == 202
    assert await street.told() == []
    await blocking.unshun(street.node.desk, street.alice.actor, street.there.domain)
    assert await street.bob.send(street.inbox, street.bob.like(post.uri)) == 202
    assert await street.told() == ["favourite"]


# Block, received


async def test_whoever_blocks_one_of_ours_is_kept_apart_from_them(street: Street) -> None:
    bob = await street.befriend(street.bob)
    sent = street.bob.activity("Block", street.alice.actor.uri)
    assert await street.bob.send(street.inbox, sent) == 202
    assert await street.follow_of(street.bob) is None
    assert await street.follower(street.bob) is None
    assert await between(street, street.bob) == {"bob"}
    # What is said to them by name is no longer sent there.
    await publish(street.node.desk, street.alice.actor, Draft(text=f"Hello {street.bob.handle}"))
    table = deliveries.envelopes
    inboxes = await street.read(lambda tx: tx.all(sa.select(table.c.inbox, table.c.activity_id)))
    kinds = await street.answers()
    assert kinds.count("Create") == 1
    assert all("inbox" not in row[0] for row in inboxes[1:])
    with pytest.raises((NotFound, NotAllowed)):
        await follow_again(street, bob.id)
    assert await street.bob.send(street.inbox, street.bob.undo(sent)) == 202
    assert await between(street, street.bob) == set()


async def follow_again(street: Street, target_id: int) -> None:
    await follow(street.node.desk, street.alice.actor, target_id)


async def test_nobody_takes_back_anothers_block(street: Street) -> None:
    # OBJ-23
    await street.meet(street.bob)
    await street.meet(street.carol)
    sent = street.bob.activity("Block", street.alice.actor.uri)
    assert await street.bob.send(street.inbox, sent) == 202
    stolen = street.carol.undo(sent["id"])
    assert await street.carol.send(street.inbox, stolen) == 403
    assert await between(street, street.bob) == {"bob"}
    assert await street.bob.send(street.inbox, street.bob.undo(sent["id"])) == 202
    assert await between(street, street.bob) == set()


async def test_a_block_that_was_taken_back_before_it_came_has_no_effect(street: Street) -> None:
    await street.meet(street.bob)
    sent = street.bob.activity("Block", street.alice.actor.uri)
    assert await street.bob.send(street.inbox, street.bob.undo(sent)) == 202
    assert await street.bob.send(street.inbox, sent) == 202
    assert await between(street, street.bob) == set()


# Flag


def flag(sender: RemoteActor, *what: str, **more: object) -> JsonDict:
    return {**sender.activity("Flag", street_target(what)), "content": "<p>Advertising</p>", **more}


def street_target(what: tuple[str, ...]) -> list[str]:
    return list(what)


async def test_a_flag_becomes_a_report_for_the_operator_and_nothing_else(street: Street) -> None:
    post = await street.write_post()
    sent = flag(street.bob, street.alice.actor.uri, post.uri, "https://elsewhere.example/1")
    assert await street.bob.send(street.inbox, sent) == 202
    found = await all_reports(street)
    assert [(each.post_uris, each.comment) for each in found] == [((post.uri,), "Advertising")]
    assert await street.told() == []
    assert await street.answers() == []
    assert await street.bob.send(street.inbox, sent) == 202
    assert await all_reports(street) == found


async def test_a_flag_that_names_thousands_costs_no_more_than_one(street: Street) -> None:
    # OBJ-37
    many = [f"{street.node.base_url}/users/alice/posts/{number}" for number in range(5_000)]
    assert await street.bob.send(street.inbox, flag(street.bob, street.alice.actor.uri, *many)) == 202
    (found,) = await all_reports(street)
    assert len(found.post_uris) <= reports.MAX_POSTS
    for _ in range(reports.MAX_OPEN + 2):
        assert await street.bob.send(street.inbox, flag(street.bob, street.alice.actor.uri)) == 202
    assert len(await all_reports(street)) == reports.MAX_OPEN


async def test_a_flag_says_the_same_of_what_is_there_and_of_what_is_not(street: Street) -> None:
    hidden = await street.write_post(visibility="direct")
    for what in (hidden.uri, f"{street.node.base_url}/users/alice/posts/1", "https://elsewhere.example/1"):
        assert await street.bob.send(street.inbox, flag(street.bob, what)) == 202


async def test_a_report_that_is_forwarded_does_not_say_who_reported(street: Street) -> None:
    await street.befriend(street.bob)
    note = street.bob.note()
    assert await street.bob.send(street.inbox, street.bob.create(note)) == 202
    post = await street.post(note["id"])
    known = await street.actor(street.bob)
    assert post is not None
    assert known is not None
    made = await report(
        street.node.desk, street.alice.actor, known.id, post_ids=[post.id], comment="Spam", forward=True
    )
    assert made.forwarded
    table = deliveries.activities
    rows = await street.read(lambda tx: tx.all(sa.select(table.c.document).where(table.c.type == "Flag")))
    assert b"alice" not in rows[0][0]
    assert note["id"].encode() in rows[0][0]


async def test_nobody_reports_a_post_that_they_may_not_see(street: Street) -> None:
    # PRI-13
    other = await street.node.add_person("other")
    secret = await street.write_post(visibility="direct")
    open_one = await street.write_post()
    with pytest.raises(NotFound):
        await report(street.node.desk, other.actor, street.alice.actor.id, post_ids=[secret.id])
    await report(street.node.desk, other.actor, street.alice.actor.id, post_ids=[open_one.id])
    assert len(await all_reports(street)) == 1


# Servers


async def test_a_shut_out_server_is_refused_before_anything_is_fetched(street: Street) -> None:
    # SIG-21: nobody of that server was met before.
    await shut_out(street)
    before = await street.rows()
    assert await street.bob.send(street.inbox, street.bob.follow(street.alice.actor.uri)) == 403
    assert street.there.fetches() == []
    assert await street.rows() == before
    await street.write(lambda tx: exclude.withdraw(tx, street.there.domain))
    assert await street.bob.send(street.inbox, street.bob.follow(street.alice.actor.uri)) == 202


async def test_shutting_a_server_out_hides_its_people_ends_follows_and_stops_mail(street: Street) -> None:
    # ADM-06, OBJ-33
    await street.befriend(street.bob)
    note = street.bob.note()
    assert await street.bob.send(street.inbox, street.bob.create(note)) == 202
    waiting = len(await street.answers())
    did = await shut_out(street, f"  {street.there.domain}. ".strip(" ."))
    assert (did.hidden, did.turned_back) == (1, waiting)
    assert await street.home() == []
    assert await street.follower(street.bob) is None
    assert await street.follow_of(street.bob) is None
    hidden = await street.actor(street.bob)
    assert hidden is not None
    assert not hidden.active
    assert await street.bob.send(street.inbox, street.bob.create()) == 403
    with pytest.raises(NotAllowed):
        await street.node.desk.discovery.fetcher.refuse_shut_out(street.bob.uri)
    await publish(street.node.desk, street.alice.actor, Draft(text=f"Hello {street.bob.handle}"))
    table = deliveries.envelopes
    states = await street.read(lambda tx: {row[0] for row in tx.all(sa.select(table.c.state))})
    assert states == {"failed"}
    did_back = await street.write(lambda tx: exclude.withdraw(tx, street.there.domain))
    assert did_back is not None
    assert did_back.shown == 1
    assert await street.bob.send(street.inbox, street.bob.follow(street.alice.actor.uri)) == 202


async def test_a_boost_of_a_shut_out_authors_post_is_not_taken(street: Street) -> None:
    # OBJ-33
    async with RemoteServer("elsewhere") as elsewhere:
        dave = elsewhere.add_actor("dave")
        note = dave.note()
        await street.befriend(street.bob)
        await shut_out(street, elsewhere.domain)
        assert await street.bob.send(street.inbox, street.bob.announce(note["id"])) == 202
        await street.work()
        assert elsewhere.fetches() == []
        assert await street.home() == []


async def test_one_suspended_actor_stays_so_when_its_server_is_let_in_again(street: Street) -> None:
    bob = await street.meet(street.bob)
    await street.meet(street.carol)
    await street.write(lambda tx: exclude.suspend(tx, bob))
    assert await street.bob.send(street.inbox, street.bob.create()) == 403
    await shut_out(street)
    await street.write(lambda tx: exclude.withdraw(tx, street.there.domain))
    assert await street.bob.send(street.inbox, street.bob.follow(street.alice.actor.uri)) == 403
    assert await street.carol.send(street.inbox, street.carol.follow(street.alice.actor.uri)) == 202
    assert await street.write(lambda tx: servers.unsuspend(tx, bob))
    assert await street.bob.send(street.inbox, street.bob.follow(street.alice.actor.uri)) == 202


async def test_media_of_a_server_whose_media_is_rejected_are_dropped(street: Street) -> None:
    await street.befriend(street.carol)
    picture = {"type": "Image", "mediaType": "image/png", "url": f"{street.there.origin}/cat.png"}
    street.bob.extra["icon"] = picture
    await shut_out(street, severity="noop", reject_media=True)
    await street.befriend(street.bob)
    for sender in (street.bob, street.carol):
        note = sender.note(attachment=[picture])
        assert await sender.send(street.inbox, sender.create(note)) == 202
        post = await street.post(note["id"])
        assert post is not None
        assert post.attachments == ()
    known = await street.actor(street.bob)
    assert known is not None
    assert known.icon is None


async def test_reports_of_a_server_whose_reports_are_rejected_are_dropped(street: Street) -> None:
    await shut_out(street, severity="noop", reject_reports=True)
    assert await street.bob.send(street.inbox, flag(street.bob, street.alice.actor.uri)) == 202
    assert await all_reports(street) == []


# Signed GETs, outside secure mode


async def test_a_blocked_reader_finds_nothing_and_a_shut_out_one_is_refused(street: Street) -> None:
    post = await street.write_post()
    http = street.node.http
    await street.meet(street.bob)
    for reader in (street.bob, street.carol, None):
        assert (await get(http, post.uri, reader)).status == 200
    await block(street, street.bob)
    for url in (post.uri, street.alice.actor.uri, f"{street.alice.actor.uri}/outbox", f"{post.uri}/replies"):
        assert (await get(http, url, street.bob)).status == 404
        assert (await get(http, url, street.carol)).status == 200
    await shut_out(street)
    assert (await get(http, post.uri, street.bob)).status == 403
    assert (await get(http, post.uri, street.carol)).status == 403
    assert (await get(http, post.uri)).status == 200


async def test_closed_posts_are_given_to_those_who_may_see_them_and_to_no_cache(street: Street) -> None:
    # PRI-03, PRI-08
    http = street.node.http
    await street.meet(street.bob)
    server = street.there.add_actor("instance", type="Application")
    private = await street.write_post(visibility="private")
    direct = await street.write_post(visibility="direct")
    given = await get(http, private.uri, street.bob)
    assert (given.status, given.headers["Cache-Control"]) == (200, "private, no-store")
    assert given.document["id"] == private.uri
    assert (await get(http, private.uri, server)).status == 200
    assert (await get(http, private.uri, street.carol)).status == 404
    assert (await get(http, private.uri)).status == 404
    assert (await get(http, private.uri, street.bob, key=street.carol.key)).status == 404
    for reader in (street.bob, server, street.carol, None):
        assert (await get(http, direct.uri, reader)).status == 404
    async with RemoteServer("elsewhere") as elsewhere:
        stranger = elsewhere.add_actor("instance", type="Application")
        assert (await get(http, private.uri, stranger)).status == 404
    assert (await get(http, private.uri)).status == 404
