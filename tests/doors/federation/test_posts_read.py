"""Posts, activities and collections as other servers read them: what is public, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from fediverse_node.federation.outbox import edit, react, retract
from fediverse_node.federation.outbox.edit import Edit
from fediverse_node.federation.outbox.publish import Draft, publish
from fediverse_node.posts.model import Post, Visibility
from fediverse_node.storage.tx import Tx
from tests.fixtures import rooms
from tests.fixtures.nodes import LiveNode, Person

AS2 = {"Accept": "application/activity+json"}
OPEN: tuple[Visibility, ...] = ("public", "unlisted")
CLOSED: tuple[Visibility, ...] = ("private", "direct")


@pytest.fixture
async def alice(alpha: LiveNode) -> Person:
    return await alpha.add_person("alice")


async def say(node: LiveNode, who: Person, text: str = "Hello", **parts: Any) -> Post:
    return await publish(node.desk, who.actor, Draft(text=text, **parts))


async def get(node: LiveNode, address: str) -> tuple[int, Any]:
    async with node.http.get(address, headers=AS2, allow_redirects=False) as answer:
        return answer.status, await answer.json(content_type=None)


async def document(node: LiveNode, address: str) -> Any:
    status, found = await get(node, address)
    assert status == 200, found
    assert found["id"] == address
    return found


async def items(node: LiveNode, collection: str) -> list[Any]:
    """All items of a collection, page by page."""
    found: list[Any] = []
    page = (await document(node, collection))["first"]
    while page is not None:
        read = page if isinstance(page, dict) else await document(node, page)
        assert read["partOf"] == collection
        found += read["orderedItems"] if "orderedItems" in read else read["items"]
        page = read.get("next")
    return found


async def create_of(node: LiveNode, who: Person) -> str:
    """The id of the newest Create or Announce in an outbox."""
    return str((await items(node, node.addresses.outbox(who.actor.username)))[0]["id"])


@pytest.mark.parametrize("visibility", OPEN)
async def test_an_open_post_is_read_at_its_id(alpha: LiveNode, alice: Person, visibility: Visibility) -> None:
    post = await say(alpha, alice, "Hello #world", visibility=visibility)
    found = await document(alpha, post.uri)
    assert (found["type"], found["attributedTo"]) == ("Note", alice.actor.uri)
    assert found["content"] == post.content_html
    assert [tag["name"] for tag in found["tag"]] == ["#world"]
    for name in ("likes", "shares"):
        assert (await document(alpha, found[name]["id"]))["totalItems"] == 0
    assert await items(alpha, found["replies"]) == []


@pytest.mark.parametrize("visibility", CLOSED)
async def test_a_closed_post_looks_as_if_it_did_not_exist(
    alpha: LiveNode, alice: Person, visibility: Visibility
) -> None:
    post = await say(alpha, alice, visibility=visibility)
    nothing = await get(alpha, alpha.addresses.post("alice", post.id + 1))
    assert nothing[0] == 404
    for suffix in ("", "/replies", "/replies?page=first", "/likes", "/shares"):
        assert await get(alpha, post.uri + suffix) == nothing, suffix
    assert await get(alpha, alpha.addresses.post_page("alice", post.id)) == nothing
    assert await items(alpha, alpha.addresses.outbox("alice")) == []
    ids = await alpha.node.db.read(lambda tx: [row[0] for row in activity_ids(tx)])
    assert len(ids) == 1
    assert await get(alpha, ids[0]) == nothing


def activity_ids(tx: Tx) -> Any:
    import sqlalchemy as sa  # noqa: PLC0415 looks where no door looks

    from fediverse_node.deliveries.tables import activities  # noqa: PLC0415 as above

    return tx.all(sa.select(activities.c.uri))


async def test_a_post_is_served_under_its_authors_name_only(alpha: LiveNode, alice: Person) -> None:
    await alpha.add_person("bob")
    post = await say(alpha, alice)
    assert (await get(alpha, alpha.addresses.post("alice", post.id)))[0] == 200
    assert (await get(alpha, alpha.addresses.post("bob", post.id)))[0] == 404
    assert (await get(alpha, f"/users/alice/posts/0{post.id}"))[0] == 404
    assert (await get(alpha, f"/users/alice/posts/{10**18 + post.id}"))[0] == 404


async def test_a_deleted_post_leaves_a_tombstone(alpha: LiveNode, alice: Person) -> None:
    post, kept = await say(alpha, alice), await say(alpha, alice)
    activity = next(
        item["id"]
        for item in await items(alpha, alpha.addresses.outbox("alice"))
        if item["object"]["id"] == post.uri
    )
    assert (await get(alpha, post.uri))[0] == (await get(alpha, activity))[0] == 200
    await retract.retract(alpha.desk, alice.actor, post.id)
    status, left = await get(alpha, post.uri)
    assert status == 410
    assert (left["id"], left["type"], left["formerType"]) == (post.uri, "Tombstone", "Note")
    assert left["deleted"].endswith("Z")
    assert (await get(alpha, activity))[0] == 404
    remaining = await items(alpha, alpha.addresses.outbox("alice"))
    assert [item["object"]["id"] for item in remaining] == [kept.uri]
    assert (await get(alpha, kept.uri))[0] == 200


async def test_the_outbox_holds_public_creates_and_boosts_newest_first(
    alpha: LiveNode, alice: Person
) -> None:
    bob = await alpha.add_person("bob")
    first = await say(alpha, alice, "One")
    theirs = await say(alpha, bob, "Mine")
    await say(alpha, alice, "Hidden", visibility="private")
    await react.boost(alpha.desk, alice.actor, theirs.id)
    await react.favourite(alpha.desk, alice.actor, theirs.id)
    outbox = alpha.addresses.outbox("alice")
    assert (await document(alpha, outbox))["totalItems"] == 2
    boost, create = await items(alpha, outbox)
    assert (boost["type"], boost["object"]) == ("Announce", theirs.uri)
    assert (create["type"], create["object"]["id"]) == ("Create", first.uri)
    for activity in (boost, create):
        assert await document(alpha, activity["id"]) == activity
    assert (await document(alpha, f"{theirs.uri}/likes"))["totalItems"] == 1
    assert (await document(alpha, f"{theirs.uri}/shares"))["totalItems"] == 1


async def test_a_like_is_between_those_two(alpha: LiveNode, alice: Person) -> None:
    post = await say(alpha, alice)
    await react.favourite(alpha.desk, alice.actor, post.id)
    for uri in await alpha.node.db.read(lambda tx: [row[0] for row in activity_ids(tx)]):
        status, found = await get(alpha, uri)
        assert status == 404 or found["type"] == "Create"


async def test_a_change_of_mind_is_said_by_every_document_at_once(alpha: LiveNode, alice: Person) -> None:
    post = await say(alpha, alice, training_use=True)
    activity = await create_of(alpha, alice)

    async def said() -> list[str]:
        stored = (await document(alpha, activity))["object"]
        listed = (await items(alpha, alpha.addresses.outbox("alice")))[0]["object"]
        return [each["contentUsage"] for each in (await document(alpha, post.uri), stored, listed)]

    assert await said() == ["train-ai=y"] * 3
    assert "proof" in await document(alpha, activity)
    await edit.set_training_use(alpha.desk, alice.actor, post.id, allow=False, method="client-api")
    assert await said() == ["train-ai=n"] * 3
    # A proof over other words would not hold.
    assert "proof" not in await document(alpha, activity)


async def test_training_use_is_said_in_the_headers_as_in_the_document(alpha: LiveNode, alice: Person) -> None:
    silent, allowed = await say(alpha, alice), await say(alpha, alice, training_use=True)
    for address in (silent.uri, silent.url or ""):
        async with alpha.http.get(address, headers=AS2) as answer:
            assert answer.headers["Content-Usage"] == "train-ai=n"
            assert answer.headers["tdm-reservation"] == "1"
            assert answer.headers["tdm-policy"] == f"{alpha.base_url}/terms/training"
            assert answer.headers["X-Robots-Tag"] == "noai, noimageai"
            assert (await answer.json(content_type=None))["contentUsage"] == "train-ai=n"
    for address in (allowed.uri, allowed.url or ""):
        async with alpha.http.get(address, headers=AS2) as answer:
            assert answer.headers["Content-Usage"] == "train-ai=y"
            assert answer.headers["tdm-reservation"] == "0"
            assert "X-Robots-Tag" not in answer.headers
            assert "tdm-policy" not in answer.headers
            assert (await answer.json(content_type=None))["contentUsage"] == "train-ai=y"
    for other in (alice.actor.uri, "/actor", alpha.addresses.outbox("alice"), "/nothing", "/nodeinfo/2.0"):
        async with alpha.http.get(other, headers=AS2) as answer:
            assert answer.headers["Content-Usage"] == "train-ai=n", other


async def test_an_edit_is_seen_by_the_next_reader(alpha: LiveNode, alice: Person) -> None:
    post = await say(alpha, alice, "Before")
    async with alpha.http.get(post.uri, headers=AS2) as answer:
        etag = answer.headers["ETag"]
    async with alpha.http.get(post.uri, headers={**AS2, "If-None-Match": etag}) as answer:
        assert answer.status == 304
    await edit.edit(alpha.desk, alice.actor, post.id, Edit(text="After"))
    async with alpha.http.get(post.uri, headers={**AS2, "If-None-Match": etag}) as answer:
        found = await answer.json(content_type=None)
        assert answer.status == 200
        assert "After" in found["content"]
        assert "updated" in found


async def test_only_public_replies_are_listed(alpha: LiveNode, alice: Person) -> None:
    bob = await alpha.add_person("bob")
    post = await say(alpha, alice)
    open_reply = await say(alpha, bob, "Open", in_reply_to_id=post.id)
    await say(alpha, bob, f"@alice@{alpha.domain} closed", in_reply_to_id=post.id, visibility="direct")
    assert await items(alpha, alpha.addresses.replies("alice", post.id)) == [open_reply.uri]


@pytest.mark.parametrize("collection", ["followers", "following"])
async def test_long_collections_are_read_page_by_page_without_loss(
    alpha: LiveNode, alice: Person, collection: str
) -> None:
    def fill(tx: Tx) -> list[str]:
        found = []
        for number in range(95):
            other = rooms.stranger(tx, f"s{number}")
            pair = (other, alice.actor) if collection == "followers" else (alice.actor, other)
            rooms.follow(tx, *pair)
            found.append(other.uri)
        waiting = rooms.stranger(tx, "waiting")
        rooms.follow(tx, waiting, alice.actor, accepted=False)
        return found[::-1]

    expected = await alpha.node.db.write(fill)
    address = f"{alice.actor.uri}/{collection}"
    assert (await document(alpha, address))["totalItems"] == 95
    assert await items(alpha, address) == expected
    first = await document(alpha, f"{address}?page=first")
    second = await document(alpha, first["next"])
    back = await document(alpha, second["prev"])
    assert back["orderedItems"] == first["orderedItems"]


@pytest.mark.parametrize("cursor", ["2", "max_id", "YgAAAA", "%00", "a" * 500])
async def test_a_made_up_cursor_is_refused(alpha: LiveNode, alice: Person, cursor: str) -> None:
    assert (await get(alpha, f"/users/alice/outbox?page={cursor}"))[0] == 400
    assert (await get(alpha, "/users/alice/outbox?page=first"))[0] == 200
