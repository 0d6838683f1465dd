"""Whose word is it? What a neighbour, a bearer of letters, a blocked person or a stranger cannot bring about.

Each refusal has a twin that differs in the attacked property only. Numbers (OBJ-…) are those of the attack
catalogue.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from fediverse_node.activitystreams.documents import ObjectDoc
from fediverse_node.activitystreams.read import read_object
from fediverse_node.actors.model import Actor
from fediverse_node.deliveries import queries as deliveries
from fediverse_node.federation.discovery import conversation, keeping
from fediverse_node.federation.discovery.objects import FoundPost
from fediverse_node.federation.inbox import forwarding, synchronising
from fediverse_node.federation.outbox import block as blocking
from fediverse_node.federation.outbox import exclude
from fediverse_node.federation.outbox.polling import DraftPoll
from fediverse_node.federation.outbox.publish import Draft, publish
from fediverse_node.follows import checks
from fediverse_node.follows import queries as follows
from fediverse_node.follows.model import Follow
from fediverse_node.kernel.ids import time_of
from fediverse_node.moderation import reports
from fediverse_node.moderation.model import DomainBlock
from fediverse_node.polls import queries as polls
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Post
from fediverse_node.quotes import queries as quotes
from fediverse_node.quotes.model import Interaction
from fediverse_node.storage.paging import Page
from fediverse_node.storage.tx import Tx
from fediverse_node.web.federation import inbox as door
from fediverse_node.web.rate_limits import Rate
from tests.doors.federation.conftest import Street, changed
from tests.fakes.prover import multikey, proved
from tests.fakes.remote_server import (
    ACTIVITY_JSON,
    CONTEXT,
    PUBLIC,
    Answer,
    JsonDict,
    Letter,
    RemoteActor,
    RemoteServer,
)
from tests.fixtures.nodes import running_node

KEY = Ed25519PrivateKey.generate()


def can_prove(who: RemoteActor) -> RemoteActor:
    who.extra["assertionMethod"] = [multikey(who.uri, KEY)]
    return who


def sealed(who: RemoteActor, document: JsonDict) -> JsonDict:
    return proved(document, KEY, f"{who.uri}#ed25519-key")


def unsigned(url: str, domain: str, document: JsonDict) -> Letter:
    headers = (("Host", domain), ("Content-Type", ACTIVITY_JSON))
    return Letter(url=url, body=json.dumps(document).encode(), headers=headers)


def private(who: RemoteActor, **more: Any) -> JsonDict:
    """A note for *who*'s followers, which its server hides from ours."""
    note = who.note("<p>For friends</p>", to=[who.followers], cc=[], **more)
    del who.server.documents[note["id"].removeprefix(who.server.origin)]
    return note


async def follow_here(street: Street, person: Actor, target: Actor) -> None:
    """Let a person of ours follow *target*."""

    def unit(tx: Tx) -> None:
        uri = street.node.addresses.activity(tx.new_id())
        made = Follow(
            id=tx.new_id(),
            uri=uri,
            follower_id=person.id,
            target_id=target.id,
            state="accepted",
            created_at=tx.now,
        )
        assert follows.add(tx, made)

    await street.write(unit)


async def noted(street: Street, uri: str) -> Interaction | None:
    return await street.read(lambda tx: quotes.by_post_uri(tx, uri, "quote"))


# Edits


@pytest.mark.parametrize("rejected", [False, True])
async def test_an_edit_does_not_bring_back_media_that_is_not_wanted(street: Street, rejected: bool) -> None:  # noqa: FBT001 a parameter of the test
    if rejected:
        rule = DomainBlock(domain=street.there.domain, severity="noop", reject_media=True)
        await street.write(lambda tx: exclude.decide(tx, rule, own_domain=street.node.domain))
    await street.befriend(street.bob)
    note = street.bob.note()
    assert await street.bob.send(street.inbox, street.bob.create(note)) == 202
    picture = {"type": "Image", "mediaType": "image/png", "url": f"{street.there.origin}/cat.png"}
    edit = changed(note, attachment=[picture], content="<p>Look</p>", updated="2099-01-01T00:00:00Z")
    assert await street.bob.send(street.inbox, street.bob.activity("Update", edit)) == 202
    post = await street.post(note["id"])
    assert post is not None
    assert post.content_html == "<p>Look</p>"
    assert len(post.attachments) == (0 if rejected else 1)


