"""Polls and edit histories, as people see them in a browser without scripts."""

from __future__ import annotations

import pytest

from fediverse_node.federation.outbox.edit import Edit, edit
from fediverse_node.federation.outbox.polling import DraftPoll
from fediverse_node.federation.outbox.publish import Draft, publish
from fediverse_node.federation.outbox.retract import retract
from fediverse_node.federation.outbox.vote import vote
from fediverse_node.polls import clock
from fediverse_node.posts.model import Post
from tests.fixtures.nodes import LiveNode, Person

POLL = DraftPoll(options=("Green", "<b>Black</b>", "شاي"), expires_in=3600)


@pytest.fixture
async def alice(alpha: LiveNode) -> Person:
    return await alpha.add_person("alice")


async def page(node: LiveNode, url: str, *, status: int = 200, language: str = "en") -> str:
    headers = {"Accept": "text/html", "Accept-Language": language}
    async with node.http.get(url, headers=headers, allow_redirects=False) as answer:
        assert answer.status == status, url
        return await answer.text()


def url_of(post: Post) -> str:
    assert post.url is not None
    return post.url


async def test_a_poll_is_shown_with_its_counts_wherever_its_post_is(alpha: LiveNode, alice: Person) -> None:
    post = await publish(alpha.desk, alice.actor, Draft(text="Tea?", poll=POLL))
    bob = await alpha.add_person("bob")
    await vote(alpha.desk, bob.actor, post.id, [0])
    for url in (url_of(post), alpha.addresses.profile("alice"), f"{alpha.base_url}/"):
        shown = await page(alpha, url)
        assert '<progress max="100" value="100" aria-hidden="true">' in shown
        assert "<bdi>1</bdi> · <bdi>100%</bdi>" in shown
        assert "&lt;b&gt;Black&lt;/b&gt;" in shown
        assert "<b>Black" not in shown
        assert "Open until" in shown
        assert "<script" not in shown
    arabic = await page(alpha, url_of(post), language="ar")
    assert 'dir="rtl"' in arabic
    assert "مفتوح حتى" in arabic
    await alpha.node.db.write(lambda tx: clock.close(tx, post.id))
    assert "Closed" in await page(alpha, url_of(post))


async def test_secret_counts_are_not_on_the_page(alpha: LiveNode, alice: Person) -> None:
    secret = DraftPoll(options=("Green", "Black"), expires_in=3600, hide_totals=True, multiple=True)
    post = await publish(alpha.desk, alice.actor, Draft(text="Tea?", poll=secret))
    bob = await alpha.add_person("bob")
    await vote(alpha.desk, bob.actor, post.id, [0, 1])
    hidden = await page(alpha, url_of(post))
    assert "<progress" not in hidden
    assert "Several answers can be chosen" in hidden
    await alpha.node.db.write(lambda tx: clock.close(tx, post.id))
    assert (await page(alpha, url_of(post))).count('<progress max="100" value="100"') == 2


async def test_an_edited_post_leads_to_its_history(alpha: LiveNode, alice: Person) -> None:
    post = await publish(alpha.desk, alice.actor, Draft(text="first words", poll=POLL))
    history = f"{url_of(post)}/history"
    assert history not in await page(alpha, url_of(post))
    other = DraftPoll(options=("Oolong", "None"), expires_in=3600)
    await edit(alpha.desk, alice.actor, post.id, Edit(text="second words", poll=other))
    assert f'href="{history}"' in await page(alpha, url_of(post))
    shown = await page(alpha, history)
    assert shown.index("second words") < shown.index("first words")
    assert shown.index("Oolong") < shown.index("Green")
    assert "&lt;b&gt;Black" in shown
    assert 'name="robots" content="noindex"' in shown
    assert "النسخة الحالية" in await page(alpha, history, language="ar")


async def test_a_history_is_not_there_for_who_may_not_see_the_post(alpha: LiveNode, alice: Person) -> None:
    hidden = await publish(alpha.desk, alice.actor, Draft(text="one", visibility="private"))
    public = await publish(alpha.desk, alice.actor, Draft(text="one"))
    for post in (hidden, public):
        await edit(alpha.desk, alice.actor, post.id, Edit(text="two"))
    await page(alpha, f"{url_of(hidden)}/history", status=404)
    await page(alpha, f"{alpha.base_url}/@alice/1/history", status=404)
    assert "<p>one</p>" in await page(alpha, f"{url_of(public)}/history")
    await retract(alpha.desk, alice.actor, public.id)
    assert "<p>one</p>" not in await page(alpha, f"{url_of(public)}/history", status=410)
