from __future__ import annotations

import pytest

from fediverse_node.actors import local
from fediverse_node.actors.model import Actor
from fediverse_node.federation.discovery.lookup import lookup
from fediverse_node.kernel.errors import NotFound, NotValid
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Post
from fediverse_node.storage.tx import Tx
from tests.fakes.remote_server import Answer
from tests.fixtures.nodes import keys_for
from tests.unit.federation.discovery.conftest import OURS, World


@pytest.mark.parametrize(
    "text", ["@bob@{domain}", "bob@{domain}", " acct:bob@{domain} ", "{uri}", "{uri}#main-key"]
)
async def test_an_actor_is_found_by_handle_or_address(world: World, text: str) -> None:
    text = text.format(domain=world.there.domain, uri=world.bob.uri)
    found = await lookup(world.discovery, text)
    assert isinstance(found, Actor)
    assert found.uri == world.bob.uri


async def test_a_post_is_found_by_its_address_and_by_its_page(world: World) -> None:
    note = world.bob.note("<p>There<script>x</script></p>")
    world.there.documents["/@bob/1"] = note
    for url in (f"{world.there.origin}/@bob/1", note["id"]):
        found = await lookup(world.discovery, url)
        assert isinstance(found, Post)
        assert (found.uri, found.content_html) == (note["id"], "<p>There</p>")
    assert len(world.there.asked_for(note["id"].removeprefix(world.there.origin))) == 1


async def test_a_create_leads_to_its_post(world: World) -> None:
    create = world.there.publish(world.bob.create())
    found = await lookup(world.discovery, create["id"])
    assert isinstance(found, Post)
    assert found.uri == create["object"]["id"]


async def test_a_post_whose_author_is_on_another_server_is_refused(world: World) -> None:
    forged = world.there.add_actor("mallory").note(attributedTo=f"{world.elsewhere.origin}/users/dora")
    with pytest.raises(NotValid):
        await lookup(world.discovery, forged["id"])
    assert world.elsewhere.asked == []


async def test_what_is_ours_is_found_without_asking(world: World) -> None:
    def unit(tx: Tx) -> Post:
        alice = local.new_local_actor(tx, OURS, "alice", local_keys=keys_for("unit/alice"))
        id_ = tx.new_id()
        post = Post(
            id=id_,
            uri=OURS.post("alice", id_),
            actor_id=alice.id,
            local=True,
            visibility="public",
            published_at=tx.now,
            created_at=tx.now,
        )
        assert posts.add(tx, post)
        return post

    post = await world.discovery.db.write(unit)
    for text in (post.uri, OURS.post_page("alice", post.id)):
        found = await lookup(world.discovery, text)
        assert isinstance(found, Post)
        assert found.id == post.id
    for text in ("alice", "@ALICE", OURS.actor("alice"), OURS.profile("alice"), f"@alice@{OURS.domain}"):
        someone = await lookup(world.discovery, text)
        assert isinstance(someone, Actor)
        assert someone.username == "alice"
    for text in (OURS.actor("bob"), f"{OURS.origin}/about/us", OURS.post_page("alice", 5)):
        with pytest.raises(NotFound):
            await lookup(world.discovery, text)
    assert world.there.asked == []


@pytest.mark.parametrize("text", ["", "hello world", "ftp://x.example/", "@", "@a@b@c"])
async def test_what_is_neither_is_refused(world: World, text: str) -> None:
    with pytest.raises(NotValid):
        await lookup(world.discovery, text)


async def test_a_page_without_a_document_is_refused(world: World) -> None:
    world.there.answers["/page"] = Answer(body=b"<html>", content_type="text/html")
    with pytest.raises(NotValid):
        await lookup(world.discovery, f"{world.there.origin}/page")
