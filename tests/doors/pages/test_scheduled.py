"""Posts that appear later, on the pages: written with a time, moved, deleted."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from fediverse_node.federation.outbox.timekeeper import Timekeeper
from fediverse_node.posts import lists
from fediverse_node.posts.model import Post
from fediverse_node.scheduled import queries as scheduled
from fediverse_node.scheduled.model import Scheduled
from fediverse_node.scheduled.tables import scheduled_posts
from fediverse_node.storage.paging import Page
from fediverse_node.storage.tx import Tx
from tests.fixtures.forms import form_in
from tests.fixtures.nodes import LiveNode, Person, running_node
from tests.fixtures.sign_in import Browser, Shown, signed_in_browser

COMPOSE = "/compose"
SCHEDULED = "/settings/scheduled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """alice, signed in in a browser, and bob, too."""

    node: LiveNode
    alice: Person
    browser: Browser
    other: Browser

    async def send(self, **fields: str) -> Shown:
        form = form_in((await self.browser.get(COMPOSE)).text, COMPOSE)
        return await self.browser.post(COMPOSE, **{**form, "do": "publish", **fields})

    async def change(self, found: Scheduled, browser: Browser | None = None, **fields: str) -> Shown:
        token = form_in((await self.browser.get(COMPOSE)).text, COMPOSE)["form_token"]
        if browser is not None:
            token = form_in((await browser.get(COMPOSE)).text, COMPOSE)["form_token"]
        sent = {"form_token": token, "post": str(found.id), **fields}
        return await (browser or self.browser).post(SCHEDULED, **sent)

    async def waiting(self) -> list[Scheduled]:
        return await self.node.node.db.read(
            lambda tx: scheduled.page(tx, self.alice.actor.id, Page(limit=20))
        )

    async def written(self) -> list[Post]:
        return await self.node.node.db.read(
            lambda tx: lists.by_actor(tx, self.alice.actor.id, Page(limit=20), visibilities=("public",))
        )


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    async with running_node(database_url) as node:
        alice, bob = await node.add_person("alice"), await node.add_person("bob")
        yield Desk(
            node=node,
            alice=alice,
            browser=await signed_in_browser(node, alice),
            other=await signed_in_browser(node, bob),
        )


def in_two_days(hour: int = 12) -> datetime:
    return (datetime.now(UTC) + timedelta(days=2)).replace(hour=hour, minute=30, second=0, microsecond=0)


def typed(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M")


async def test_a_time_is_that_of_the_zone_that_was_chosen(desk: Desk) -> None:
    noon = in_two_days()
    answer = await desk.send(text="Good <b>evening</b>", at=typed(noon), zone="+05:30", training="yes")
    assert (answer.status, answer.location) == (303, f"{SCHEDULED}?done=taken")
    (found,) = await desk.waiting()
    assert found.scheduled_at == noon - timedelta(hours=5, minutes=30)
    assert await desk.written() == []
    shown = await desk.browser.get(answer.location)
    assert 'role="status"' in shown.text
    assert "Good &lt;b&gt;evening" in shown.text
    assert f'value="{typed(found.scheduled_at)}"' in shown.text

    def come(tx: Tx) -> None:
        tx.execute(scheduled_posts.update().values(due_at=tx.now))

    await desk.node.node.db.write(come)
    assert await Timekeeper(desk.node.desk).run_once() == 1
    (post,) = await desk.written()
    assert post.source == "Good <b>evening</b>"


async def test_without_a_time_it_appears_at_once(desk: Desk) -> None:
    assert (await desk.send(text="now", zone="+05:30")).location == "/settings/posts?done=published"
    assert len(await desk.written()) == 1
    assert await desk.waiting() == []


async def test_a_time_that_has_passed_gives_the_words_back(desk: Desk) -> None:
    for at in ("2020-01-01T10:00", "tomorrow", "2027-02-30T10:00"):
        answer = await desk.send(text="Words to keep", at=at)
        assert answer.status == 422
        assert "Words to keep" in answer.text
        assert at in answer.text
    assert await desk.waiting() == []
    assert await desk.written() == []


async def test_only_its_author_moves_and_deletes_it(desk: Desk) -> None:
    await desk.send(text="mine", at=typed(in_two_days()))
    (found,) = await desk.waiting()
    later = in_two_days(18)
    for fields in ({"do": "move", "at": typed(later)}, {"do": "delete"}):
        assert (await desk.change(found, desk.other, **fields)).status == 404
    assert "mine" not in (await desk.other.get(SCHEDULED)).text
    assert await desk.waiting() == [found]
    assert (await desk.change(found, do="move", at=typed(later), zone="+00:00")).status == 303
    (moved,) = await desk.waiting()
    assert moved.scheduled_at == later
    assert (await desk.change(found, do="move", at="2020-01-01T00:00")).status == 422
    assert (await desk.change(found, do="burn")).status == 422
    assert (await desk.change(found, do="delete", form_token="x")).status == 403
    assert len(await desk.waiting()) == 1
    assert (await desk.change(found, do="delete")).location == f"{SCHEDULED}?done=deleted"
    assert await desk.waiting() == []


async def test_why_it_did_not_appear_is_shown(desk: Desk) -> None:
    await desk.send(text="mine", at=typed(in_two_days()))
    (found,) = await desk.waiting()
    await desk.node.node.db.write(lambda tx: scheduled.fail(tx, found, "What it answers is gone."))
    assert "What it answers is gone." in (await desk.browser.get(SCHEDULED)).text