@pytest.mark.parametrize("blocked", [False, True])
async def test_an_edit_does_not_reach_who_blocks_its_author(street: Street, blocked: bool) -> None:  # noqa: FBT001 a parameter of the test
    """OBJ-34: carol is followed by dan, so the post is here; alice blocks her, or does not."""
    known, dan = await street.meet(street.carol), await street.node.add_person("dan")
    await follow_here(street, dan.actor, known)
    note = street.carol.note()
    assert await street.carol.send(street.inbox, street.carol.create(note)) == 202
    if blocked:
        await blocking.block(street.node.desk, street.alice.actor, known.id)
    alice = street.alice.actor.uri
    edit = changed(note, to=[*note["to"], alice], content="<p>Hey</p>", updated="2099-01-01T00:00:00Z")
    assert await street.carol.send(street.inbox, street.carol.activity("Update", edit)) == 202
    post = await street.post(note["id"])
    assert post is not None
    assert post.content_html == "<p>Hey</p>"
    found = await street.read(lambda tx: posts.mentions_of(tx, [post.id]))
    assert (alice in {each.actor_uri for each in found.get(post.id, [])}) is not blocked


async def test_an_edit_does_not_make_a_post_of_a_boost(street: Street) -> None:  # OBJ-21
    await street.befriend(street.bob)
    ours = await street.write_post()
    boost = street.bob.announce(ours.uri)
    assert await street.bob.send(street.inbox, boost) == 202
    edit = changed(street.bob.note("<p>Mine</p>"), id=boost["id"], updated="2099-01-01T00:00:00Z")
    assert await street.bob.send(street.inbox, street.bob.activity("Update", edit)) == 403
    stands = await street.post(boost["id"])
    assert stands is not None
    assert (stands.boost_of_id, stands.content_html) == (ours.id, "")


async def test_an_edit_of_a_private_quote_does_not_end_the_post(street: Street) -> None:
    """Its server says 404 to ours of what is for followers; that is no sign that it is gone."""
    await street.befriend(street.bob)
    target = street.carol.note("<p>Carol's words</p>")["id"]
    note = private(street.bob, quote=target)
    assert await street.bob.send(street.inbox, street.bob.create(note)) == 202
    stamp = {
        "@context": CONTEXT,
        "id": street.there.new_id("stamps"),
        "type": "QuoteAuthorization",
        "attributedTo": street.carol.uri,
        "interactingObject": note["id"],
        "interactionTarget": target,
    }
    edit = changed(note, quoteAuthorization=street.there.publish(stamp)["id"], updated="2099-01-01T00:00:00Z")
    assert await street.bob.send(street.inbox, street.bob.activity("Update", edit)) == 202
    await street.work()
    assert await street.post(note["id"]) is not None
    found = await noted(street, note["id"])
    assert found is not None
    assert found.state == "accepted"


async def test_other_answers_under_the_same_words_are_an_edit(street: Street) -> None:
    await street.befriend(street.bob)
    answers = [{"type": "Note", "name": name} for name in ("Tea", "Coffee", "Milk")]
    note = street.bob.note("<p>What?</p>", type="Question", oneOf=answers[:2])
    assert await street.bob.send(street.inbox, street.bob.create(note)) == 202
    edit = changed(note, oneOf=answers[1:], updated="2099-01-01T00:00:00Z")
    assert await street.bob.send(street.inbox, street.bob.activity("Update", edit)) == 202
    post = await street.post(note["id"])
    assert post is not None
    found = await street.read(lambda tx: polls.of_post(tx, post.id))
    assert found is not None
    assert found.names == ("Coffee", "Milk")


# Deletes and Undos


