"""What each verb does when it comes from whom it may come, and that it does nothing otherwise.

Every refusal has its twin. Numbers (OBJ-…) are those of the attack catalogue.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fediverse_node.actors import queries as actors
from fediverse_node.follows import queries as follows
from fediverse_node.kernel.clock import to_rfc3339
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Visibility
from tests.doors.federation.conftest import Street, changed
from tests.fakes.remote_server import PUBLIC, JsonDict, RemoteActor, RemoteServer


async def no_effect(street: Street, sender: RemoteActor, document: JsonDict, *statuses: int) -> None:
    """*document* changes nothing, whatever is answered, unless *statuses* says what that must be."""
    before = await street.rows()
    status = await sender.send(street.inbox, document)
    assert status in (statuses or (202,))
    await street.work()
    assert await street.rows() == before


# Follow


async def test_a_follow_is_accepted_in_the_same_transaction(street: Street) -> None:
    follow = street.bob.follow(street.alice.actor.uri)
    assert await street.bob.send(street.inbox, follow) == 202
    stored = await street.follower(street.bob)
    assert stored is not None
    assert (stored.state, stored.uri) == ("accepted", follow["id"])
    assert await street.told() == ["follow"]
    assert await street.answers() == ["Accept"]


async def test_a_second_follow_is_answered_under_its_own_id(street: Street) -> None:
    await street.meet(street.bob)
    again = street.bob.follow(street.alice.actor.uri)
    assert await street.bob.send(street.inbox, again) == 202
    stored = await street.follower(street.bob)
    assert stored is not None
    assert stored.uri == again["id"]
    assert await street.answers() == ["Accept", "Accept"]
    assert await street.told() == ["follow"]


async def test_a_follow_of_somebody_who_asks_first_waits(street: Street) -> None:
    await street.write(lambda tx: actors.change(tx, street.alice.actor.id, {"manually_approves": True}))
    await street.meet(street.bob)
    stored = await street.follower(street.bob)
    assert stored is not None
    assert stored.state == "pending"
    assert await street.told() == ["follow_request"]
    assert await street.answers() == []


async def test_follows_of_nobody_here_have_no_effect(street: Street) -> None:
    await street.meet(street.bob)
    for whom in (
        street.node.addresses.actor("nobody"),
        street.carol.uri,
        street.node.addresses.instance_actor,
    ):
        await no_effect(street, street.bob, street.bob.follow(whom))


# Accept and Reject


async def asked(street: Street) -> str:
    """Alice asked to follow bob; the id of her Follow."""
    await street.befriend(street.bob, state="pending")
    follow = await street.follow_of(street.bob)
    assert follow is not None
    return follow.uri


async def state(street: Street) -> str | None:
    follow = await street.follow_of(street.bob)
    return follow.state if follow is not None else None


@pytest.mark.parametrize("embedded", [False, True])
async def test_an_accept_lets_alice_follow(street: Street, *, embedded: bool) -> None:
    uri = await asked(street)
    whole = {"id": uri, "type": "Follow", "actor": street.alice.actor.uri, "object": street.bob.uri}
    accept = street.bob.activity("Accept", whole if embedded else uri)
    assert await street.bob.send(street.inbox, accept) == 202
    assert await state(street) == "accepted"


async def test_an_accept_that_names_the_follow_by_an_id_of_its_own_is_understood(street: Street) -> None:
    await asked(street)
    follow = {"id": f"{street.there.origin}/f/1", "type": "Follow", "actor": street.alice.actor.uri}
    accept = street.bob.activity("Accept", {**follow, "object": street.bob.uri})
    assert await street.bob.send(street.inbox, accept) == 202
    assert await state(street) == "accepted"


async def test_only_who_is_followed_may_accept_or_reject(street: Street) -> None:  # OBJ-26
    uri = await asked(street)
    await street.meet(street.carol)
    whole = {"id": uri, "type": "Follow", "actor": street.alice.actor.uri, "object": street.bob.uri}
    for verb in ("Accept", "Reject"):
        for answered in (uri, whole):
            await no_effect(street, street.carol, street.carol.activity(verb, answered), 403)
    assert await state(street) == "pending"


async def test_answers_to_follows_that_were_not_asked_have_no_effect(street: Street) -> None:  # OBJ-26
    await street.meet(street.bob)
    uri = street.node.addresses.activity(1)
    whole = {"id": uri, "type": "Follow", "actor": street.alice.actor.uri, "object": street.bob.uri}
    for verb in ("Accept", "Reject"):
        for answered in (uri, whole, {**whole, "id": f"{street.there.origin}/f/1"}):
            await no_effect(street, street.bob, street.bob.activity(verb, answered))


async def test_the_accept_of_a_follow_that_was_taken_back_does_not_accept_the_next(street: Street) -> None:
    old = await asked(street)  # OBJ-26
    await street.write(lambda tx: _unfollow(tx, old))
    await street.befriend(street.bob, state="pending")
    whole = {"id": old, "type": "Follow", "actor": street.alice.actor.uri, "object": street.bob.uri}
    await no_effect(street, street.bob, street.bob.activity("Accept", whole))
    assert await state(street) == "pending"


async def test_a_reject_ends_an_accepted_follow_and_empties_the_home(street: Street) -> None:
    await street.befriend(street.bob)
    await street.bob.send(street.inbox, street.bob.create())
    assert len(await street.home()) == 1
    follow = await street.follow_of(street.bob)
    assert follow is not None
    assert await street.bob.send(street.inbox, street.bob.activity("Reject", follow.uri)) == 202
    assert await street.follow_of(street.bob) is None
    assert await street.home() == []


async def test_a_pending_follow_shows_nothing(street: Street) -> None:  # OBJ-27
    await asked(street)
    await no_effect(street, street.bob, street.bob.create(street.bob.note(to=[street.bob.followers], cc=[])))
    assert await street.home() == []


# Create


async def test_a_post_of_somebody_followed_is_at_home_at_once(street: Street) -> None:
    await street.befriend(street.bob)
    note = street.bob.note(
        "<p>Good morning<script>alert(1)</script></p>",
        summary="weather",
        contentMap={"en": "<p>Good morning<script>alert(1)</script></p>"},
        tag=[{"type": "Hashtag", "name": "#Sun", "href": "https://remote.example/tags/sun"}],
        attachment=[
            {"type": "Image", "mediaType": "image/png", "url": "https://remote.example/a.png", "name": "A"}
        ],
        aiDisclosure="ai-assisted",
        digitalSourceType="http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia",
        aiTools=[{"type": "Application", "name": "model", "aiProvider": "home", "aiAction": "rewrite"}],
        humanReviewed=True,
        contentUsage="train-ai=n",
    )
    assert await street.bob.send(street.shared, street.bob.create(note)) == 202
    assert await street.home() == [note["id"]]
    post = await street.post(note["id"])
    assert post is not None
    assert "script" not in post.content_html
    assert (post.visibility, post.summary, post.language) == ("public", "weather", "en")
    assert (post.ai_disclosure, post.human_reviewed, post.content_usage) == (
        "ai-assisted",
        True,
        "train-ai=n",
    )
    assert [(tool.name, tool.provider, tool.action) for tool in post.ai_tools] == [
        ("model", "home", "rewrite")
    ]
    assert [image.name for image in post.attachments] == ["A"]
    assert post.revision
    tags = await street.read(lambda tx: posts.hashtags_of(tx, [post.id]))
    assert [tag.tag for tag in tags[post.id]] == ["sun"]


async def test_a_post_that_mentions_alice_is_stored_and_she_is_told(street: Street) -> None:
    await street.meet(street.carol)
    mention = {"type": "Mention", "href": street.alice.actor.uri, "name": "@alice"}
    note = street.carol.note(tag=[mention])
    assert await street.carol.send(street.inbox, street.carol.create(note)) == 202
    assert await street.post(note["id"]) is not None
    assert await street.told() == ["mention", "follow"]
    assert await street.home() == []


async def test_an_answer_to_a_post_of_ours_is_stored_and_counted(street: Street) -> None:
    parent = await street.write_post()
    note = street.bob.note(inReplyTo=parent.uri)
    assert await street.bob.send(street.inbox, street.bob.create(note)) == 202
    stored, answer = await street.post(parent.uri), await street.post(note["id"])
    assert stored is not None
    assert answer is not None
    assert (stored.replies_count, answer.in_reply_to_id) == (1, parent.id)
    assert await street.told() == ["mention"]


async def test_posts_of_nobody_we_know_are_not_stored(street: Street) -> None:
    await street.meet(street.bob)
    await no_effect(street, street.bob, street.bob.create())
    note = street.bob.note()
    bare = street.bob.activity("Create", note["id"], to=[PUBLIC])
    await no_effect(street, street.bob, bare)
    await street.befriend(street.bob)
    assert await street.bob.send(street.inbox, bare) == 202
    assert await street.work() == 1
    assert await street.home() == [note["id"]]


@pytest.mark.parametrize(
    ("to", "cc", "visibility"),
    [
        (["as:Public"], [], "public"),
        (["{followers}"], ["Public"], "unlisted"),
        (["{followers}"], [], "private"),
        (["{alice}"], [], "direct"),
        ("{alice}", None, "direct"),
    ],
)
async def test_whom_a_post_is_for(street: Street, to: Any, cc: Any, visibility: str) -> None:
    await street.befriend(street.bob)
    names = {"followers": street.bob.followers, "alice": street.alice.actor.uri}

    def filled(value: Any) -> Any:
        return (
            [each.format(**names) for each in value]
            if isinstance(value, list)
            else value and value.format(**names)
        )

    note = changed(street.bob.note(), to=filled(to), cc=filled(cc))
    assert await street.bob.send(street.inbox, street.bob.create(note)) == 202
    post = await street.post(note["id"])
    assert post is not None
    assert post.visibility == visibility


async def test_a_post_in_the_name_of_somebody_else_is_refused(street: Street) -> None:  # OBJ-12, 13
    await street.befriend(street.bob)
    note = street.bob.note()
    for author in (
        street.carol.uri,
        None,
        [],
        [street.carol.uri, street.alice.actor.uri],
        {"id": street.carol.uri},
    ):
        await no_effect(street, street.bob, street.bob.create(changed(note, attributedTo=author)), 403)
    for author in ([street.bob.uri], {"type": "Person", "id": street.bob.uri}):
        fine = changed(street.bob.note(), attributedTo=author)
        assert await street.bob.send(street.inbox, street.bob.create(fine)) == 202
    assert len(await street.home()) == 2


async def test_a_post_on_another_server_than_its_author_is_refused(street: Street) -> None:  # OBJ-14, 17, 28
    await street.befriend(street.bob)
    async with RemoteServer("elsewhere") as elsewhere:
        for id_ in (elsewhere.new_id("notes"), street.node.addresses.post("alice", 1)):
            forged = changed(street.bob.note(), id=id_)
            await no_effect(street, street.bob, street.bob.create(forged), 403)
        assert elsewhere.asked == []
        foreign = changed(street.bob.create(), id=elsewhere.new_id("creates"))
        await no_effect(street, street.bob, foreign, 403)


async def test_a_create_of_a_post_that_is_here_does_not_change_it(street: Street) -> None:  # OBJ-16
    await street.befriend(street.bob)
    await street.befriend(street.carol)
    note = street.bob.note(to=[street.bob.followers], cc=[])
    assert await street.bob.send(street.inbox, street.bob.create(note)) == 202
    wider = changed(note, to=[PUBLIC], content="<p>Other</p>")
    await no_effect(street, street.bob, street.bob.create(wider))
    stolen = changed(wider, attributedTo=street.carol.uri)
    await no_effect(street, street.carol, street.carol.create(stolen))
    post = await street.post(note["id"])
    assert post is not None
    assert (post.visibility, post.content_html) == ("private", "<p>Hello</p>")


async def test_a_time_in_the_future_is_brought_back(street: Street) -> None:  # OBJ-39
    await street.befriend(street.bob)
    later = to_rfc3339(datetime.now(UTC) + timedelta(days=400))
    note = street.bob.note(published=later)
    assert await street.bob.send(street.inbox, street.bob.create(note)) == 202
    post = await street.post(note["id"])
    assert post is not None
    assert post.published_at <= datetime.now(UTC)


async def test_a_page_address_on_another_server_is_dropped(street: Street) -> None:  # OBJ-09, OBJ-10
    await street.befriend(street.bob)
    away = street.bob.note(url="https://bank.example/login")
    own = street.bob.note(url=f"{street.there.origin}/@bob/1")
    for note, kept in ((away, None), (own, own["url"])):
        assert await street.bob.send(street.inbox, street.bob.create(note)) == 202
        post = await street.post(note["id"])
        assert post is not None
        assert post.url == kept


@pytest.mark.parametrize("part", ["object", "id"])
async def test_creates_that_are_not_whole_are_refused(street: Street, part: str) -> None:
    await street.befriend(street.bob)
    note = street.bob.note()
    whole = street.bob.create(note)
    broken = (
        changed(whole, object=None) if part == "object" else changed(whole, object=changed(note, id=None))
    )
    await no_effect(street, street.bob, broken, 400)
    assert await street.bob.send(street.inbox, whole) == 202


async def test_a_vote_is_no_post(street: Street) -> None:
    parent = await street.write_post()
    await street.befriend(street.bob)
    vote = changed(street.bob.note(inReplyTo=parent.uri, name="Yes"), content=None)
    await no_effect(street, street.bob, street.bob.create(vote))


# Update


async def published(street: Street, **parts: Any) -> JsonDict:
    """A note of bob's that is here, published an hour ago."""
    if await street.actor(street.bob) is None or await street.follow_of(street.bob) is None:
        await street.befriend(street.bob)
    before = to_rfc3339(datetime.now(UTC) - timedelta(hours=1))
    note = street.bob.note(published=before, **parts)
    assert await street.bob.send(street.inbox, street.bob.create(note)) == 202
    return note


