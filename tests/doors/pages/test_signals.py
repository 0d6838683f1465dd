"""Posts in every state, read on every channel as each standard says: nobody hears more than the ledger says.

A page also has the words of others; there a reader may hear less than of the post itself, and never more.
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from html import unescape
from typing import Any

import feedparser  # type: ignore[import-untyped]  # has no types
import pytest
from protego import Protego

from fediverse_node.consent import decisions
from fediverse_node.consent.model import Allowance
from fediverse_node.federation.outbox.edit import Edit, edit, set_training_use
from fediverse_node.federation.outbox.publish import Draft, publish
from fediverse_node.federation.outbox.retract import retract
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Post
from fediverse_node.posts.subject import subject_of
from fediverse_node.storage.tx import Tx
from tests.fixtures.nodes import LiveNode, Person
from tests.readers import aipref, noai, robots, rsl, tdmrep

pytestmark = pytest.mark.one_engine

AS2 = "application/activity+json"
_META = re.compile(r'<meta name="([^"]+)" content="([^"]*)">')


@dataclass(frozen=True, kw_only=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def robots_tags(self) -> list[str]:
        return self.headers.getall("X-Robots-Tag", [])  # type: ignore[attr-defined,no-any-return]  # a multidict

    def meta(self, name: str) -> list[str]:
        return [unescape(content) for found, content in _META.findall(self.text) if found == name]


@dataclass(kw_only=True)
class Server:
    """What somebody finds who reads a whole server."""

    node: LiveNode
    alice: Person
    bob: Person
    files: dict[str, Answer] = field(default_factory=dict)

    async def get(self, address: str, accept: str = "*/*") -> Answer:
        path = address.removeprefix(self.node.base_url)
        async with self.node.http.get(path, headers={"Accept": accept}) as answer:
            return Answer(status=answer.status, headers=answer.headers, text=await answer.text())

    async def read_files(self) -> None:
        for path in ("/robots.txt", "/rsl.xml", "/.well-known/tdmrep.json", "/@alice.atom", "/@alice.rss"):
            self.files[path] = await self.get(path)

    async def says(self, **draft: Any) -> Post:
        return await publish(self.node.desk, self.alice.actor, Draft(**{"text": "Words.", **draft}))


@dataclass(frozen=True, kw_only=True)
class Case:
    """A post, whether its author's yes to training is in force, and whether its page has words of others."""

    post: Post
    yes: bool
    shared: bool = False


State = Callable[[Server], Awaitable[Case]]


@pytest.fixture
async def server(alpha: LiveNode) -> Server:
    return Server(node=alpha, alice=await alpha.add_person("alice"), bob=await alpha.add_person("bob"))


async def _told(server: Server, post: Post, *, allow: bool) -> None:
    await set_training_use(server.node.desk, server.alice.actor, post.id, allow=allow, method="page")


async def silent(server: Server) -> Case:
    return Case(post=await server.says(), yes=False)


async def refused(server: Server) -> Case:
    return Case(post=await server.says(training_use=False), yes=False)


async def said_yes(server: Server) -> Case:
    return Case(post=await server.says(training_use=True), yes=True)


async def for_training_alone(server: Server) -> Case:
    return Case(
        post=await server.says(training_use=True, allowing=Allowance(purposes=("train-ai",))), yes=True
    )


async def yes_after_all(server: Server) -> Case:
    post = await server.says(training_use=False)
    await _told(server, post, allow=True)
    return Case(post=post, yes=True)


async def taken_back(server: Server) -> Case:
    post = await server.says(training_use=True)
    await _told(server, post, allow=False)
    return Case(post=post, yes=False)


async def edited(server: Server) -> Case:
    post = await server.says(training_use=True)
    await edit(server.node.desk, server.alice.actor, post.id, Edit(text="Other words."))
    return Case(post=post, yes=False)


async def edited_and_said_again(server: Server) -> Case:
    post = await server.says(training_use=True)
    await edit(server.node.desk, server.alice.actor, post.id, Edit(text="Other words.", training_use=True))
    return Case(post=post, yes=True)


async def deleted(server: Server) -> Case:
    post = await server.says(training_use=True)
    await retract(server.node.desk, server.alice.actor, post.id)
    return Case(post=post, yes=False)


async def unlisted(server: Server) -> Case:
    return Case(post=await server.says(visibility="unlisted"), yes=False)


async def for_followers(server: Server) -> Case:
    return Case(post=await server.says(visibility="private"), yes=False)


async def behind_a_warning(server: Server) -> Case:
    return Case(post=await server.says(summary="Spiders", text="Eight legs."), yes=False)


async def answered_by_somebody_who_is_silent(server: Server) -> Case:
    post = await server.says(training_use=True)
    await publish(server.node.desk, server.bob.actor, Draft(text="My words.", in_reply_to_id=post.id))
    return Case(post=post, yes=True, shared=True)


async def quoting_somebody_who_is_silent(server: Server) -> Case:
    quoted = await publish(server.node.desk, server.bob.actor, Draft(text="My words."))
    post = await server.says(training_use=True, quoted_id=quoted.id)
    return Case(post=post, yes=True, shared=True)


STATES: tuple[State, ...] = (
    silent,
    refused,
    said_yes,
    for_training_alone,
    yes_after_all,
    taken_back,
    edited,
    edited_and_said_again,
    deleted,
    unlisted,
    for_followers,
    behind_a_warning,
    answered_by_somebody_who_is_silent,
    quoting_somebody_who_is_silent,
)


