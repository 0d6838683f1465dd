"""Mastodon.py, as scripts and bots use it: over HTTP, from the log-in on."""

from __future__ import annotations

import asyncio
import io
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
from mastodon import Mastodon
from mastodon.errors import MastodonAPIError, MastodonNotFoundError

from tests.clients.letting_in import let_in as say_yes
from tests.fixtures import pictures
from tests.fixtures.nodes import LiveNode, Person, running_node
from tests.fixtures.sign_in import Browser, give_password, signed_in_browser

SCOPES = ["read", "write", "follow"]

#: Nothing of a database differs from engine to engine here that the doors' own tests do not try.
pytestmark = pytest.mark.one_engine


async def do(call: Any, *args: Any, **options: Any) -> Any:
    """A call of the library, which waits for its answers, beside the node that gives them."""
    async with asyncio.timeout(60):
        return await asyncio.to_thread(partial(call, *args, **options))


@dataclass(frozen=True, slots=True, kw_only=True)
class Village:
    node: LiveNode
    alice: Any
    bob: Any


async def let_in(node: LiveNode, browser: Browser) -> Any:
    """Register, ask, be let in by whoever is signed in, and log in with the code they were shown."""
    client_id, secret = await do(Mastodon.create_app, "Script", scopes=SCOPES, api_base_url=node.base_url)
    app = Mastodon(client_id=client_id, client_secret=secret, api_base_url=node.base_url)
    address = await do(app.auth_request_url, scopes=SCOPES, allow_http=True)
    await do(app.log_in, code=await say_yes(browser, address, "Script"), scopes=SCOPES, allow_http=True)
    return app


@pytest.fixture
async def village(alpha: LiveNode, alice: Person, bob: Person) -> Village:
    apps = [await let_in(alpha, await signed_in_browser(alpha, person)) for person in (alice, bob)]
    return Village(node=alpha, alice=apps[0], bob=apps[1])


async def test_somebody_who_is_not_signed_in_comes_in_by_the_form(database_url: str) -> None:
    async with running_node(database_url) as node:
        person = await node.add_person("carol")
        await give_password(node, person)
        browser = Browser(node=node)
        shown = await browser.sign_in("carol")
        assert shown.status == 303
        app = await let_in(node, browser)
        assert (await do(app.account_verify_credentials)).acct == "carol"
        assert (await do(app.instance)).title == node.name
        await do(app.revoke_access_token, allow_http=True)
        with pytest.raises(MastodonAPIError):
            await do(Mastodon(access_token="x" * 43, api_base_url=node.base_url).timeline_home)


async def test_posts_with_pictures_and_polls_are_written_read_and_marked(village: Village) -> None:
    alice, bob = village.alice, village.bob
    sent = io.BytesIO(pictures.sent("PNG"))
    picture = await do(alice.media_post, sent, "image/png", description="half red", synchronous=True)
    post = await do(alice.status_post, "Look, @bob #cats", media_ids=[picture], visibility="public")
    assert [each.description for each in post.media_attachments] == ["half red"]
    poll = alice.make_poll(["tea", "coffee"], expires_in=3600)
    asked = await do(alice.status_post, "Which?", poll=poll)
    assert [each.title for each in asked.poll.options] == ["tea", "coffee"]
    assert (await do(bob.poll_vote, asked.poll, [1])).own_votes == [1]

    await do(bob.status_favourite, post)
    await do(bob.status_bookmark, post)
    await do(bob.status_reblog, post)
    assert [each.id for each in await do(bob.bookmarks)] == [post.id]
    assert [each.id for each in await do(bob.favourites)] == [post.id]
    assert [each.acct for each in await do(alice.status_favourited_by, post)] == ["bob"]
    assert [each.acct for each in await do(alice.status_reblogged_by, post)] == ["bob"]
    told = await do(alice.notifications)
    assert {each.type for each in told} == {"favourite", "reblog"}
    assert (await do(alice.notifications_unread_count)).count == 2
    await do(alice.notifications_dismiss, told[0])
    await do(alice.notifications_clear)
    assert await do(alice.notifications) == []
    assert [each.id for each in await do(bob.timeline_hashtag, "cats")] == [post.id]
    await do(alice.status_delete, post)
    with pytest.raises(MastodonNotFoundError):
        await do(bob.status, post)
    assert await do(bob.bookmarks) == []


async def test_timelines_are_turned_and_where_one_stopped_is_kept(village: Village) -> None:
    alice, bob = village.alice, village.bob
    me = await do(alice.me)
    await do(bob.account_follow, me)
    written = [await do(alice.status_post, f"post {number}") for number in range(5)]
    first = await do(bob.timeline_home, limit=2)
    second = await do(bob.fetch_next, first)
    assert [each.id for each in (*first, *second)] == [each.id for each in written[:0:-1]]
    assert [each.id for each in await do(bob.fetch_previous, second)] == [each.id for each in first]
    await do(bob.markers_set, ["home"], [first[0]])
    assert (await do(bob.markers_get, ["home"]))["home"].last_read_id == first[0].id


async def test_lists_filters_notes_and_searches_are_what_it_expects(village: Village) -> None:
    alice, bob = village.alice, village.bob
    him = (await do(alice.account_search, "bo"))[0]
    await do(alice.account_follow, him)
    assert (await do(alice.account_note_set, him, "a friend")).note == "a friend"
    made = await do(alice.list_create, "friends", replies_policy="none", exclusive=True)
    await do(alice.list_accounts_add, made, [him])
    assert [each.acct for each in await do(alice.list_accounts, made)] == ["bob"]
    post = await do(bob.status_post, "a zebra")
    assert [each.id for each in await do(alice.timeline_list, made)] == [post.id]
    assert await do(alice.timeline_home) == []

    words = [{"keyword": "zebra", "whole_word": True}]
    kept = await do(alice.create_filter_v2, "animals", ["home"], "warn", keywords_attributes=words)
    assert [each.keyword for each in kept.keywords] == ["zebra"]
    shown = await do(alice.status, post)
    assert [each.filter.title for each in shown.filtered] == ["animals"]
    assert [each.phrase for each in await do(alice.filters)] == ["zebra"]
    assert (await do(alice.report, him, comment="too many zebras")).comment == "too many zebras"
    await do(alice.delete_filter_v2, kept)
    await do(alice.list_delete, made)
    assert await do(alice.filters_v2) == await do(alice.lists) == []