async def test_an_edit_replaces_the_text(street: Street) -> None:
    note = await published(street)
    before = await street.post(note["id"])
    edit = changed(note, content="<p>New</p>", updated=to_rfc3339(datetime.now(UTC)))
    assert await street.bob.send(street.inbox, street.bob.activity("Update", edit)) == 202
    post = await street.post(note["id"])
    assert before is not None
    assert post is not None
    assert post.content_html == "<p>New</p>"
    assert post.edited_at is not None
    assert (post.id, post.published_at) == (before.id, before.published_at)
    assert post.revision != before.revision


@pytest.mark.parametrize("different", [False, True])
async def test_an_update_that_says_nothing_else_is_no_edit(street: Street, *, different: bool) -> None:
    note = await published(street)
    words = {"content": "<p>New</p>"} if different else {}
    again = changed(note, updated=to_rfc3339(datetime.now(UTC)), **words)
    assert await street.bob.send(street.inbox, street.bob.activity("Update", again)) == 202
    post = await street.post(note["id"])
    assert post is not None
    assert (post.edited_at is not None) == different


async def test_who_boosted_a_post_is_told_of_its_edit(street: Street) -> None:
    note = await published(street)
    post = await street.post(note["id"])
    assert post is not None
    boost = replace(
        post,
        id=post.id + 1,
        uri=street.node.addresses.activity(1),
        actor_id=street.alice.actor.id,
        local=True,
        boost_of_id=post.id,
    )
    await street.write(lambda tx: posts.add(tx, boost))
    before = await street.told()
    edit = changed(note, content="<p>New</p>", updated=to_rfc3339(datetime.now(UTC)))
    assert await street.bob.send(street.inbox, street.bob.activity("Update", edit)) == 202
    assert await street.told() == ["update", *before]


