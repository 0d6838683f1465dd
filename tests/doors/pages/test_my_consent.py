"""`/settings/consent`: all that somebody decided, for themselves."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import pytest

from fediverse_node.accounts import queries as accounts
from fediverse_node.accounts.model import Account
from fediverse_node.consent import queries as ledger
from fediverse_node.consent.model import Entry
from fediverse_node.federation.outbox.publish import Draft, publish
from fediverse_node.federation.outbox.retract import retract
from fediverse_node.posts.model import Post
from fediverse_node.storage.paging import Page
from fediverse_node.web.pages import my_consent
from tests.fixtures.forms import form_in
from tests.fixtures.nodes import LiveNode, Person, running_node
from tests.fixtures.sign_in import Browser, signed_in_browser

PATH = "/settings/consent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """alice in a browser, with two posts that she allowed."""

    node: LiveNode
    alice: Person
    browser: Browser
    allowed: Sequence[Post]

    async def lines(self, person: Person | None = None) -> list[Entry]:
        uri = (person or self.alice).actor.uri
        return await self.node.node.db.read(lambda tx: ledger.of_actor(tx, uri, Page(limit=50)))

    async def account(self) -> Account:
        found = await self.node.node.db.read(lambda tx: accounts.by_id(tx, self.alice.account.id))
        assert found is not None
        return found

    async def say(self, text: str, **how: object) -> Post:
        return await publish(self.node.desk, self.alice.actor, Draft(text=text, **how))  # type: ignore[arg-type] # words of a test


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    async with running_node(database_url) as node:
        alice = await node.add_person("alice")
        posts = [
            await publish(node.desk, alice.actor, Draft(text=f"Allowed words {number}", training_use=True))
            for number in (1, 2)
        ]
        browser = await signed_in_browser(node, alice)
        yield Desk(node=node, alice=alice, browser=browser, allowed=posts)


async def test_each_decision_stands_there_with_the_words_it_is_about(desk: Desk) -> None:
    await retract(desk.node.desk, desk.alice.actor, desk.allowed[0].id)
    shown = await desk.browser.get(PATH)
    assert (shown.status, shown.headers["Cache-Control"]) == (200, "no-store")
    assert "Allowed words 2" in shown.text
    assert "Allowed words 1" not in shown.text
    assert "A post that is not here any more" in shown.text
    assert shown.text.count('name="line-') == 1
    active = await desk.browser.get(f"{PATH}?state=active")
    assert "Post deleted" not in active.text
    nothing = await desk.browser.get(f"{PATH}?use=ai-input&since=2026-01-01&until=nonsense")
    assert "There is nothing to show." in nothing.text


async def test_decisions_are_found_by_words_and_licence_and_lead_to_their_post(desk: Desk) -> None:
    post = await desk.say("Herons by the river", training_use=True, licence="CC0-1.0")
    for query in ("q=RIVER+herons", "licence=CC0-1.0", "q=herons&licence=CC0-1.0&state=active"):
        shown = (await desk.browser.get(f"{PATH}?{query}")).text
        assert "Herons by the river" in shown
        assert "Allowed words" not in shown
        assert f'href="/settings/posts?post={post.id}"' in shown
    for query in ("q=swans", "licence=CC-BY-4.0", "q=herons&licence=none"):
        assert "There is nothing to show." in (await desk.browser.get(f"{PATH}?{query}")).text
    assert 'value="&#34;&gt;"' in (await desk.browser.get(f"{PATH}?q=%22%3E")).text


async def test_how_datasets_name_an_author_is_chosen_for_later_ones(desk: Desk) -> None:
    await desk.browser.send(PATH, training_credit="name", licence="")
    assert (await desk.account()).credit == "name"
    assert 'value="name" selected' in (await desk.browser.get("/compose")).text
    await desk.say("Named", training_use=True)
    newest, *older = await desk.lines()
    assert newest.credit == "name"
    assert {line.credit for line in older} == {None}
    assert "named by display name" in (await desk.browser.get(PATH)).text
    await desk.browser.send(PATH, training_credit="everything", licence="")
    assert (await desk.account()).credit is None


async def test_the_ticked_ones_are_taken_back_and_the_others_stay(desk: Desk) -> None:
    newest, oldest = await desk.lines()
    answer = await desk.browser.send(f"{PATH}/withdraw", **{f"line-{oldest.seq}": "yes"})
    assert (answer.status, answer.location) == (303, f"{PATH}?done=withdrawn")
    made = (await desk.lines())[0]
    assert (made.kind, made.method, made.object_uri) == ("withdraw", "page", oldest.object_uri)
    active = (await desk.browser.get(f"{PATH}?state=active")).text
    assert f"line-{newest.seq}" in active
    assert f"line-{oldest.seq}" not in active
    assert (await desk.browser.send(f"{PATH}/withdraw")).location == f"{PATH}?done=none"


async def test_everything_is_taken_back_only_after_one_is_asked(desk: Desk) -> None:
    asked = await desk.browser.send(f"{PATH}/withdraw", do="all")
    assert asked.status == 200
    assert "Take back everything?" in asked.text
    assert [line.kind for line in await desk.lines()] == ["grant", "grant"]
    form = form_in(asked.text, f"{PATH}/withdraw")
    done = await desk.browser.post(f"{PATH}/withdraw", **form, do="all")
    assert done.location == f"{PATH}?done=withdrawn"
    assert [line.kind for line in await desk.lines()][:2] == ["withdraw", "withdraw"]


async def test_only_a_form_of_this_page_and_only_about_ones_own_decisions(desk: Desk) -> None:
    # WEB-23
    bob = await desk.node.add_person("bob")
    await publish(desk.node.desk, bob.actor, Draft(text="Bob's", training_use=True))
    (theirs,) = await desk.lines(bob)
    assert (await desk.browser.send(f"{PATH}/withdraw", **{f"line-{theirs.seq}": "yes"})).status == 404
    assert (await desk.browser.post(f"{PATH}/withdraw", do="all", sure="yes")).status == 403
    assert (await desk.browser.post(PATH, never_ask="yes")).status == 403
    assert "Bob" not in (await desk.browser.get(PATH)).text
    assert [line.kind for line in [*await desk.lines(), *await desk.lines(bob)]] == ["grant"] * 3
    nobody = Browser(node=desk.node)
    assert (await nobody.get(PATH)).location.startswith("/login")
    assert (await nobody.get(f"{PATH}/receipts.jsonl")).location.startswith("/login")


async def test_all_receipts_are_downloaded_with_their_salts(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(my_consent, "_AT_ONCE", 1)
    sent = await desk.browser.get(f"{PATH}/receipts.jsonl")
    assert "attachment" in sent.headers["Content-Disposition"]
    found = [json.loads(line) for line in sent.text.splitlines()]
    assert [each["receipt"]["object"] for each in found] == [post.uri for post in reversed(desk.allowed)]
    assert all(len(bytes.fromhex(each["salt"])) == 32 for each in found)


async def test_who_never_wants_to_be_asked_sees_no_box_and_nothing_else_changes(desk: Desk) -> None:
    assert 'name="training"' in (await desk.browser.get("/compose")).text
    saved = await desk.browser.send(PATH, never_ask="yes", licence="CC-BY-4.0")
    assert saved.location == f"{PATH}?done=saved"
    account = await desk.account()
    assert (account.never_ask, account.licence) == (True, "CC-BY-4.0")
    page = await desk.browser.get("/compose")
    assert 'name="training"' not in page.text
    form = form_in(page.text, "/compose")
    assert form["licence"] == "CC-BY-4.0"
    await desk.browser.post("/compose", **{**form, "text": "Silent", "do": "publish"})
    # Nobody was asked, so nothing was said.
    assert [line.kind for line in await desk.lines()] == ["grant", "grant"]
    own = (await desk.browser.get("/settings/posts")).text
    assert 'value="allow"' not in own
    assert own.count('value="withdraw"') == 2
    await desk.browser.send(PATH)
    assert not (await desk.account()).never_ask


async def test_one_use_by_itself_and_a_sensitive_post_from_the_list_of_posts(desk: Desk) -> None:
    post = await desk.say("Careful", sensitive=True)
    path, which = "/settings/posts", {"post": str(post.id)}
    assert (await desk.browser.send(path, **which, do="allow")).status == 422
    assert (await desk.browser.send(path, **which, do="split", training_sensitive="yes")).status == 422
    wanted = {"use-ai-input": "yes", "training_sensitive": "yes"}
    assert (await desk.browser.send(path, **which, do="split", **wanted)).status == 303
    line = (await desk.lines())[0]
    assert (line.kind, line.purposes, line.sensitive) == ("grant", ("ai-input",), True)
    shown = (await desk.browser.get(path)).text
    assert "You allow this: answers" in shown
    assert "You allow this: training, dataset" in shown


async def test_the_composer_asks_once_more_about_a_post_with_a_warning(desk: Desk) -> None:
    form = form_in((await desk.browser.get("/compose")).text, "/compose")
    sent = {**form, "text": "Careful", "summary": "cw", "training": "yes", "do": "publish"}
    assert "training_sensitive" not in form
    refused = await desk.browser.post("/compose", **sent)
    assert refused.status == 422
    assert "marked as sensitive" in refused.text
    assert 'name="training_sensitive"' in refused.text
    done = await desk.browser.post("/compose", **sent, training_sensitive="yes")
    assert done.status == 303
    assert (await desk.lines())[0].sensitive is True


async def test_the_page_speaks_arabic(desk: Desk) -> None:
    desk.browser.headers["Accept-Language"] = "ar"
    shown = await desk.browser.get(PATH)
    assert 'dir="rtl"' in shown.text
    assert "ما أسمح به" in shown.text


async def test_older_terms_are_still_to_be_read(desk: Desk) -> None:
    assert "Pictures and other media." in (await desk.browser.get("/terms/training?version=training-1")).text
    assert "ai-input" in (await desk.browser.get("/terms/training")).text
    assert (await desk.browser.get("/terms/training?version=training-0")).status == 404
