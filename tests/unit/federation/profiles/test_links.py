from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from fediverse_node.actors import queries as actors
from fediverse_node.actors.model import Actor
from fediverse_node.federation.outbox.desk import Desk
from fediverse_node.federation.outbox.profile import ProfileChanges, change_profile
from fediverse_node.federation.profiles.links import MAX_PAGE, names, verify
from fediverse_node.outbound.client import Outbound
from fediverse_node.storage.database import Database
from tests.fakes.remote_server import Answer, RemoteServer

ME = "https://here.example/@alice"


@pytest.fixture
async def there() -> AsyncIterator[RemoteServer]:
    async with RemoteServer() as server:
        yield server


def page(text: str, **more: object) -> Answer:
    return Answer(body=text.encode(), content_type="text/html", **more)  # type: ignore[arg-type]  # a test's shorthand


@pytest.mark.parametrize(
    "text",
    [
        f'<a rel="me" href="{ME}">me</a>',
        f"<link href='{ME}/' rel='ME nofollow'>",
        f'<A class=x HREF={ME} REL="noopener me">',
        f'<a href=" {ME} " rel = "me">',
        '<a rel="me" href="https://here.example/&#64;alice">',
    ],
)
def test_a_link_back_is_found_however_it_is_written(text: str) -> None:
    assert names(f"<html><body>{text}</body>", {ME})


@pytest.mark.parametrize(
    "text",
    [
        f'<a href="{ME}">me</a>',
        f'<a rel="men" href="{ME}">',
        f'<a rel="me" href="{ME}x">',
        f'<!-- <a rel="me" href="{ME}"> -->',
        f'<area rel="me" href="{ME}">',
        f'<a rel="me" data="{"x" * 3000}" href="{ME}">',
        f'&lt;a rel="me" href="{ME}"&gt;',
        "",
    ],
)
def test_what_is_no_link_back_is_none(text: str) -> None:
    assert not names(text, {ME})


async def claim(desk: Desk, actor: Actor, *urls: str) -> Actor:
    fields = tuple((f"Page {number}", url) for number, url in enumerate(urls))
    return await change_profile(desk, actor, ProfileChanges(fields=fields))


async def look(db: Database, outbound: Outbound, actor: Actor) -> tuple[bool, dict[str, str]]:
    every = await verify(db, outbound, actor, scheme="http")
    now = await db.read(lambda tx: actors.by_id(tx, actor.id))
    assert now is not None
    return every, dict(now.details.verified)


async def test_a_page_that_links_back_is_verified(
    db: Database, desk: Desk, outbound: Outbound, alice: Actor, there: RemoteServer
) -> None:
    there.answers["/"] = page(f'<a rel="me" href="{alice.url}">')
    there.answers["/other"] = page("<p>Nothing</p>")
    good, bad = f"{there.origin}/", f"{there.origin}/other"
    actor = await claim(desk, alice, good, bad)
    assert await look(db, outbound, actor) == (False, {good: "2026-11-21T09:30:00Z"})
    there.answers["/other"] = page(f'<link rel="me" href="{alice.uri}">')
    now = await db.read(lambda tx: actors.by_id(tx, alice.id))
    assert now is not None
    actor = now
    every, verified = await look(db, outbound, actor)
    assert every
    assert set(verified) == {good, bad}
    assert len(there.asked_for("/")) == 1, "what is verified is not asked again"


@pytest.mark.parametrize(
    "answer",
    [
        page('<a rel="me" href="{me}">', status=404),
        page('<a rel="me" href="{me}">' + "x" * MAX_PAGE),
        Answer(status=302, headers={"Location": "ftp://elsewhere.example/"}),
    ],
)
async def test_a_page_that_cannot_be_had_verifies_nothing(
    db: Database, desk: Desk, outbound: Outbound, alice: Actor, there: RemoteServer, answer: Answer
) -> None:
    body = answer.body.replace(b"{me}", (alice.url or "").encode())
    there.answers["/"] = Answer(
        status=answer.status, body=body, content_type="text/html", headers=answer.headers
    )
    assert await look(db, outbound, await claim(desk, alice, f"{there.origin}/")) == (False, {})


async def test_a_page_inside_a_private_network_is_not_asked(
    db: Database, desk: Desk, outbound: Outbound, alice: Actor
) -> None:
    actor = await claim(desk, alice, "http://10.0.0.1/", "https://192.168.0.1/")
    assert await look(db, outbound, actor) == (False, {})


async def test_a_claim_that_is_given_up_meanwhile_is_not_verified(
    db: Database, desk: Desk, outbound: Outbound, alice: Actor, there: RemoteServer
) -> None:
    there.answers["/"] = page(f'<a rel="me" href="{alice.url}">')
    actor = await claim(desk, alice, f"{there.origin}/")
    await claim(desk, alice, "https://elsewhere.example/")
    assert await look(db, outbound, actor) == (True, {})


def test_reading_a_hostile_page_is_quick() -> None:
    assert not names("<a " * 300_000, {ME})
    assert not names('<a rel="me" ' * 80_000, {ME})
    assert not names("<!--" * 200_000, {ME})