async def test_an_edit_older_than_what_is_here_has_no_effect(street: Street) -> None:
    note = await published(street)
    now = datetime.now(UTC)
    for minutes, text in ((0, "<p>Second</p>"), (30, "<p>First</p>"), (0, "<p>Other</p>")):
        moment = to_rfc3339(now - timedelta(minutes=minutes))
        edit = changed(note, content=text, updated=moment)
        assert await street.bob.send(street.inbox, street.bob.activity("Update", edit)) == 202
    post = await street.post(note["id"])
    assert post is not None
    assert post.content_html == "<p>Second</p>"


async def test_an_edit_from_the_future_does_not_close_the_post_to_others(street: Street) -> None:
    note = await published(street)
    far = changed(note, content="<p>Far</p>", updated=to_rfc3339(datetime.now(UTC) + timedelta(days=900)))
    assert await street.bob.send(street.inbox, street.bob.activity("Update", far)) == 202
    post = await street.post(note["id"])
    assert post is not None
    assert post.edited_at is not None
    assert post.edited_at <= datetime.now(UTC)


async def test_only_its_author_may_edit_a_post(street: Street) -> None:  # OBJ-18, OBJ-20
    note = await published(street)
    await street.befriend(street.carol)
    edit = changed(note, content="<p>Hers</p>", updated=to_rfc3339(datetime.now(UTC)))
    await no_effect(street, street.carol, street.carol.activity("Update", edit), 403)
    hers = changed(edit, attributedTo=street.carol.uri)
    await no_effect(street, street.carol, street.carol.activity("Update", hers), 403)
    given_away = street.bob.activity("Update", hers)
    await no_effect(street, street.bob, given_away, 403)  # OBJ-21
    assert await street.bob.send(street.inbox, street.bob.activity("Update", edit)) == 202


