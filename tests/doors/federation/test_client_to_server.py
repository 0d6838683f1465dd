"""ActivityPub client-to-server: what an app may do through `POST` to an outbox."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

from fediverse_node.consent import queries as ledger
from fediverse_node.deliveries import tables as deliveries
from fediverse_node.moderation import queries as moderation
from fediverse_node.polls import queries as polls
from fediverse_node.posts import emoji_reactions, pins, reactions
from fediverse_node.posts.model import Post
from tests.doors.federation.conftest import Street
from tests.fakes.remote_server import PUBLIC
from tests.fixtures.nodes import Person

JsonDict = dict[str, Any]
ACTIVITY_JSON = "application/activity+json"


async def post(
    street: Street,
    document: Any,
    *,
    who: Person | None = None,
    box: str = "alice",
    headers: dict[str, str] | None = None,
) -> tuple[int, str | None, str]:
    """Send *document* to an outbox: status, `Location`, and the words of a refusal."""
    body = document if isinstance(document, bytes) else msgspec.json.encode(document)
    given = {"Content-Type": ACTIVITY_JSON, **(who or street.alice).bearer, **(headers or {})}
    async with street.node.http.post(f"/users/{box}/outbox", data=body, headers=given) as answer:
        text = await answer.text()
        words = str(msgspec.json.decode(text)["detail"]) if text else ""
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "Set-Cookie" not in answer.headers
        return answer.status, answer.headers.get("Location"), words


async def done(street: Street, document: JsonDict, **how: Any) -> str:
    """Send what must succeed, and give the id it got."""
    status, location, words = await post(street, document, **how)
    assert status == 201, words
    assert location is not None
    return location


async def refused(street: Street, document: Any, **how: Any) -> tuple[int, str]:
    """Send what must be refused, and see that nothing came of it."""
    before = await street.rows()
    status, location, words = await post(street, document, **how)
    assert (location, await street.rows()) == (None, before), (status, words)
    return status, words


def note(street: Street, content: str = "<p>Hello</p>", **more: Any) -> JsonDict:
    return {"type": "Note", "content": content, "to": [PUBLIC], "cc": [street.alice.actor.followers], **more}


def create(street: Street, content: str = "<p>Hello</p>", **more: Any) -> JsonDict:
    inner = note(street, content, **more)
    return {"type": "Create", "actor": street.alice.actor.uri, "to": inner["to"], "object": inner}


async def written(street: Street) -> list[tuple[JsonDict, list[str]]]:
    """Every activity of alice's, with the inboxes it goes to."""
    activities, envelopes = deliveries.activities, deliveries.envelopes
    rows = await street.read(
        lambda tx: tx.all(sa.select(activities.c.id, activities.c.document).order_by(activities.c.id))
    )
    letters = await street.read(lambda tx: tx.all(sa.select(envelopes.c.activity_id, envelopes.c.inbox)))
    return [
        (msgspec.json.decode(document), [inbox for to, inbox in letters if to == id_])
        for id_, document in rows
        if document
    ]


async def latest(street: Street) -> JsonDict:
    return (await written(street))[-1][0]


async def said(street: Street, location: str) -> Post:
    """The post that the Create with this id is about."""
    found = next(document for document, _ in await written(street) if document["id"] == location)
    made = await street.post(found["object"]["id"])
    assert made is not None
    return made


async def theirs(street: Street, **more: Any) -> JsonDict:
    """A note of bob's that is here."""
    await street.befriend(street.bob)
    found = street.bob.note(**more)
    assert await street.bob.send(street.inbox, street.bob.create(found)) == 202
    return found


# Who may