@pytest.mark.parametrize("hidden", [False, True])
async def test_nobody_passes_on_the_end_of_a_post_that_is_only_hidden_from_us(
    street: Street,
    hidden: bool,  # noqa: FBT001 a parameter of the test
) -> None:  # OBJ-31
    await street.befriend(street.bob)
    note = private(street.bob) if hidden else street.bob.note()
    assert await street.bob.send(street.inbox, street.bob.create(note)) == 202
    street.there.documents.pop(note["id"].removeprefix(street.there.origin), None)
    delete = street.bob.activity("Delete", note["id"], signature={"type": "RsaSignature2017"})
    async with RemoteServer("elsewhere") as elsewhere:
        assert await elsewhere.add_actor("stranger").send(street.inbox, delete) == 202
    await street.work()
    assert (await street.post(note["id"]) is not None) is hidden


@pytest.mark.parametrize("hidden", [False, True])
async def test_a_group_cannot_end_a_post_that_is_only_hidden_from_us(
    street: Street,
    hidden: bool,  # noqa: FBT001 a parameter of the test
) -> None:  # OBJ-30
    group = street.there.add_actor("group", type="Group")
    await street.befriend(street.bob)
    await street.befriend(group)
    note = private(street.bob) if hidden else street.bob.note()
    assert await street.bob.send(street.inbox, street.bob.create(note)) == 202
    street.there.documents.pop(note["id"].removeprefix(street.there.origin), None)
    news = group.announce(street.bob.activity("Delete", note["id"]))
    assert await group.send(street.inbox, news) == 202
    await street.work()
    assert (await street.post(note["id"]) is not None) is hidden


@pytest.mark.parametrize("stated", [None, "Like", "Announce"])
async def test_a_neighbour_cannot_keep_a_post_away_by_undoing_its_id(
    street: Street, stated: str | None
) -> None:  # OBJ-23; the twin is a Delete that comes first (test_inbox_order)
    await street.befriend(street.bob)
    await street.meet(street.carol)
    note = street.bob.note()
    undone = note["id"] if stated is None else {"id": note["id"], "type": stated, "object": PUBLIC}
    assert await street.carol.send(street.inbox, street.carol.undo(undone)) == 202
    assert await street.bob.send(street.inbox, street.bob.create(note)) == 202
    assert await street.post(note["id"]) is not None


# Letters that others bring


@pytest.mark.parametrize("how", ["by bob", "unsigned", "by a stranger"])
async def test_what_comes_with_a_letter_that_another_brings_is_not_its_authors_word(
    street: Street, how: str
) -> None:
    """FEP-8fcf: an empty list at bob's server would end alice's follow; a proof says nothing of headers."""
    await street.befriend(can_prove(street.bob))
    empty = f"{street.there.origin}/users/carol/empty"
    street.there.publish({"@context": CONTEXT, "id": empty, "type": "Collection", "items": []})
    value = f'collectionId="{street.bob.followers}", url="{empty}", digest="{checks.digest([])}"'
    document = sealed(street.bob, street.bob.create())
    async with RemoteServer("elsewhere") as elsewhere:
        signers = {"by bob": street.bob, "by a stranger": elsewhere.add_actor("stranger")}
        signer = signers.get(how)
        letter = (
            signer.letter(street.inbox, document)
            if signer is not None
            else unsigned(street.inbox, street.node.domain, document)
        )
        sent = await letter.with_header("Collection-Synchronization", value).send(street.there.http)
    assert sent == 202
    await street.catch_up()
    assert (await street.follow_of(street.bob) is None) is (how == "by bob")