async def test_an_edit_keeps_a_private_post_private(street: Street) -> None:  # OBJ-21
    await street.befriend(street.bob)
    note = await published(street, to=[street.bob.followers], cc=[])
    wider = changed(note, to=[PUBLIC], content="<p>Edited</p>", updated=to_rfc3339(datetime.now(UTC)))
    assert await street.bob.send(street.inbox, street.bob.activity("Update", wider)) == 202
    post = await street.post(note["id"])
    assert post is not None
    assert (post.visibility, post.content_html) == ("private", "<p>Edited</p>")


async def test_an_edit_does_not_change_what_kind_of_thing_a_post_is(street: Street) -> None:  # OBJ-21
    note = await published(street)
    other = changed(note, type="Article", updated=to_rfc3339(datetime.now(UTC)))
    await no_effect(street, street.bob, street.bob.activity("Update", other), 403)


async def test_a_profile_is_believed_from_its_origin_only(street: Street) -> None:  # SIG-18
    await street.meet(street.bob)
    mine = changed(
        street.bob.document(),
        name="Forged",
        publicKey={"id": street.bob.key_id, "owner": street.bob.uri, "publicKeyPem": "nonsense"},
    )
    street.bob.extra["name"] = "Robert"
    assert await street.bob.send(street.inbox, street.bob.activity("Update", mine)) == 202
    assert await street.work() == 1
    bob = await street.actor(street.bob)
    assert bob is not None
    assert bob.name == "Robert"
    assert await street.bob.send(street.inbox, street.bob.activity("Update", street.bob.document())) == 202


