"""What groups pass on (FEP-1b12): hints, each of which is looked up at its post's own origin."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from fediverse_node.follows import queries as follows
from tests.doors.federation.conftest import Street, changed
from tests.fakes.remote_server import PUBLIC, Answer, JsonDict, RemoteActor, RemoteServer


@dataclass(frozen=True, slots=True)
class Group:
    """A group that alice follows, and dora, who writes in it from a third server."""

    actor: RemoteActor
    dora: RemoteActor
    elsewhere: RemoteServer


@pytest.fixture
async def group(street: Street) -> AsyncIterator[Group]:
    actor = street.there.add_actor("gardening", type="Group")
    await street.befriend(actor)
    async with RemoteServer("elsewhere") as elsewhere:
        yield Group(actor, elsewhere.add_actor("dora"), elsewhere)


async def passed_on(street: Street, group: Group, **more: object) -> JsonDict:
    """A post of dora's that the group passed on and that is here."""
    page = group.dora.note(type="Page", name="Roses", content="<p>First</p>", **more)
    assert await group.actor.send(street.inbox, group.actor.announce(group.dora.create(page))) == 202
    await street.work()
    assert await street.post(page["id"]) is not None
    return page


def rewritten(group: Group, page: JsonDict) -> JsonDict:
    """The page, edited at its origin."""
    later = changed(page, content="<p>Second</p>", updated="2099-01-01T00:00:00Z")
    return group.elsewhere.publish(later)


async def content(street: Street, page: JsonDict) -> str | None:
    post = await street.post(page["id"])
    return post.content_html if post is not None else None


async def test_a_post_in_a_group_is_at_home_once(street: Street, group: Group) -> None:  # OBJ-30
    page = group.dora.note(type="Page", name="Roses")
    wrapped = group.actor.announce(group.dora.create(changed(page, content="<p>Forged</p>")))
    plain = group.actor.announce(page["id"])
    for activity in (wrapped, plain):
        assert await group.actor.send(street.inbox, activity) == 202
        await street.work()
    assert await street.home() == [wrapped["id"]]
    assert "Forged" not in str(await content(street, page))


async def test_a_create_by_its_id_is_found_too(street: Street, group: Group) -> None:
    page = group.dora.note()
    create = group.elsewhere.publish(group.dora.create(page))
    boost = group.actor.announce(create["id"])
    assert await group.actor.send(street.inbox, boost) == 202
    await street.work()
    assert await street.home() == [boost["id"]]


async def test_a_comment_comes_without_filling_the_home(street: Street, group: Group) -> None:
    page = await passed_on(street, group)
    comment = group.dora.note(inReplyTo=page["id"])
    before = await street.home()
    wrapped = group.actor.announce(group.dora.create(comment))
    assert await group.actor.send(street.inbox, wrapped) == 202
    await street.work()
    stored = await street.post(comment["id"])
    assert stored is not None
    assert stored.in_reply_to_uri == page["id"]
    assert await street.home() == before


async def test_an_edit_counts_as_its_origin_shows_it(street: Street, group: Group) -> None:  # OBJ-30
    page = await passed_on(street, group)
    forged = changed(page, content="<p>Forged</p>", updated="2099-01-01T00:00:00Z")
    news = group.actor.announce(group.dora.activity("Update", forged))
    assert await group.actor.send(street.inbox, news) == 202
    await street.work()
    assert "Forged" not in str(await content(street, page))
    rewritten(group, page)
    news = group.actor.announce(group.dora.activity("Update", forged))
    assert await group.actor.send(street.inbox, news) == 202
    await street.work()
    assert "Second" in str(await content(street, page))