async def test_a_list_of_everybody_here_costs_a_few_letters(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:  # DOS-23
    monkeypatch.setattr(synchronising, "MOST_ANSWERS", 2)
    await street.meet(street.bob)
    names = [(await street.node.add_person(f"person{number}")).actor.uri for number in range(4)]
    address = f"{street.bob.uri}/followers_synchronization"
    listed = {"@context": CONTEXT, "id": address, "type": "OrderedCollection", "orderedItems": names}
    street.there.publish(listed)
    value = f'collectionId="{street.bob.followers}", url="{address}", digest="{checks.digest(names)}"'
    letter = street.bob.letter(street.inbox, street.bob.create())
    assert await letter.with_header("Collection-Synchronization", value).send(street.there.http) == 202
    await street.catch_up()
    assert (await street.answers()).count("Undo") == 2


async def test_copies_that_others_bring_do_not_use_up_what_a_server_may_send(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:  # DOS-18
    monkeypatch.setattr(door, "PER_HOST", Rate(name="inbox", count=3, seconds=300))
    limited = {"FEDIVERSE_NODE_LIMITS__RATE_LIMITS": "true"}
    async with running_node(database_url, settings=limited) as node, RemoteServer() as there:
        alice, bob = await node.add_person("alice"), can_prove(there.add_actor("bob"))
        inbox = node.addresses.inbox("alice")
        letter = unsigned(inbox, node.domain, sealed(bob, bob.follow(alice.actor.uri)))
        assert [await letter.send(there.http) for _ in range(4)] == [202, 202, 202, 429]
        assert [await bob.send(inbox, bob.create()) for _ in range(4)] == [202, 202, 202, 429]


async def test_keys_on_servers_that_do_not_answer_are_named_so_often_and_no_more(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:  # SIG-20, DOS-18
    monkeypatch.setattr(door, "FAILED_SIGNATURES", Rate(name="failed_signatures", count=2, seconds=300))
    limited = {"FEDIVERSE_NODE_LIMITS__RATE_LIMITS": "true"}
    async with running_node(database_url, settings=limited) as node, RemoteServer() as there:
        alice, bob = await node.add_person("alice"), there.add_actor("bob")
        inbox = node.addresses.inbox("alice")
        assert await bob.send(inbox, bob.follow(alice.actor.uri)) == 202
        for name in ("ann", "ben", "cas"):
            there.answers[f"/users/{name}"] = Answer(status=503)
        strangers = [there.add_actor(name) for name in ("ann", "ben", "cas")]
        sent = [await each.send(inbox, each.follow(alice.actor.uri)) for each in strangers]
        assert sent == [503, 503, 429]
        assert "/users/cas" not in there.fetches()


# Reports


async def test_what_a_report_says_does_not_command_the_operators_terminal(street: Street) -> None:
    flag = street.bob.activity("Flag", street.alice.actor.uri, content="<p>Bad\x1b[2J\x9b31m news</p>")
    assert await street.bob.send(street.inbox, flag) == 202
    (found,) = await street.read(lambda tx: reports.listing(tx, Page()))
    assert found.comment == "Bad[2J31m news"


# Quotes


async def test_a_neighbour_cannot_undo_what_somebodys_post_quotes(street: Street) -> None:  # OBJ-35
    first = await publish(street.node.desk, street.alice.actor, Draft(text="One"))
    second = await publish(street.node.desk, street.alice.actor, Draft(text="Two"))
    note = street.bob.note(quote=first.uri)
    request = street.bob.activity("QuoteRequest", first.uri, instrument=note)
    assert await street.bob.send(street.inbox, request) == 202
    claimed = changed(note, quote=second.uri, attributedTo=[street.carol.uri, street.bob.uri])
    forged = street.carol.activity("QuoteRequest", second.uri, instrument=claimed)
    assert await street.carol.send(street.inbox, forged) == 403
    found = await noted(street, note["id"])
    assert found is not None
    assert (found.target_uri, found.state) == (first.uri, "accepted")


@pytest.mark.parametrize("reply_policy", ["public", "nobody"])
async def test_an_answer_that_may_not_stand_does_not_come_in_as_a_quote(
    street: Street, reply_policy: str
) -> None:
    alice = street.alice.actor
    answered = await publish(street.node.desk, alice, Draft(text="No answers", reply_policy=reply_policy))  # type: ignore[arg-type]  # one of the words for it
    quoted = await publish(street.node.desk, alice, Draft(text="Quote me"))
    note = street.bob.note(quote=quoted.uri, inReplyTo=answered.uri)
    request = street.bob.activity("QuoteRequest", quoted.uri, instrument=note)
    assert await street.bob.send(street.inbox, request) == 202
    assert (await street.post(note["id"]) is not None) is (reply_policy == "public")


# Blocks


@pytest.mark.parametrize("blocked", [False, True])
async def test_who_is_blocked_does_not_boost_by_wrapping(street: Street, blocked: bool) -> None:  # noqa: FBT001 a parameter of the test
    # OBJ-34
    known = await street.meet(street.bob)
    post = await street.write_post()
    if blocked:
        await blocking.block(street.node.desk, street.alice.actor, known.id)
    wrapped = street.bob.announce(street.carol.activity("Create", post.uri))
    assert await street.bob.send(street.inbox, wrapped) == 202
    stands = await street.post(post.uri)
    assert stands is not None
    assert stands.boosts_count == (0 if blocked else 1)


@pytest.mark.parametrize("rejected", [False, True])
async def test_an_emoji_does_not_bring_a_picture_that_is_not_wanted(street: Street, rejected: bool) -> None:  # noqa: FBT001 a parameter of the test
    post = await street.write_post()
    if rejected:
        rule = DomainBlock(domain=street.there.domain, severity="noop", reject_media=True)
        await street.write(lambda tx: exclude.decide(tx, rule, own_domain=street.node.domain))
    picture = {"type": "Image", "mediaType": "image/png", "url": f"{street.there.origin}/blob.png"}
    tag = {"type": "Emoji", "name": ":blob:", "icon": picture}
    like = street.bob.activity("Like", post.uri, content=":blob:", tag=[tag])
    assert await street.bob.send(street.inbox, like) == 202
    after = await street.post(post.uri)
    assert after is not None
    assert (len(after.reactions), after.favourites_count) == ((0, 1) if rejected else (1, 0))


@pytest.mark.parametrize("shunned", [False, True])
async def test_a_shunned_servers_votes_do_not_count_however_many_come_at_once(
    street: Street,
    shunned: bool,  # noqa: FBT001 a parameter of the test
) -> None:  # OBJ-36
    poll = DraftPoll(options=("Tea", "Coffee"), expires_in=3600, multiple=True)
    question = await publish(street.node.desk, street.alice.actor, Draft(text="?", poll=poll))
    if shunned:
        await blocking.shun(street.node.desk, street.alice.actor, street.there.domain)
    votes = [
        {
            "id": street.there.new_id("votes"),
            "type": "Note",
            "name": name,
            "attributedTo": street.bob.uri,
            "inReplyTo": question.uri,
            "to": [street.alice.actor.uri],
        }
        for name in ("Tea", "Coffee")
    ]
    create = street.bob.activity("Create", votes, to=[street.alice.actor.uri])
    assert await street.bob.send(street.inbox, create) == 202
    found = await street.read(lambda tx: polls.of_post(tx, question.id))
    assert found is not None
    assert found.votes_count == (0 if shunned else 2)


# Amplification


async def test_a_group_that_says_the_same_again_and_again_makes_no_history(street: Street) -> None:
    group = street.there.add_actor("group", type="Group")
    await street.befriend(group)
    await street.befriend(street.bob)
    note = street.bob.note()
    assert await street.bob.send(street.inbox, street.bob.create(note)) == 202
    counts = []
    for content in ("<p>Hello</p>", "<p>Hello</p>", "<p>Other</p>"):
        street.there.publish(changed(note, content=content))
        news = group.announce(street.bob.activity("Update", note["id"]))
        assert await group.send(street.inbox, news) == 202
        await street.work()
        counts.append((await street.rows())["post_revisions"])
    assert counts == [0, 0, 1]


async def test_a_list_that_is_disputed_in_every_letter_is_fetched_once_in_a_while(street: Street) -> None:
    await street.befriend(street.bob)
    address = f"{street.bob.uri}/followers_synchronization"
    names = [street.alice.actor.uri]
    listed = {"@context": CONTEXT, "id": address, "type": "OrderedCollection", "orderedItems": names}
    street.there.publish(listed)
    for number in range(3):
        other = checks.digest([str(number)])
        value = f'collectionId="{street.bob.followers}", url="{address}", digest="{other}"'
        letter = street.bob.letter(street.inbox, street.bob.create())
        sent = letter.with_header("Collection-Synchronization", value)
        assert await sent.send(street.there.http) == 202
        await street.catch_up()
    assert len(street.there.asked_for("/users/bob/followers_synchronization")) == 1


@pytest.mark.parametrize(("most", "reached"), [(2, 1), (10, 3)])
async def test_one_answer_makes_us_climb_so_far_and_no_further(
    street: Street, monkeypatch: pytest.MonkeyPatch, most: int, reached: int
) -> None:
    """DOS-23: each step leads to another author, so it costs two requests."""
    monkeypatch.setattr(conversation, "FETCHES_PER_CLIMB", most)
    await street.befriend(street.bob)
    above, parent = [], None
    for number in range(3):
        author = street.there.add_actor(f"author{number}")
        above.append(author.note(inReplyTo=parent))
        parent = above[-1]["id"]
    answer = street.bob.note(inReplyTo=parent)
    assert await street.bob.send(street.inbox, street.bob.create(answer)) == 202
    await street.catch_up()
    found = [await street.post(note["id"]) for note in above]
    assert sum(post is not None for post in found) == reached


# Forwarding


async def handed_on(street: Street) -> int:
    since = time_of(1)
    origin = street.node.addresses.origin
    return await street.read(
        lambda tx: deliveries.handed_on(tx, street.alice.actor.id, own_origin=origin, since=since)
    )


def answer_to(street: Street, who: RemoteActor, post: Post) -> JsonDict:
    """A proved reply that asks to be handed on to alice's followers."""
    followers = street.alice.actor.followers
    note = who.note(inReplyTo=post.uri, to=[PUBLIC], cc=[who.followers, followers])
    return sealed(who, who.create(note))


@pytest.mark.parametrize("blocked", [False, True])
async def test_who_is_blocked_does_not_reach_the_blockers_followers(street: Street, blocked: bool) -> None:  # noqa: FBT001 a parameter of the test
    """OBJ-34: dan follows bob, so that bob's answers are stored here whatever alice thinks of him."""
    async with RemoteServer("elsewhere") as elsewhere:
        known = await street.meet(can_prove(street.bob))
        await street.meet(elsewhere.add_actor("dave"))
        dan = await street.node.add_person("dan")
        await follow_here(street, dan.actor, known)
        if blocked:
            await blocking.block(street.node.desk, street.alice.actor, known.id)
        answer = answer_to(street, street.bob, await street.write_post())
        assert await street.bob.send(street.inbox, answer) == 202
        assert await street.post(answer["object"]["id"]) is not None
    assert await handed_on(street) == (0 if blocked else 1)


@pytest.mark.parametrize("shown", [False, True])
async def test_who_was_not_shown_a_post_does_not_reach_its_readers(street: Street, shown: bool) -> None:  # noqa: FBT001 a parameter of the test
    async with RemoteServer("elsewhere") as elsewhere:
        await street.befriend(can_prove(street.bob))  # who follows alice
        await street.meet(elsewhere.add_actor("dave"))
        if not shown:
            follow = await street.follower(street.bob)
            assert follow is not None
            assert await street.bob.send(street.inbox, street.bob.undo(follow.uri)) == 202
        answer = answer_to(street, street.bob, await street.write_post(visibility="private"))
        assert await street.bob.send(street.inbox, answer) == 202
    assert await handed_on(street) == (1 if shown else 0)


async def test_many_posts_are_not_worth_more_than_one(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:  # DOS-23
    monkeypatch.setattr(forwarding, "MOST_OF_AN_AUTHOR", 2)
    async with RemoteServer("elsewhere") as elsewhere:
        await street.meet(can_prove(street.bob))
        await street.meet(elsewhere.add_actor("dave"))
        for _ in range(3):
            answer = answer_to(street, street.bob, await street.write_post())
            assert await street.bob.send(street.inbox, answer) == 202
    assert await handed_on(street) == 2


# Times


@pytest.mark.parametrize("published", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
async def test_no_time_puts_what_is_stored_late_where_no_post_can_be(street: Street, published: str) -> None:
    """OBJ-39: neither at the very beginning nor on top of what is yet to come."""
    known = await street.meet(street.bob)
    doc: ObjectDoc = read_object(changed(street.bob.note(), published=published))
    assert doc.id is not None
    found = FoundPost(uri=doc.id, doc=doc, author=known)
    stored = await street.write(lambda tx: keeping.store(tx, found, in_its_time=True))
    assert stored is not None
    now = await street.read(lambda tx: tx.now)
    assert abs((time_of(stored.id) - now).total_seconds()) < 60