async def test_a_neighbour_cannot_update_a_profile(street: Street) -> None:
    await street.meet(street.bob)
    await street.meet(street.carol)
    await no_effect(street, street.carol, street.carol.activity("Update", street.bob.document()), 403, 202)
    bob = await street.actor(street.bob)
    assert bob is not None
    assert bob.name == "Bob"


# Delete


async def test_a_delete_removes_a_post_and_what_was_told_of_it(street: Street) -> None:
    parent = await street.write_post()
    note = await published(street, inReplyTo=parent.uri)
    assert "mention" in await street.told()
    tombstone = {"type": "Tombstone", "id": note["id"]}
    assert await street.bob.send(street.inbox, street.bob.activity("Delete", tombstone)) == 202
    assert await street.post(note["id"]) is None
    assert await street.home() == []
    assert "mention" not in await street.told()
    stored = await street.post(parent.uri)
    assert stored is not None
    assert stored.replies_count == 0


async def test_a_deleted_post_does_not_come_back(street: Street) -> None:
    note = await published(street)
    assert await street.bob.send(street.inbox, street.bob.activity("Delete", note["id"])) == 202
    await no_effect(street, street.bob, street.bob.create(note))
    edit = changed(note, updated=to_rfc3339(datetime.now(UTC)))
    await no_effect(street, street.bob, street.bob.activity("Update", edit))


async def test_only_its_author_may_delete_a_post(street: Street) -> None:  # OBJ-20, OBJ-22
    note = await published(street)
    await street.meet(street.carol)
    await no_effect(street, street.carol, street.carol.activity("Delete", note["id"]), 403)
    ours = await street.write_post()
    await no_effect(street, street.bob, street.bob.activity("Delete", ours.uri), 403)
    assert await street.bob.send(street.inbox, street.bob.activity("Delete", note["id"])) == 202


async def test_a_delete_without_an_id_is_understood(street: Street) -> None:  # GoToSocial
    note = await published(street)
    nameless = changed(street.bob.activity("Delete", note["id"]), id=None)
    assert await street.bob.send(street.inbox, nameless) == 202
    assert await street.post(note["id"]) is None


async def test_a_deleted_actor_neither_follows_nor_is_followed_nor_shown(street: Street) -> None:
    await street.befriend(street.bob)
    note = await published(street)
    assert await street.home() == [note["id"]]
    assert await street.bob.send(street.inbox, street.bob.activity("Delete", street.bob.uri)) == 202
    assert await street.home() == []
    assert await street.follower(street.bob) is None
    assert await street.follow_of(street.bob) is None
    assert await street.bob.send(street.inbox, street.bob.create()) == 403