@pytest.mark.parametrize("left", ["404", "410", "Tombstone", "nothing of the kind"])
async def test_a_deletion_counts_when_the_origin_says_so(street: Street, group: Group, left: str) -> None:
    page = await passed_on(street, group)
    path = page["id"].removeprefix(group.elsewhere.origin)
    if left.isdigit():
        group.elsewhere.answers[path] = Answer(status=int(left))
    elif left == "Tombstone":
        group.elsewhere.publish({"@context": page["@context"], "id": page["id"], "type": "Tombstone"})
    news = group.actor.announce(street.bob.activity("Delete", page["id"]))
    assert await group.actor.send(street.inbox, news) == 202
    await street.work()
    kept = await street.post(page["id"])
    assert (kept is not None) == (left == "nothing of the kind")


async def test_only_a_followed_group_brings_news(street: Street, group: Group) -> None:
    page = await passed_on(street, group)
    rewritten(group, page)
    known = await street.actor(group.actor)
    assert known is not None
    await street.befriend(street.bob)
    update = group.dora.activity("Update", page)
    assert await street.bob.send(street.inbox, street.bob.announce(update)) == 202
    await street.work()
    follow = await street.follow_of(group.actor)
    assert follow is not None
    await street.write(lambda tx: follows.remove(tx, follow))
    assert await group.actor.send(street.inbox, group.actor.announce(update)) == 202
    await street.work()
    assert "First" in str(await content(street, page))
    await street.befriend(group.actor)
    assert await group.actor.send(street.inbox, group.actor.announce(update)) == 202
    await street.work()
    assert "Second" in str(await content(street, page))


@pytest.mark.parametrize("verb", ["Like", "Dislike", "Undo", "Announce", "Flag", "Lock", "Block", "Add"])
async def test_what_else_a_group_wraps_does_nothing(street: Street, group: Group, verb: str) -> None:
    page = await passed_on(street, group)
    before = await street.rows()
    wrapped = group.actor.announce(group.dora.activity(verb, page["id"]))
    assert await group.actor.send(street.inbox, wrapped) == 202
    await street.work()
    assert await street.rows() == before


async def test_an_update_of_what_its_origin_serves_as_a_tombstone_deletes_it(street: Street) -> None:
    await street.befriend(street.bob)
    note = street.bob.note()
    assert await street.bob.send(street.inbox, street.bob.create(note)) == 202
    street.there.publish({"@context": note["@context"], "id": note["id"], "type": "Tombstone"})
    assert await street.bob.send(street.inbox, street.bob.activity("Update", note["id"])) == 202
    await street.work()
    assert await street.post(note["id"]) is None


async def test_a_delete_of_what_is_not_here_is_asked_about(street: Street) -> None:  # OBJ-22
    await street.befriend(street.bob)
    await street.meet(street.carol)
    note = street.bob.note()
    # A neighbour cannot keep a post from being read: it stands at its origin.
    assert await street.carol.send(street.inbox, street.carol.activity("Delete", note["id"])) == 202
    await street.work()
    assert await street.bob.send(street.inbox, street.bob.create(note)) == 202
    assert await street.post(note["id"]) is not None
    gone = street.bob.note()
    street.there.answers[gone["id"].removeprefix(street.there.origin)] = Answer(status=410)
    assert await street.bob.send(street.inbox, street.bob.activity("Delete", gone["id"])) == 202
    await street.work()
    assert await street.bob.send(street.inbox, street.bob.create(gone)) == 202
    assert await street.post(gone["id"]) is None


@pytest.mark.parametrize("type_", ["Article", "Video", "Event", "Recipe"])
async def test_what_is_no_note_arrives_with_title_and_link(street: Street, type_: str) -> None:
    await street.befriend(street.bob)
    page = f"{street.there.origin}/pages/1"
    thing = street.bob.note("<p>Text<script>x</script></p>", type=type_, name="Title", url=page)
    assert await street.bob.send(street.inbox, street.bob.create(thing)) == 202
    post = await street.post(thing["id"])
    assert post is not None
    assert (post.title, post.type) == ("Title", type_)
    assert page in post.content_html
    assert "script" not in post.content_html
    assert PUBLIC not in post.content_html
