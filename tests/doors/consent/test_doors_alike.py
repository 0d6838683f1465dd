"""The same decision, by whichever door: the same line of the ledger but for how it came."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

import msgspec
import pytest
from msgspec.structs import replace

from fediverse_node.consent import queries
from fediverse_node.consent.model import Entry, Method
from fediverse_node.posts import lists
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Post
from fediverse_node.storage.paging import Page
from fediverse_node.web.control import consent as control
from tests.doors.consent.conftest import Ledger
from tests.fixtures.forms import form_in
from tests.fixtures.sign_in import Browser, signed_in_browser

PUBLIC: Final = "https://www.w3.org/ns/activitystreams#Public"
DOORS: Final[tuple[Method, ...]] = ("client-api", "c2s", "command-line", "page")


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What somebody decides.

    Attributes:
        purposes: single uses; none of them is the plain box, or with *no* a no.
    """

    purposes: tuple[str, ...] = ()
    sensitive: bool = False
    no: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """Every way in."""

    ledger: Ledger
    browser: Browser

    async def send(self, method: str, path: str, body: Any, kind: str = "application/json") -> Any:
        headers = {"Content-Type": kind, **self.ledger.alice.bearer}
        async with self.ledger.node.http.request(
            method, path, data=msgspec.json.encode(body), headers=headers
        ) as answer:
            text = await answer.text()
            assert answer.status in {200, 201}, text
            return msgspec.json.decode(text) if text else None

    async def c2s(self, activity: dict[str, Any]) -> None:
        await self.send("POST", "/users/alice/outbox", activity, "application/activity+json")

    async def post(self, id_: str) -> Post:
        found = await self.ledger.node.node.db.read(lambda tx: posts.by_id(tx, int(id_)))
        assert found is not None
        return found

    async def newest(self) -> Post:
        newest = Page(limit=1)
        found = await self.ledger.node.node.db.read(
            lambda tx: lists.by_actor(tx, self.ledger.alice.actor.id, newest, visibilities=("public",))
        )
        return found[0]

    async def line(self, post: Post) -> Entry:
        found = await self.ledger.node.node.db.read(lambda tx: queries.latest(tx, [post.uri]))
        return found[post.uri]


@pytest.fixture
async def house(ledger: Ledger) -> House:
    return House(ledger=ledger, browser=await signed_in_browser(ledger.node, ledger.alice))


def api_fields(decision: Decision) -> dict[str, Any]:
    fields: dict[str, Any] = {"training_sensitive": decision.sensitive}
    if decision.purposes:
        return {**fields, "training_purposes": list(decision.purposes)}
    return {**fields, "training_use": "no" if decision.no else "yes"}


def c2s_words(decision: Decision) -> dict[str, Any]:
    # A mere train-ai=n is what is served of a post about which nothing was decided, and so says nothing.
    uses = () if decision.no else decision.purposes or ("train-ai", "dataset")
    usage = f"train-ai={'y' if 'train-ai' in uses else 'n'}"
    return {"contentUsage": usage, "usageConsent": {"purposes": list(uses), "sensitive": decision.sensitive}}


def ticks(decision: Decision) -> dict[str, str]:
    boxes = {f"use-{purpose}": "yes" for purpose in decision.purposes}
    plain = {} if decision.no or decision.purposes else {"training": "yes"}
    return {**boxes, **plain, **({"training_sensitive": "yes"} if decision.sensitive else {})}


async def by_api(house: House, post: Post, decision: Decision) -> None:
    await house.send("PUT", f"/api/v1/statuses/{post.id}", api_fields(decision))


async def by_c2s(house: House, post: Post, decision: Decision) -> None:
    await house.c2s({"type": "Update", "object": {"id": post.uri, "type": "Note", **c2s_words(decision)}})


async def by_command_line(house: House, post: Post, decision: Decision) -> None:
    said = {
        "name": "alice",
        "post": post.uri,
        "answer": "no" if decision.no else "yes",
        "purposes": list(decision.purposes),
        "sensitive": decision.sensitive,
    }
    await control.decide(house.ledger.node.node, said, print)


async def by_page(house: House, post: Post, decision: Decision) -> None:
    do = "withdraw" if decision.no else "split" if decision.purposes else "allow"
    answer = await house.browser.send("/settings/posts", post=str(post.id), do=do, **ticks(decision))
    assert answer.status == 303, answer.text


Way = Callable[[House, Post, Decision], Awaitable[None]]
WAYS: Final[tuple[Way, ...]] = (by_api, by_c2s, by_command_line, by_page)


def alike(line: Entry) -> Entry:
    """What must be the same of two lines about two posts of the same words."""
    return replace(line, seq=0, at=line.at.min, object_uri="", method="page", previous_seq=None)


@pytest.mark.parametrize(
    "decision",
    [
        Decision(),
        Decision(no=True),
        Decision(purposes=("ai-input",)),
        Decision(purposes=("train-ai", "dataset", "ai-input")),
        Decision(purposes=("train-ai",), sensitive=True),
    ],
    ids=["plain", "no", "answers", "everything", "sensitive"],
)
async def test_a_word_about_a_post_is_the_same_line_by_every_door(house: House, decision: Decision) -> None:
    lines = []
    for way in WAYS:
        fields = {"sensitive": decision.sensitive, "licence": "CC-BY-4.0"}
        made = await house.send("POST", "/api/v1/statuses", {"status": "The same words", **fields})
        post = await house.post(made["id"])
        await way(house, post, decision)
        lines.append(await house.line(post))
    assert tuple(line.method for line in lines) == DOORS
    assert len({alike(line) for line in lines}) == 1
    assert lines[0].kind == ("deny" if decision.no else "grant")
    assert lines[0].licence == (None if decision.no else "CC-BY-4.0")


@pytest.mark.parametrize("decision", [Decision(), Decision(purposes=("train-ai",)), Decision(no=True)])
async def test_a_word_said_with_a_new_post_is_the_same_line_by_every_door(
    house: House, decision: Decision
) -> None:
    text, licence = "Words of a new post", "CC-BY-SA-4.0"
    lines = []
    await house.send("POST", "/api/v1/statuses", {"status": text, "licence": licence, **api_fields(decision)})
    lines.append(await house.line(await house.newest()))
    source = {"content": text, "mediaType": "text/plain"}
    note = {"type": "Note", "source": source, "content": text, "to": [PUBLIC], **c2s_words(decision)}
    url = "https://creativecommons.org/licenses/by-sa/4.0/"
    await house.c2s({"type": "Create", "object": {**note, "license": url}, "to": [PUBLIC]})
    lines.append(await house.line(await house.newest()))
    form = form_in((await house.browser.get("/compose")).text, "/compose")
    sent = {**form, "text": text, "licence": licence, "do": "publish", **ticks(decision)}
    answer = await house.browser.post("/compose", **sent)
    assert answer.status == 303, answer.text
    lines.append(await house.line(await house.newest()))
    assert [line.method for line in lines] == ["client-api", "c2s", "page"]
    assert len({alike(line) for line in lines}) == 1


async def test_a_sensitive_post_is_refused_by_every_door_that_does_not_say_so(house: House) -> None:
    made = await house.send("POST", "/api/v1/statuses", {"status": "Careful", "sensitive": True})
    post = await house.post(made["id"])
    for way in WAYS:
        with pytest.raises(Exception, match="sensitive"):
            await way(house, post, Decision())
    assert await house.ledger.node.node.db.read(lambda tx: queries.history(tx, post.uri)) == []