async def test_nobody_deletes_somebody_else(street: Street) -> None:  # OBJ-22
    bob = await street.meet(street.bob)
    await street.meet(street.carol)
    await street.carol.send(street.inbox, street.carol.activity("Delete", street.bob.uri))
    still = await street.read(lambda tx: actors.by_id(tx, bob.id))
    assert still is not None
    assert still.deleted_at is None
    assert await street.carol.send(street.inbox, street.carol.activity("Delete", street.carol.uri)) == 202


# Like


async def test_a_like_is_counted_once_and_told(street: Street) -> None:
    post = await street.write_post()
    like = street.bob.like(post.uri)
    for activity in (like, like, street.bob.like(post.uri)):
        assert await street.bob.send(street.inbox, activity) == 202
    stored = await street.post(post.uri)
    assert stored is not None
    assert stored.favourites_count == 1
    assert await street.told() == ["favourite"]


async def test_a_like_of_what_is_not_here_fetches_nothing(street: Street) -> None:
    await street.meet(street.bob)
    note = street.carol.note()
    asked_before = len(street.there.asked)
    await no_effect(street, street.bob, street.bob.like(note["id"]))
    await no_effect(street, street.bob, street.bob.like(street.node.addresses.post("alice", 5)))
    assert [each for each in street.there.asked[asked_before:] if each.method == "GET"] == []


@pytest.mark.parametrize("visibility", ["private", "direct"])
async def test_who_may_not_see_a_post_cannot_like_or_boost_it(street: Street, visibility: Visibility) -> None:
    post = await street.write_post(visibility=visibility)
    await street.meet(street.carol)
    await street.write(lambda tx: follows.remove_all_of(tx, street.alice.actor.id))
    await no_effect(street, street.carol, street.carol.like(post.uri))
    await no_effect(street, street.carol, street.carol.announce(post.uri))
    public = await street.write_post()
    assert await street.carol.send(street.inbox, street.carol.like(public.uri)) == 202
    assert "favourite" in await street.told()


# Announce


async def test_a_boost_of_a_post_of_ours_is_counted_and_told(street: Street) -> None:
    post = await street.write_post()
    boost = street.bob.announce(post.uri)
    for activity in (boost, boost, street.bob.announce(post.uri)):
        assert await street.bob.send(street.inbox, activity) == 202
    stored = await street.post(post.uri)
    assert stored is not None
    assert stored.boosts_count == 1
    assert await street.told() == ["reblog"]


async def test_a_boosted_stranger_is_fetched_from_its_origin(street: Street) -> None:  # OBJ-28
    await street.befriend(street.bob)
    async with RemoteServer("elsewhere") as elsewhere:
        dora = elsewhere.add_actor("dora")
        note = dora.note("<p>True</p>")
        forged = changed(note, content="<p>Forged</p>")
        boost = street.bob.announce(forged)
        assert await street.bob.send(street.inbox, boost) == 202
        assert await street.post(note["id"]) is None
        assert await street.work() == 1
    post = await street.post(note["id"])
    assert post is not None
    assert post.content_html == "<p>True</p>"
    assert await street.home() == [boost["id"]]


async def test_a_group_passes_on_a_create(street: Street) -> None:  # FEP-1b12, OBJ-30
    await street.befriend(street.bob)
    async with RemoteServer("elsewhere") as elsewhere:
        dora = elsewhere.add_actor("dora")
        note = dora.note()
        boost = street.bob.announce(dora.create(note))
        assert await street.bob.send(street.inbox, boost) == 202
        assert await street.work() == 1
    assert await street.home() == [boost["id"]]


async def test_boosts_by_nobody_we_know_are_not_fetched(street: Street) -> None:
    await street.meet(street.bob)
    note = street.carol.note()
    await no_effect(street, street.bob, street.bob.announce(note["id"]))
    assert street.there.asked_for(note["id"].removeprefix(street.there.origin)) == []


@pytest.mark.parametrize("to", ["{followers}", "{alice}"])
async def test_a_post_that_not_everybody_may_see_is_not_passed_on(street: Street, to: str) -> None:  # OBJ-29
    await street.befriend(street.bob)
    await street.befriend(street.carol)
    to = to.format(followers=street.bob.followers, alice=street.alice.actor.uri)
    note = street.bob.note(to=[to], cc=[])
    assert await street.bob.send(street.inbox, street.bob.create(note)) == 202
    for booster in (street.carol, street.bob):
        await no_effect(street, booster, booster.announce(note["id"]))
    unseen = street.bob.note(to=[to], cc=[])
    assert await street.carol.send(street.inbox, street.carol.announce(unseen["id"])) == 202
    await street.work()
    assert await street.post(unseen["id"]) is None


