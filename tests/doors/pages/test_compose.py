"""Writing on the pages: the composer, its intents (FEP-3b86), and the words of a model in it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import pytest

from fediverse_node.consent import queries as ledger
from fediverse_node.consent.model import Entry
from fediverse_node.federation.outbox.publish import Draft, publish
from fediverse_node.posts import lists
from fediverse_node.posts.model import Post
from fediverse_node.storage.paging import Page
from tests.fakes.model_provider import KEY, ModelServer
from tests.fakes.remote_server import RemoteServer
from tests.fixtures.forms import form_in
from tests.fixtures.nodes import LiveNode, Person, running_node
from tests.fixtures.sign_in import Browser, Shown, signed_in_browser

COMPOSE = "/compose"


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """alice, signed in in a browser, and bob, who is not."""

    node: LiveNode
    alice: Person
    bob: Person
    browser: Browser

    async def form(self, query: str = "") -> dict[str, str]:
        shown = await self.browser.get(f"{COMPOSE}{query}")
        assert shown.status == 200, shown.text
        return form_in(shown.text, COMPOSE)

    async def send(self, do: str = "publish", **fields: str) -> Shown:
        return await self.browser.post(COMPOSE, **{**await self.form(), "do": do, **fields})

    async def written(self) -> list[Post]:
        """Everything that alice said, newest first."""
        every = ("public", "unlisted", "private", "direct")
        return await self.node.node.db.read(
            lambda tx: lists.by_actor(tx, self.alice.actor.id, Page(limit=20), visibilities=every)
        )

    async def only(self) -> Post:
        [post] = await self.written()
        return post

    async def decided(self, post: Post) -> Sequence[Entry]:
        return await self.node.node.db.read(lambda tx: ledger.history(tx, post.uri))


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    async with running_node(database_url) as node:
        alice, bob = await node.add_person("alice"), await node.add_person("bob")
        yield Desk(node=node, alice=alice, bob=bob, browser=await signed_in_browser(node, alice))


async def test_a_post_is_published_and_its_author_is_shown_it(desk: Desk) -> None:
    answer = await desk.send(text="Hello\r\nyou", summary="a greeting", visibility="unlisted", language="ar")
    assert (answer.status, answer.location) == (303, "/settings/posts?done=published")
    post = await desk.only()
    assert (post.source, post.summary, post.visibility, post.language) == (
        "Hello\nyou",
        "a greeting",
        "unlisted",
        "ar",
    )
    shown = await desk.browser.get(answer.location)
    assert 'role="status"' in shown.text
    assert "Hello<br" in shown.text


async def test_the_box_is_not_ticked_and_that_is_a_no(desk: Desk) -> None:
    form = await desk.form("?training=yes")
    assert "training" not in form
    await desk.browser.post(COMPOSE, **form | {"do": "publish", "text": "Mine"})
    [entry] = await desk.decided(await desk.only())
    assert (entry.kind, entry.method) == ("deny", "page")


async def test_the_ticked_box_is_a_yes(desk: Desk) -> None:
    await desk.send(text="Anybody's", training="yes")
    [entry] = await desk.decided(await desk.only())
    assert (entry.kind, entry.method, entry.purposes) == ("grant", "page", ("train-ai", "dataset"))


@pytest.mark.parametrize("visibility", ["unlisted", "private", "direct"])
async def test_a_post_that_is_not_public_cannot_be_given_and_nothing_is_said_of_it(
    desk: Desk, visibility: str
) -> None:
    answer = await desk.send(text="Ours", visibility=visibility, training="yes")
    assert answer.status == 422
    assert await desk.written() == []
    assert form_in(answer.text, COMPOSE)["training"] == "yes"
    await desk.send(text="Ours", visibility=visibility)
    assert await desk.decided(await desk.only()) == []


async def test_who_is_not_signed_in_is_sent_to_sign_in_and_back(desk: Desk) -> None:
    stranger = Browser(node=desk.node)
    answer = await stranger.get(f"{COMPOSE}?content=a%20b")
    assert (answer.status, answer.location) == (303, "/login?next=%2Fcompose%3Fcontent%3Da%2520b")


async def test_an_ended_session_publishes_nothing_and_gives_the_text_back(desk: Desk) -> None:
    form = {**await desk.form(), "text": "A long letter", "do": "publish"}
    desk.browser.secret = None
    answer = await desk.browser.post(COMPOSE, **form)
    assert answer.status == 403
    assert form_in(answer.text, COMPOSE)["text"] == "A long letter"
    assert await desk.written() == []


@pytest.mark.parametrize("token", ["", "0" * 64])
async def test_a_form_without_its_token_publishes_nothing_and_takes_back_the_yes(
    desk: Desk, token: str
) -> None:
    # WEB-23; the twin is the next test
    answer = await desk.send(text="Mine", training="yes", form_token=token)
    assert answer.status == 403
    assert await desk.written() == []
    form = form_in(answer.text, COMPOSE)
    assert form["text"] == "Mine"
    assert "training" not in form


async def test_the_form_that_came_back_publishes(desk: Desk) -> None:
    form = form_in((await desk.send(text="Mine", form_token="")).text, COMPOSE)
    assert (await desk.browser.post(COMPOSE, **form | {"do": "publish"})).status == 303
    assert (await desk.only()).source == "Mine"


async def test_another_site_publishes_nothing(desk: Desk) -> None:
    # WEB-23
    form = {**await desk.form(), "text": "Theirs", "do": "publish"}
    desk.browser.origin = "https://evil.example"
    assert (await desk.browser.post(COMPOSE, **form)).status == 403
    assert await desk.written() == []
    desk.browser.secret = None
    signed_out = await desk.browser.post(COMPOSE, **form)
    assert signed_out.status == 403
    assert "Theirs" not in signed_out.text


async def test_a_form_that_is_sent_twice_is_one_post_and_other_words_are_another(desk: Desk) -> None:
    form = {**await desk.form(), "text": "Once", "do": "publish"}
    answers = await asyncio.gather(*(desk.browser.post(COMPOSE, **form) for _ in range(2)))
    assert [answer.status for answer in answers] == [303, 303]
    assert (await desk.only()).source == "Once"
    await desk.browser.post(COMPOSE, **form | {"text": "Twice"})
    assert [post.source for post in await desk.written()] == ["Twice", "Once"]


async def test_what_is_refused_comes_back_as_it_was_typed(desk: Desk) -> None:
    wrongs: list[dict[str, str]] = [
        {"text": ""},
        {"text": "x" * 5001},
        {"options": "Only one"},
        {"language": "no language"},
        {"do": "sell"},
        {"suggestions": "nobodys-handle"},
        {"answering": "http://127.0.0.1:1/nothing"},
    ]
    for wrong in wrongs:
        typed = {"text": "Text", "summary": "Warning", "language": "ar", "visibility": "public", **wrong}
        answer = await desk.send(**typed)
        assert 400 <= answer.status <= 503, wrong
        assert 'role="alert"' in answer.text
        form = form_in(answer.text, COMPOSE)
        assert {name: form[name] for name in typed if name != "do"} | wrong == typed
    assert await desk.written() == []
    assert (await desk.send(text="Text", summary="Warning", language="ar")).status == 303


async def test_a_visibility_that_there_is_not_is_refused(desk: Desk) -> None:
    assert (await desk.send(text="x", visibility="everywhere")).status == 400
    assert await desk.written() == []


async def test_an_intent_fills_in_words_and_nothing_else_and_changes_nothing(desk: Desk) -> None:
    query = (
        "?name=A%20title&content=%3Cb%3Ebold%3C/b%3E&summary=Careful&visibility=direct&training=yes"
        "&do=publish&text=no&suggestions=abcdefgh&key=chosen-by-others"
    )
    form = await desk.form(query)
    assert (form["text"], form["summary"]) == ("A title\n\n<b>bold</b>", "Careful")
    assert (form["visibility"], form["suggestions"], form["answering"]) == ("public", "", "")
    assert "training" not in form
    assert form["key"] != "chosen-by-others"
    assert await desk.written() == []


async def test_an_answer_names_who_is_spoken_to_and_is_for_no_more_people(desk: Desk) -> None:
    parent = await publish(
        desk.node.desk, desk.bob.actor, Draft(text="@alice Psst", visibility="private", summary="Secret")
    )
    form = await desk.form(f"?inReplyTo={parent.uri}&content=Oh")
    assert (form["text"], form["visibility"], form["summary"]) == (
        f"{desk.bob.actor.handle} Oh",
        "private",
        "Secret",
    )
    await desk.browser.post(COMPOSE, **form | {"do": "publish"})
    post = await desk.only()
    assert (post.in_reply_to_id, post.visibility) == (parent.id, "private")


async def test_what_may_not_be_seen_is_not_shown_and_cannot_be_answered(desk: Desk) -> None:
    hidden = await publish(desk.node.desk, desk.bob.actor, Draft(text="Hidden words", visibility="direct"))
    shown = await desk.browser.get(f"{COMPOSE}?inReplyTo={hidden.uri}")
    assert "Hidden words" not in shown.text
    answer = await desk.browser.post(
        COMPOSE, **form_in(shown.text, COMPOSE) | {"text": "Hm", "do": "publish"}
    )
    assert answer.status == 404
    assert await desk.written() == []


async def test_what_is_not_here_is_asked_for_only_when_a_button_says_so(desk: Desk) -> None:
    async with RemoteServer() as there:
        note = there.add_actor("carol").note("<p>From afar</p>")
        form = await desk.form(f"?inReplyTo={note['id']}")
        assert there.asked == []
        assert form["text"] == ""

        shown = await desk.browser.post(COMPOSE, **form | {"do": "fetch"})
        assert "From afar" in shown.text
        form = form_in(shown.text, COMPOSE)
        assert form["text"] == f"@carol@{there.domain} "
        await desk.browser.post(COMPOSE, **form | {"do": "publish", "text": f"{form['text']}hi"})
        assert (await desk.only()).in_reply_to_uri == note["id"]


async def test_publishing_an_answer_fetches_what_is_answered(desk: Desk) -> None:
    async with RemoteServer() as there:
        note = there.add_actor("carol").note("<p>From afar</p>")
        form = await desk.form(f"?inReplyTo={note['id']}")
        await desk.browser.post(COMPOSE, **form | {"do": "publish", "text": "Hello there"})
        post = await desk.only()
        assert post.in_reply_to_uri == note["id"]
        assert f"{there.origin}/users/carol" in post.addressed


async def test_an_answer_can_become_a_post_of_its_own(desk: Desk) -> None:
    parent = await publish(desk.node.desk, desk.bob.actor, Draft(text="Question"))
    form = await desk.form(f"?inReplyTo={parent.uri}")
    form = form_in((await desk.browser.post(COMPOSE, **form | {"do": "detach"})).text, COMPOSE)
    await desk.browser.post(COMPOSE, **form | {"do": "publish", "text": "Alone"})
    assert (await desk.only()).in_reply_to_id is None


async def test_a_poll_is_asked(desk: Desk) -> None:
    await desk.send(text="Tea?", options="Green\r\nBlack\r\n\r\nBoth", multiple="yes", open_for="3600")
    post = await desk.only()
    async with desk.node.http.get(post.uri, headers={"Accept": "application/activity+json"}) as answer:
        document = await answer.json(content_type=None)
    assert document["type"] == "Question"
    assert [each["name"] for each in document["anyOf"]] == ["Green", "Black", "Both"]


async def test_nothing_of_a_page_that_is_ones_own_is_kept(desk: Desk) -> None:
    shown = await desk.browser.get(COMPOSE, Accept_Language="ar")
    assert shown.headers["Cache-Control"] == "no-store"
    assert "noindex" in shown.headers["X-Robots-Tag"]
    assert "اكتب منشورًا" in shown.text
    assert "<script" not in shown.text


async def test_without_a_provider_no_help_is_offered(desk: Desk) -> None:
    assert 'value="rewrite"' not in (await desk.browser.get(COMPOSE)).text
    answer = await desk.send("rewrite", text="teh cat")
    assert answer.status == 403
    assert form_in(answer.text, COMPOSE)["text"] == "teh cat"


@dataclass(frozen=True, slots=True, kw_only=True)
class Helped:
    """The same, with a model."""

    desk: Desk
    model: ModelServer


@pytest.fixture
async def helped(database_url: str) -> AsyncIterator[Helped]:
    async with ModelServer() as model:
        settings = {
            "FEDIVERSE_NODE_ASSIST__BASE_URL": model.base_url,
            "FEDIVERSE_NODE_ASSIST__MODEL": "tiny-1",
            "FEDIVERSE_NODE_ASSIST__API_KEY": KEY,
            "FEDIVERSE_NODE_ASSIST__PROVIDER": "Practice",
            "FEDIVERSE_NODE_ASSIST__PER_HOUR": "3",
        }
        async with running_node(database_url, settings=settings) as node:
            alice, bob = await node.add_person("alice"), await node.add_person("bob")
            browser = await signed_in_browser(node, alice)
            yield Helped(desk=Desk(node=node, alice=alice, bob=bob, browser=browser), model=model)


async def test_a_suggestion_comes_into_the_box_and_the_post_says_so(helped: Helped) -> None:
    desk, helped.model.text = helped.desk, "The cat sat."
    shown = await desk.send("rewrite", text="teh cat sat", training="yes", summary="cats")
    assert shown.status == 200
    assert await desk.written() == []
    form = form_in(shown.text, COMPOSE)
    assert (form["text"], form["summary"]) == ("The cat sat.", "cats")
    assert "training" not in form
    assert "tiny-1 (Practice)" in shown.text

    assert "reviewed" not in form
    await desk.browser.post(
        COMPOSE, **form | {"do": "publish", "text": "The cat sat. Really.", "reviewed": "yes"}
    )
    post = await desk.only()
    [tool] = post.ai_tools
    assert (post.ai_disclosure, tool.name, tool.provider, tool.action, post.human_reviewed) == (
        "ai-assisted",
        "tiny-1",
        "Practice",
        "rewrite",
        True,
    )


async def test_every_suggestion_in_a_text_is_named_and_one_that_was_put_back_is_not(helped: Helped) -> None:
    desk, model = helped.desk, helped.model
    first = form_in((await desk.send("draft", text="cats, sitting")).text, COMPOSE)
    second = form_in(
        (await desk.browser.post(COMPOSE, **first | {"do": "translate", "into": "fr"})).text, COMPOSE
    )
    assert second["language"] == "fr"
    model.text = "Shorter."
    third = form_in((await desk.browser.post(COMPOSE, **second | {"do": "shorten"})).text, COMPOSE)
    assert third["text"] == "Shorter."
    back = form_in((await desk.browser.post(COMPOSE, **third | {"do": "undo"})).text, COMPOSE)
    assert (back["text"], back["before"]) == (second["text"], "")
    await desk.browser.post(COMPOSE, **back | {"do": "publish"})
    assert [tool.action for tool in (await desk.only()).ai_tools] == ["draft", "translate"]


async def test_ones_own_text_put_back_is_ones_own(helped: Helped) -> None:
    desk = helped.desk
    helpful = form_in((await desk.send("rewrite", text="My own words")).text, COMPOSE)
    mine = form_in((await desk.browser.post(COMPOSE, **helpful | {"do": "undo"})).text, COMPOSE)
    await desk.browser.post(COMPOSE, **mine | {"do": "publish"})
    post = await desk.only()
    assert (post.source, post.ai_disclosure, post.ai_tools) == ("My own words", "human-only", ())


async def test_a_model_that_fails_costs_nothing_that_was_typed(helped: Helped) -> None:
    helped.model.fault = "500"
    answer = await helped.desk.send("rewrite", text="teh cat sat", training="yes")
    assert answer.status == 503
    assert int(answer.headers["Retry-After"]) >= 1
    form = form_in(answer.text, COMPOSE)
    assert (form["text"], form["training"], form["suggestions"]) == ("teh cat sat", "yes", "")
    assert KEY not in answer.text