#: The document is not for everybody, or not there any more.
_UNREADABLE = {"deleted", "for_followers"}


async def test_every_channel_says_what_the_ledger_says(server: Server) -> None:
    cases = {state.__name__: await state(server) for state in STATES}
    await server.read_files()

    for name, case in cases.items():
        assert await _ledger(server, case.post) is case.yes, name
        heard = await _object(server, case.post)
        assert heard == (None if name in _UNREADABLE else "y" if case.yes else "n"), name
        await _page(server, case)
        _in_files(server, case)
    _in_feeds(server, {case.post.uri: case.yes for case in cases.values()})


@pytest.mark.parametrize("column", ["moved_to", "suspended_at"])
async def test_nothing_is_left_of_a_yes_when_its_author_moves_away_or_is_suspended(
    server: Server, column: str
) -> None:
    case = await said_yes(server)
    value = server.node.node.clock() if column == "suspended_at" else "https://there.example/users/alice"
    await server.node.change(server.alice.actor, **{column: value})
    await server.read_files()

    assert await _object(server, case.post) in {"n", None}
    await _page(server, replace(case, yes=False))
    _in_files(server, replace(case, yes=False))


async def _ledger(server: Server, post: Post) -> bool:
    def read(tx: Tx) -> bool:
        found, entry = posts.by_uri(tx, post.uri), decisions.states(tx, [post.uri]).get(post.uri)
        return (
            found is not None
            and decisions.decision_for(subject_of(found, server.alice.actor), entry).train_ai
        )

    return await server.node.node.db.read(read)


async def _object(server: Server, post: Post, *, other_use: bool = False) -> str | None:
    """What the document of a post says, by every reader alike; None where there is none.

    A yes to an *other_use* than training has a receipt, too, and no word in these standards.
    """
    answer = await server.get(post.uri, AS2)
    usage = aipref.statement(answer.headers["Content-Usage"])
    reserved = tdmrep.reserved(_tdm_file(server), _path(server, post.uri), answer.headers, {})
    assert (usage == "y", reserved is False) in {(True, True), (False, False)}
    assert noai.refused(answer.robots_tags) is (usage != "y")
    if answer.status != 200:
        # Also of what is not there, or not for everybody.
        assert usage == "n"
        return None
    document = _json(answer)
    assert aipref.statement(document["contentUsage"]) == usage
    assert noai.refused([document.get("xRobotsTag", "")]) is (usage != "y")
    assert ("usageConsent" in document) is (usage == "y" or other_use)
    return usage


async def _page(server: Server, case: Case) -> None:
    """The page says the same in headers and elements: what the post says, unless others speak there, too."""
    address = server.node.addresses.post_page("alice", case.post.id)
    answer = await server.get(address, "text/html")
    usage = aipref.statement(answer.headers["Content-Usage"])
    assert usage == ("y" if case.yes and not case.shared else "n")
    meta = {"tdm-reservation": next(iter(answer.meta("tdm-reservation")), "")}
    reserved = tdmrep.reserved(_tdm_file(server), _path(server, address), answer.headers, meta)
    assert reserved is (usage != "y")
    if answer.status == 200:
        assert ("My words." in answer.text) is case.shared
        assert noai.refused(answer.meta("robots")) is (usage != "y")
        assert 'type="application/rsl+xml"' in answer.text


def _in_files(server: Server, case: Case) -> None:
    """What the files say that speak of the whole server: of the page never more than of all that is on it."""
    text, licence = server.files["/robots.txt"].text, server.files["/rsl.xml"].text
    page = _path(server, server.node.addresses.post_page("alice", case.post.id))
    independent = Protego.parse(text)
    for path, yes in ((_path(server, case.post.uri), case.yes), (page, case.yes and not case.shared)):
        assert robots.training(text, "*", path) == ("y" if yes else "n")
        assert rsl.permits(licence, path, "ai-train") is yes
        assert robots.may_fetch(text, "GPTBot", path) is yes
        assert independent.can_fetch(f"{server.node.base_url}{path}", "GPTBot") is yes
        assert independent.can_fetch(f"{server.node.base_url}{path}", "Somebot")
        # A longer address is another one.
        assert not independent.can_fetch(f"{server.node.base_url}{path}0", "GPTBot")
        assert robots.training(text, "*", f"{path}0") == "n"
    assert robots.licences(text) == [f"{server.node.base_url}/rsl.xml"]
    assert robots.group_for(text, "*").signals == {"search": "yes", "ai-input": "no", "ai-train": "no"}


def _in_feeds(server: Server, said: Mapping[str, bool]) -> None:
    for path in ("/@alice.atom", "/@alice.rss"):
        answer = server.files[path]
        parsed = feedparser.parse(answer.text)
        assert not parsed.bozo
        heard = {entry.id: aipref.feed_item(entry.rights) for entry in parsed.entries}
        assert heard == {uri: "y" if said[uri] else "n" for uri in heard}
        assert {uri for uri, yes in said.items() if yes} <= set(heard)
        assert aipref.statement(answer.headers["Content-Usage"]) == "n"
        assert aipref.feed_item(parsed.feed.rights) == "n"
        assert "My words." not in answer.text
        assert "Eight legs." not in answer.text


def _tdm_file(server: Server) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = _json(server.files["/.well-known/tdmrep.json"])
    return found


def _path(server: Server, address: str) -> str:
    return address.removeprefix(server.node.base_url)


def _json(answer: Answer) -> Any:
    return json.loads(answer.text)