async def test_a_suspended_author_does_not_come_in_by_a_boost(street: Street) -> None:  # OBJ-33
    await street.befriend(street.bob)
    carol = await street.meet(street.carol)
    note = street.carol.note()
    await street.write(lambda tx: actors.change(tx, carol.id, {"suspended_at": tx.now}))
    assert await street.bob.send(street.inbox, street.bob.announce(note["id"])) == 202
    await street.work()
    assert await street.home() == []
    assert await street.post(note["id"]) is None
    await street.write(lambda tx: actors.change(tx, carol.id, {"suspended_at": None}))
    assert await street.bob.send(street.inbox, street.bob.announce(note["id"])) == 202
    await street.work()
    assert len(await street.home()) == 1


# Undo


@pytest.mark.parametrize("how", ["embedded", "bare id", "another id"])
@pytest.mark.parametrize("verb", ["Follow", "Like", "Announce"])
async def test_what_was_done_is_undone(street: Street, verb: str, how: str) -> None:
    post = await street.write_post()
    target = street.alice.actor.uri if verb == "Follow" else post.uri
    done = street.bob.activity(verb, target, to=[PUBLIC])
    assert await street.bob.send(street.inbox, done) == 202
    assert len(await street.told()) == 1
    named: Any = {
        "embedded": done,
        "bare id": done["id"],
        "another id": changed(done, id=street.there.new_id("other")),
    }[how]
    assert await street.bob.send(street.inbox, street.bob.undo(named)) == 202
    assert await street.told() == []
    assert await street.follower(street.bob) is None
    stored = await street.post(post.uri)
    assert stored is not None
    assert (stored.favourites_count, stored.boosts_count) == (0, 0)


@pytest.mark.parametrize("verb", ["Follow", "Like", "Announce"])
async def test_nobody_undoes_what_somebody_else_did(street: Street, verb: str) -> None:  # OBJ-23
    post = await street.write_post()
    await street.meet(street.carol)
    target = street.alice.actor.uri if verb == "Follow" else post.uri
    done = street.bob.activity(verb, target, to=[PUBLIC])
    assert await street.bob.send(street.inbox, done) == 202
    for named in (done["id"], done, changed(done, actor=street.carol.uri)):
        await no_effect(street, street.carol, street.carol.undo(named), 403)
    assert await street.bob.send(street.inbox, street.bob.undo(done)) == 202


async def test_an_undo_that_names_another_kind_is_refused(street: Street) -> None:  # OBJ-23
    post = await street.write_post()
    like = street.bob.like(post.uri)
    assert await street.bob.send(street.inbox, like) == 202
    await no_effect(street, street.bob, street.bob.undo(changed(like, type="Announce")), 400)
    note = await published(street)
    await no_effect(street, street.bob, street.bob.undo(note["id"]), 403)


async def test_a_boost_may_be_made_again_after_it_was_undone(street: Street) -> None:
    post = await street.write_post()
    first = street.bob.announce(post.uri)
    for activity in (first, street.bob.undo(first), street.bob.announce(post.uri)):
        assert await street.bob.send(street.inbox, activity) == 202
    stored = await street.post(post.uri)
    assert stored is not None
    assert stored.boosts_count == 1


# Everything else


@pytest.mark.parametrize(
    "type_", ["Offer", "View", "Travel", "Invite", "Block", "Listen", "__init__", "create", "Ünknown"]
)
async def test_other_types_are_taken_in_and_do_nothing(street: Street, type_: str) -> None:  # OBJ-38
    post = await street.write_post()
    await street.meet(street.bob)
    await no_effect(street, street.bob, street.bob.activity(type_, post.uri))


async def test_a_create_in_a_create_in_a_create_does_nothing(street: Street) -> None:  # OBJ-38
    await street.befriend(street.bob)
    inner = street.bob.create()
    for _ in range(20):
        inner = street.bob.activity("Create", {name: inner[name] for name in inner if name != "@context"})
    await no_effect(street, street.bob, inner, 202, 400, 403)


def _unfollow(tx: Any, uri: str) -> None:
    follow = follows.by_uri(tx, uri)
    assert follow is not None
    follows.remove(tx, follow)
