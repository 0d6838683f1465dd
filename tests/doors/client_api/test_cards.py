"""Previews of links: looked at when somebody reads, once, and without a word about the post."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from fediverse_node.actors import queries
from fediverse_node.actors.model import Details
from fediverse_node.cards.keeping import Cards
from fediverse_node.cards.tables import link_cards
from fediverse_node.storage.tx import Tx
from tests.doors.client_api.conftest import Client
from tests.fakes.remote_server import Answer, RemoteServer
from tests.fixtures.nodes import LiveNode, running_node
from tests.fixtures.pictures import sent
from tests.fixtures.waiting import wait_until


@pytest.fixture
async def site() -> AsyncIterator[RemoteServer]:
    async with RemoteServer("site") as server:
        yield server


def page(title: str, *more: str) -> Answer:
    text = f'<html><head><meta property="og:title" content="{title}">{"".join(more)}</head></html>'
    return Answer(body=text.encode(), content_type="text/html; charset=utf-8")


async def card_of(client: Client, post_id: str) -> object:
    return (await client.ok(f"/api/v1/statuses/{post_id}"))["card"]


async def test_a_link_has_a_preview_once_somebody_has_read_the_post(
    alice: Client, bob: Client, site: RemoteServer
) -> None:  # PRI-16
    site.answers["/story"] = page(
        "A story",
        '<meta property="og:description" content="What happened">',
        '<meta property="og:image" content="/picture.png">',
        '<meta property="og:site_name" content="News">',
        '<meta name="author" content="Ann">',
    )
    site.answers["/picture.png"] = Answer(body=sent(), content_type="image/png")
    post = await alice.write(f"Read {site.origin}/story#here and @bob {site.origin}/other")
    assert post["card"] is None
    assert site.fetches() == []
    assert await alice.node.cards.run_once() == 1
    card = await card_of(bob, post["id"])
    assert isinstance(card, dict)
    assert (card["title"], card["description"], card["type"]) == ("A story", "What happened", "link")
    assert (card["url"], card["provider_name"], card["html"]) == (f"{site.origin}/story", "News", "")
    assert card["authors"] == [{"name": "Ann", "url": "", "account": None}]
    # The picture comes from here.
    assert card["image"].startswith(f"{alice.node.base_url}/media/proxy/")
    async with bob.node.http.get(card["image"].removeprefix(alice.node.base_url)) as picture:
        assert picture.status == 200
        assert picture.content_type == "image/png"
    # Once, whoever reads it, and without a word about where the link stands.
    await bob.ok("/api/v1/timelines/public")
    assert await alice.node.cards.run_once() == 0
    asked = site.asked_for("/story")
    assert len(asked) == 1
    names = {name.lower() for name in asked[0].headers}
    assert not names & {"referer", "signature", "authorization", "cookie", "signature-input"}
    shown = await bob.get(f"/@alice/{post['id']}")
    assert "A story" in shown.body
    assert f"{site.origin}/picture.png" not in shown.body


async def test_what_the_page_says_is_text_wherever_it_is_shown(alice: Client, site: RemoteServer) -> None:
    site.answers["/story"] = page("&lt;script&gt;alert(1)&lt;/script&gt;")
    post = await alice.write(f"{site.origin}/story")
    await alice.node.cards.run_once()
    card = await card_of(alice, post["id"])
    assert isinstance(card, dict)
    assert card["title"] == "<script>alert(1)</script>"
    assert "<script>alert(1)" not in (await alice.get(f"/@alice/{post['id']}")).body


@pytest.mark.parametrize(
    "answer",
    [
        Answer(status=404),
        Answer(status=500),
        Answer(body=b"<title>x</title>", content_type="text/plain"),
        Answer(body=b"<title></title>", content_type="text/html"),
        Answer(status=302, headers={"Location": "http://10.0.0.1/"}),
    ],
    ids=["gone", "broken", "no page", "no title", "led astray"],
)
async def test_where_there_is_nothing_to_show_nobody_asks_again_soon(
    alice: Client, site: RemoteServer, answer: Answer
) -> None:
    site.answers["/story"] = answer
    post = await alice.write(f"{site.origin}/story")
    assert await alice.node.cards.run_once() == 1
    assert await card_of(alice, post["id"]) is None
    assert await alice.node.cards.run_once() == 0


async def test_only_the_first_mebibyte_of_a_page_is_read(alice: Client, site: RemoteServer) -> None:
    filling = b" " * (1 << 20)
    site.answers["/early"] = Answer(body=b"<title>Early</title>" + filling, content_type="text/html")
    site.answers["/late"] = Answer(body=filling + b"<title>Late</title>", content_type="text/html")
    early, late = await alice.write(f"{site.origin}/early"), await alice.write(f"{site.origin}/late")
    await alice.node.cards.run_once()
    assert await card_of(alice, early["id"]) is not None
    assert await card_of(alice, late["id"]) is None


async def test_an_edit_shows_the_preview_of_its_own_link(alice: Client, site: RemoteServer) -> None:
    for name in ("one", "two"):
        site.answers[f"/{name}"] = page(name)
    post = await alice.write(f"{site.origin}/one")
    await alice.node.cards.run_once()
    path = f"/api/v1/statuses/{post['id']}"
    await alice.call("PUT", path, json={"status": f"{site.origin}/two"})
    await alice.node.cards.run_once()
    card = await card_of(alice, post["id"])
    assert isinstance(card, dict)
    assert card["title"] == "two"
    await alice.call("PUT", path, json={"status": "nothing"})
    assert await card_of(alice, post["id"]) is None


@pytest.mark.parametrize("allowed", [True, False])
async def test_an_author_is_named_with_their_account_where_they_name_the_site(
    alpha: LiveNode, alice: Client, site: RemoteServer, *, allowed: bool
) -> None:
    ann = await alpha.add_person("ann")
    if allowed:
        named_by = Details(attribution_domains=("127.0.0.1",))
        await alpha.change(ann.actor, details=queries.details_value(named_by))
    site.answers["/story"] = page("A story", f'<meta name="fediverse:creator" content="@ann@{alpha.domain}">')
    post = await alice.write(f"{site.origin}/story")
    await alice.node.cards.run_once()
    card = await card_of(alice, post["id"])
    assert isinstance(card, dict)
    named = [each["account"]["acct"] for each in card["authors"] if each["account"]]
    assert named == (["ann"] if allowed else [])


async def test_without_previews_no_page_is_asked(database_url: str, site: RemoteServer) -> None:
    site.answers["/story"] = page("A story")
    settings = {"FEDIVERSE_NODE_MEDIA__LINK_PREVIEWS": "false"}
    async with running_node(database_url, settings=settings) as node:
        alice = Client(node=node, person=await node.add_person("alice"))
        post = await alice.write(f"{site.origin}/story")
        assert await node.cards.run_once() == 0
        assert await card_of(alice, post["id"]) is None
    assert site.fetches() == []


async def test_the_worker_looks_at_what_is_wanted_while_it_runs(alice: Client, site: RemoteServer) -> None:
    site.answers["/story"] = page("A story")
    cards = Cards(alice.node.node.db, alice.node.node.outbound, jitter=0.0)
    stop = asyncio.Event()
    url = f"{site.origin}/story"

    async def is_known() -> bool:
        return bool(await alice.node.node.db.read(lambda tx: cards.of(tx, [url])))

    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        group.create_task(cards.run(stop))
        await wait_until("the page to be looked at", is_known)
        stop.set()
    assert len(site.asked_for("/story")) == 1


async def test_what_a_page_said_last_stays_while_it_does_not_answer(
    alpha: LiveNode, alice: Client, site: RemoteServer
) -> None:
    site.answers["/story"] = page("A story")
    post = await alice.write(f"{site.origin}/story")
    await alpha.cards.run_once()
    site.answers["/story"] = Answer(status=503)

    def expire(tx: Tx) -> None:
        tx.execute(link_cards.update().values(expires_at=tx.now))

    await alpha.node.db.write(expire)
    assert await card_of(alice, post["id"]) is not None
    assert await alpha.cards.run_once() == 1
    assert await card_of(alice, post["id"]) is not None
    assert len(site.asked_for("/story")) == 2