async def test_without_a_token_nothing_is_published(street: Street) -> None:
    async with street.node.http.post(
        "/users/alice/outbox", json=create(street), headers={"Content-Type": ACTIVITY_JSON}
    ) as answer:
        assert (answer.status, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert (await refused(street, create(street), headers={"Authorization": "Bearer none"}))[0] == 401
    assert await street.answers() == []
    await done(street, create(street))


async def test_a_token_is_good_for_its_own_outbox_and_for_its_scopes(street: Street) -> None:
    reader = await street.node.add_person("reader", scopes="read")
    fine = await street.node.add_person("fine", scopes="write:statuses")
    assert (await refused(street, create(street), who=reader))[0] == 403
    anonymous = {"type": "Note", "content": "Mine", "to": PUBLIC}
    assert (await refused(street, anonymous, who=reader, box="reader"))[0] == 403
    assert (await refused(street, anonymous, who=street.alice, box="fine"))[0] == 403
    await done(street, anonymous, who=fine, box="fine")
    follow = {"type": "Follow", "object": street.alice.actor.uri}
    assert (await refused(street, follow, who=fine, box="fine"))[0] == 403


async def test_nobody_speaks_for_another(street: Street) -> None:
    other = await street.node.add_person("dora")
    forged = {**create(street), "actor": other.actor.uri}
    assert (await refused(street, forged))[0] == 403
    forged = create(street, attributedTo=other.actor.uri)
    assert (await refused(street, forged))[0] == 403
    await done(street, create(street, attributedTo=street.alice.actor.uri))


async def test_only_activitypub_of_a_bounded_size_is_read(street: Street) -> None:
    raw = msgspec.json.encode(create(street))
    for kind in ("application/json", "text/plain", "application/x-www-form-urlencoded"):
        assert (await refused(street, raw, headers={"Content-Type": kind}))[0] == 415
    profiled = 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"'
    assert (await post(street, raw, headers={"Content-Type": profiled}))[0] == 201
    assert (await refused(street, create(street, "x" * 300_000)))[0] == 413
    assert (await refused(street, b'{"type":"Note","type":"Create"}'))[0] == 400
    assert (await refused(street, b"[]"))[0] == 400
    assert (await refused(street, {"content": "no type"}))[0] == 400


async def test_a_page_of_any_origin_may_ask_what_it_may(street: Street) -> None:
    async with street.node.http.options("/users/alice/outbox") as answer:
        assert (answer.status, answer.headers["Access-Control-Allow-Origin"]) == (204, "*")
        assert "Authorization" in answer.headers["Access-Control-Allow-Headers"]
        assert "Access-Control-Allow-Credentials" not in answer.headers


# What is said


async def test_a_create_becomes_a_post_under_ids_of_ours(street: Street) -> None:
    await street.meet(street.bob)
    sent = create(street, '<p>Hi <b>all</b><script>alert("no")</script> #Topic</p>', id="https://x.example/1")
    location = await done(street, {**sent, "id": "https://x.example/2"})
    document, inboxes = (await written(street))[-1]
    assert document["id"] == location
    assert location.startswith(street.node.addresses.origin)
    made = await said(street, location)
    assert (made.visibility, made.sensitive, made.type) == ("public", False, "Note")
    assert "<script" not in made.content_html
    assert "<b>all</b>" in made.content_html or "<strong>all</strong>" in made.content_html
    assert [tag["name"] for tag in document["object"]["tag"]] == ["#Topic"]
    assert document["object"]["aiDisclosure"] == "human-only"
    assert document["object"]["contentUsage"] == "train-ai=n"
    assert "source" not in document["object"]
    assert inboxes == [f"{street.there.origin}/inbox"]


async def test_a_bare_object_is_created_and_the_same_key_gives_the_same_post(street: Street) -> None:
    once = await done(street, note(street), headers={"Idempotency-Key": "k"})
    again = await done(street, note(street), headers={"Idempotency-Key": "k"})
    assert once == again
    other = await done(street, note(street), headers={"Idempotency-Key": "l"})
    assert other != once


async def test_what_was_typed_counts_before_what_was_rendered(street: Street) -> None:
    source = {"content": "So *it* goes", "mediaType": "text/markdown"}
    made = await said(street, await done(street, note(street, "<p>Else</p>", source=source)))
    assert (made.source, made.source_media_type) == ("So *it* goes", "text/markdown")
    assert "<em>it</em>" in made.content_html


@pytest.mark.parametrize(
    ("to", "cc", "visibility"),
    [
        ([PUBLIC], ["followers"], "public"),
        (["followers"], ["as:Public"], "unlisted"),
        (["followers"], [], "private"),
        (["bob"], [], "direct"),
    ],
)
async def test_addressing_becomes_a_visibility(
    street: Street, to: list[str], cc: list[str], visibility: str
) -> None:
    names = {"followers": str(street.alice.actor.followers), "bob": street.bob.uri}
    addressed = {"to": [names.get(each, each) for each in to], "cc": [names.get(each, each) for each in cc]}
    made = await said(street, await done(street, {**note(street), **addressed}))
    assert made.visibility == visibility


async def test_a_direct_post_reaches_whom_it_addresses_and_nobody_else(street: Street) -> None:  # PRI-02
    await street.meet(street.carol)
    location = await done(street, note(street, "<p>Hi Bob</p>", to=[street.bob.uri], cc=[]))
    document, inboxes = (await written(street))[-1]
    assert document["to"] == [street.bob.uri]
    assert [tag["href"] for tag in document["object"]["tag"]] == [street.bob.uri]
    assert inboxes == [f"{street.bob.uri}/inbox"]
    # An edit by any door does not take the recipient away.
    made = await said(street, location)
    changed = {"type": "Update", "object": {"id": made.uri, "content": "<p>Hello Bob</p>"}}
    await done(street, changed)
    document, inboxes = (await written(street))[-1]
    assert (document["type"], document["to"], inboxes) == (
        "Update",
        [street.bob.uri],
        [f"{street.bob.uri}/inbox"],
    )


async def test_nobody_is_told_of_a_blind_recipient(street: Street) -> None:
    await street.meet(street.bob)
    blind = {"bcc": [street.bob.uri]}
    # A follower gets it anyhow, and is not named.
    await done(street, {**create(street), **blind})
    document, inboxes = (await written(street))[-1]
    assert "bcc" not in document
    assert street.bob.uri not in msgspec.json.encode(document).decode()
    assert inboxes == [f"{street.there.origin}/inbox"]
    # Nobody who gets something alone is hidden from anybody.
    await done(street, {"type": "Note", "content": "psst", "bto": [street.bob.uri]})
    assert (await latest(street))["to"] == [street.bob.uri]
    # Carol follows nobody: she could only get it by being named.
    status, words = await post_refused_after_meeting(street)
    assert status == 422
    assert "carol" in words


async def post_refused_after_meeting(street: Street) -> tuple[int, str]:
    await done(street, {"type": "Note", "content": "hello", "to": [street.carol.uri]})
    return await refused(street, {**create(street), "bcc": [street.carol.uri]})


async def test_what_cannot_be_addressed_is_refused_in_words(street: Street) -> None:
    for to in ([], [f"{street.bob.uri}/nobody"], [str(street.alice.actor.following)]):
        status, words = await refused(street, {"type": "Note", "content": "x", "to": to})
        assert status == 422, words
    closed = {"type": "Note", "content": "x @dora", "to": [street.alice.actor.followers]}
    dora = await street.node.add_person("dora")
    assert (await refused(street, closed))[0] == 422
    tagged = {**closed, "content": "x", "tag": [{"type": "Mention", "href": dora.actor.uri}]}
    assert (await refused(street, tagged))[0] == 422
    await done(street, {**closed, "cc": [dora.actor.uri]})


async def test_what_a_post_cannot_have_here_is_refused_and_not_dropped(street: Street) -> None:
    for more in (
        {"attachment": [{"type": "Image", "url": "https://x.example/1.png"}]},
        {"name": "A title"},
        {"type": "Article"},
        {"oneOf": [{"type": "Note", "name": "a"}]},
        {"contentUsage": "search=n"},
        {"aiDisclosure": "a little"},
        {"interactionPolicy": {"canReply": {"always": ["https://x.example/u"]}}},
    ):
        status, words = await refused(street, {**note(street), **more})
        assert (status, bool(words)) == (422, True), more
    for verb in ("Move", "View", "Listen"):
        assert (await refused(street, {"type": verb, "object": street.bob.uri}))[0] == 422


async def test_a_warning_a_language_and_an_answer_arrive(street: Street) -> None:
    parent = await theirs(street)
    more = {"summary": "<p>Careful</p>", "inReplyTo": parent["id"], "contentMap": {"nl": "<p>Hoi</p>"}}
    made = await said(street, await done(street, note(street, "<p>Hoi</p>", **more)))
    assert (made.summary, made.sensitive, made.language) == ("Careful", True, "nl")
    assert made.in_reply_to_uri == parent["id"]
    assert (await refused(street, note(street, inReplyTo=f"{street.there.origin}/none")))[0] == 404


async def test_a_word_on_training_is_written_down_with_its_door(street: Street) -> None:
    silent = await said(street, await done(street, note(street)))
    yes = await said(street, await done(street, note(street, contentUsage="train-ai=y")))
    no = await said(street, await done(street, note(street, contentUsage="train-ai=n")))
    lines = await street.read(
        lambda tx: {
            uri: [(entry.kind, entry.method) for entry in ledger.history(tx, uri)]
            for uri in (silent.uri, yes.uri, no.uri)
        }
    )
    assert lines == {silent.uri: [], yes.uri: [("grant", "c2s")], no.uri: [("deny", "c2s")]}
    # For followers only there is no yes.
    closed = note(street, contentUsage="train-ai=y") | {"to": [street.alice.actor.followers], "cc": []}
    assert (await refused(street, closed))[0] == 400


async def test_a_model_is_named_where_it_took_part(street: Street) -> None:
    tools = [{"type": "Application", "name": "m-1", "aiProvider": "x", "aiAction": "rewrite"}]
    claims: JsonDict = {"aiDisclosure": "ai-assisted", "aiTools": tools}
    unread = await said(street, await done(street, note(street, **claims)))
    assert (unread.ai_disclosure, unread.human_reviewed) == ("ai-assisted", False)
    made = await said(street, await done(street, note(street, **claims, humanReviewed=True)))
    assert (made.ai_disclosure, made.human_reviewed) == ("ai-assisted", True)
    assert [tool.name for tool in made.ai_tools] == ["m-1"]
    assert "AIassisted" in made.content_html
    assert (await refused(street, note(street, aiDisclosure="human-only", aiTools=tools)))[0] == 400
    alone: JsonDict = {"aiDisclosure": "ai-autonomous", "aiTools": tools}
    robot = await said(street, await done(street, note(street, **alone)))
    assert (robot.ai_disclosure, robot.human_reviewed) == ("ai-autonomous", False)
    assert (await refused(street, note(street, **alone, humanReviewed=True)))[0] == 400


async def test_a_question_is_asked_and_answered(street: Street) -> None:
    options = [{"type": "Note", "name": name} for name in ("yes", "no")]
    asked = {**note(street, "<p>Well?</p>"), "type": "Question", "oneOf": options}
    assert (await refused(street, asked))[0] == 400
    made = await said(street, await done(street, {**asked, **soon(street)}))
    poll = await street.read(lambda tx: polls.of_post(tx, made.id))
    assert poll is not None
    assert poll.names == ("yes", "no")
    dora = await street.node.add_person("dora")
    vote = {"type": "Note", "name": "no", "inReplyTo": made.uri, "to": [street.alice.actor.uri]}
    assert (await post(street, vote, who=dora, box="dora"))[:2] == (201, None)
    counted = await street.read(lambda tx: polls.of_post(tx, made.id))
    assert counted is not None
    assert [option.votes for option in counted.options] == [0, 1]
    assert (await refused(street, {**vote, "name": "maybe"}, who=dora, box="dora"))[0] == 400


def soon(street: Street) -> JsonDict:
    end = street.node.node.clock() + timedelta(hours=1)
    return {"endTime": end.isoformat()}


# What is changed


async def test_an_update_changes_what_it_names_and_leaves_the_rest(street: Street) -> None:
    terms = {"purposes": ["train-ai", "dataset"], "sensitive": True}
    words = note(street, summary="cw", contentUsage="train-ai=y", usageConsent=terms)
    made = await said(street, await done(street, words))
    current = (await latest(street))["object"]
    await done(street, {"type": "Update", "object": {"id": made.uri, "summary": None}})
    after = await street.post(made.uri)
    assert after is not None
    assert (after.summary, after.sensitive, after.content_html) == (None, False, made.content_html)
    # The whole object comes back with another text: what was said of the old one says nothing of it.
    changed = {**current, "summary": None, "sensitive": False, "content": "<p>New</p>"}
    await done(street, {"type": "Update", "object": changed})
    sent = (await latest(street))["object"]
    assert (sent["content"], sent["contentUsage"]) == ("<p>New</p>", "train-ai=n")
    await done(street, {"type": "Update", "object": {"id": made.uri, "contentUsage": "train-ai=y"}})
    sent = (await latest(street))["object"]
    assert (sent["content"], sent["contentUsage"]) == ("<p>New</p>", "train-ai=y")


async def test_only_its_author_changes_a_post_and_not_for_whom_it_is(street: Street) -> None:  # PRI-10
    made = await said(street, await done(street, note(street)))
    dora = await street.node.add_person("dora")
    update = {"type": "Update", "object": {"id": made.uri, "content": "<p>Mine</p>"}}
    assert (await refused(street, update, who=dora, box="dora"))[0] == 403
    for more in ({"to": [street.alice.actor.followers]}, {"inReplyTo": "https://x.example/1"}):
        assert (await refused(street, {"type": "Update", "object": {"id": made.uri, **more}}))[0] == 422
    assert (await refused(street, {"type": "Update", "object": {"id": f"{made.uri}1", "content": "x"}}))[
        0
    ] == 404
    await done(street, update)


async def test_a_post_is_deleted_by_its_author_alone(street: Street) -> None:
    await street.meet(street.bob)
    made = await said(street, await done(street, note(street)))
    dora = await street.node.add_person("dora")
    assert (await refused(street, {"type": "Delete", "object": made.uri}, who=dora, box="dora"))[0] == 403
    location = await done(street, {"type": "Delete", "object": made.uri})
    document = await latest(street)
    assert (document["type"], document["id"]) == ("Delete", location)
    async with street.node.http.get(made.uri, headers={"Accept": ACTIVITY_JSON}) as answer:
        assert answer.status == 410
    assert (await refused(street, {"type": "Delete", "object": street.alice.actor.uri}))[0] == 422


async def test_a_profile_is_changed_where_it_may_be(street: Street) -> None:
    async with street.node.http.get("/users/alice", headers={"Accept": ACTIVITY_JSON}) as answer:
        current = await answer.json(content_type=ACTIVITY_JSON)
    fields = [{"type": "PropertyValue", "name": "Work", "value": "<b>Bakery</b>"}]
    changed = {
        **current,
        "name": "Alice B.",
        "summary": "<p>I bake</p>",
        "attachment": fields,
        "indexable": True,
    }
    await done(street, {"type": "Update", "object": changed})
    sent = (await latest(street))["object"]
    assert (sent["name"], sent["summary"], sent["indexable"]) == ("Alice B.", "<p>I bake</p>", True)
    assert [(each["name"], each["value"]) for each in sent["attachment"]] == [("Work", "Bakery")]
    for more in (
        {"inbox": "https://x.example/"},
        {"publicKey": None},
        {"alsoKnownAs": ["https://x.example/u"]},
    ):
        assert (await refused(street, {"type": "Update", "object": {**changed, **more}}))[0] == 422


# What is done


async def test_a_follow_is_asked_for_and_undone(street: Street) -> None:
    location = await done(street, {"type": "Follow", "object": street.bob.uri})
    document, inboxes = (await written(street))[-1]
    assert (document["type"], document["id"], inboxes) == ("Follow", location, [f"{street.bob.uri}/inbox"])
    undone = await done(street, {"type": "Undo", "object": location})
    document = await latest(street)
    assert (document["type"], document["id"], document["object"]["id"]) == ("Undo", undone, location)
    assert await street.follow_of(street.bob) is None
    assert (await refused(street, {"type": "Undo", "object": location}))[0] == 404
    # Described instead of named.
    await done(street, {"type": "Follow", "object": street.bob.uri})
    await done(street, {"type": "Undo", "object": {"type": "Follow", "object": street.bob.uri}})
    assert await street.follow_of(street.bob) is None


async def test_nobody_undoes_what_another_did(street: Street) -> None:
    location = await done(street, {"type": "Follow", "object": street.bob.uri})
    dora = await street.node.add_person("dora")
    assert (await refused(street, {"type": "Undo", "object": location}, who=dora, box="dora"))[0] == 404
    assert await street.follow_of(street.bob) is not None


async def test_a_request_to_follow_is_answered(street: Street) -> None:
    await street.node.change(street.alice.actor, manually_approves=True)
    for sender, verb, state in ((street.bob, "Accept", "accepted"), (street.carol, "Reject", None)):
        asked = sender.follow(street.alice.actor.uri)
        assert await sender.send(street.inbox, asked) == 202
        location = await done(street, {"type": verb, "object": asked["id"]})
        document = await latest(street)
        assert (document["type"], document["id"], document["object"]["id"]) == (verb, location, asked["id"])
        found = await street.follower(sender)
        assert (found.state if found else None) == state
    assert (await refused(street, {"type": "Accept", "object": "https://x.example/1"}))[0] == 404


async def test_a_like_and_a_reaction_are_made_and_undone(street: Street) -> None:
    found = await theirs(street)
    stored = await street.post(found["id"])
    assert stored is not None
    liked = await done(street, {"type": "Like", "object": found["id"]})
    reacted = await done(street, {"type": "Like", "object": found["id"], "content": "🎉"})
    assert liked != reacted
    assert [document["id"] for document, _ in (await written(street))[-2:]] == [liked, reacted]
    await done(street, {"type": "Undo", "object": liked})
    await done(street, {"type": "Undo", "object": {"type": "Like", "object": found["id"], "content": "🎉"}})
    me = street.alice.actor.id
    left = await street.read(
        lambda tx: (
            reactions.favourite_uri(tx, stored.id, me),
            emoji_reactions.of_actor(tx, stored.id, me),
        )
    )
    assert left == (None, [])


async def test_a_boost_is_for_everybody(street: Street) -> None:
    found = await theirs(street)
    addressed = {"to": [PUBLIC], "cc": [street.alice.actor.followers]}
    assert (await refused(street, {"type": "Announce", "object": found["id"]}))[0] == 400
    assert (
        await refused(street, {"type": "Announce", "object": found["id"], "to": [PUBLIC, street.carol.uri]})
    )[0] == 422
    location = await done(street, {"type": "Announce", "object": found["id"], **addressed})
    assert (await latest(street))["id"] == location
    undone = await done(street, {"type": "Undo", "object": location})
    assert (await latest(street))["id"] == undone


async def test_a_block_is_made_and_undone(street: Street) -> None:
    known = await street.meet(street.bob)
    location = await done(street, {"type": "Block", "object": street.bob.uri})
    assert (await latest(street))["id"] == location
    await done(street, {"type": "Undo", "object": {"id": location, "type": "Block"}})
    assert await street.read(lambda tx: moderation.find_block(tx, street.alice.actor.id, known.id)) is None


async def test_a_post_is_pinned_and_unpinned(street: Street) -> None:
    made = await said(street, await done(street, note(street)))
    target = street.alice.actor.featured
    assert (await refused(street, {"type": "Add", "object": made.uri, "target": "https://x.example/f"}))[
        0
    ] == 422
    await done(street, {"type": "Add", "object": made.uri, "target": target})
    assert [post.id for post in await street.read(lambda tx: pins.of_actor(tx, street.alice.actor.id))] == [
        made.id
    ]
    await done(street, {"type": "Remove", "object": made.uri, "target": target})
    assert await street.read(lambda tx: pins.of_actor(tx, street.alice.actor.id)) == []


async def test_a_report_stays_here_unless_it_is_addressed(street: Street) -> None:
    found = await theirs(street)
    flag = {"type": "Flag", "object": [street.bob.uri, found["id"]], "content": "Spam"}
    before = len(await written(street))
    assert (await post(street, flag))[:2] == (201, None)
    assert len(await written(street)) == before
    assert (await post(street, {**flag, "to": [street.bob.uri]}))[:2] == (201, None)
    told = await latest(street)
    assert (told["type"], told["actor"]) == ("Flag", street.node.instance_actor.uri)
    assert (await refused(street, {**flag, "object": ["https://x.example/u"]}))[0] == 404
