"""Emoji on pages: under posts, in texts, and never from another server; and what is left of deleted posts."""

from __future__ import annotations

import pytest

from fediverse_node.federation.outbox import emoji_react, retract
from fediverse_node.federation.outbox.publish import Draft, publish
from fediverse_node.posts import custom_emojis, emoji_reactions
from fediverse_node.posts.model import Reaction
from tests.fixtures.nodes import LiveNode, Person

HTML = {"Accept": "text/html"}
AS2 = {"Accept": "application/activity+json"}


@pytest.fixture
async def alice(alpha: LiveNode) -> Person:
    return await alpha.add_person("alice")


async def page(node: LiveNode, address: str, **headers: str) -> tuple[int, str]:
    async with node.http.get(address, headers=headers or HTML, allow_redirects=False) as answer:
        return answer.status, await answer.text()


async def test_emoji_stand_in_the_text_and_under_the_post(alpha: LiveNode, alice: Person) -> None:
    made = await alpha.node.db.write(lambda tx: custom_emojis.save(tx, "blob", b"GIF89a"))
    url = alpha.addresses.emoji_picture(made.digest, made.media_type)
    post = await publish(
        alpha.desk, alice.actor, Draft(text="Hi :blob: `:blob:`", content_type="text/markdown")
    )
    for emoji in ("🎉", "blob"):
        await emoji_react.react(alpha.desk, alice.actor, post.id, emoji)
    away = Reaction(
        post_id=post.id,
        actor_id=alice.actor.id,
        emoji=":cat@there.example:",
        picture="https://there.example/cat.png",
        uri="https://there.example/likes/1",
    )
    await alpha.node.db.write(lambda tx: emoji_reactions.add(tx, away))
    assert post.url is not None
    for address in (post.url, alpha.addresses.profile("alice")):
        status, source = await page(alpha, address)
        assert status == 200
        assert source.count(f'src="{url}"') == 2
        assert 'alt=":blob:"' in source
        assert "<code>:blob:</code>" in source
        assert "<bdi>🎉</bdi> 1" in source
        assert "there.example/cat.png" not in source
        assert f'src="{alpha.base_url}/media/proxy/' in source
        assert 'alt=":cat@there.example:"' in source
    _, arabic = await page(alpha, post.url, **{**HTML, "Accept-Language": "ar"})
    assert "التفاعلات" in arabic


async def test_a_deleted_post_is_gone_in_every_representation(alpha: LiveNode, alice: Person) -> None:
    post = await publish(alpha.desk, alice.actor, Draft(text="Hi"))
    kept = await publish(alpha.desk, alice.actor, Draft(text="Kept"))
    await retract.retract(alpha.desk, alice.actor, post.id)
    assert post.url is not None
    for address in (post.uri, post.url):
        status, body = await page(alpha, address, **AS2)
        assert (status, '"Tombstone"' in body, "Hi" in body) == (410, True, False)
        assert (await page(alpha, kept.uri, **AS2))[0] == 200
    assert (await page(alpha, post.url))[0] == 410
    for collection in ("replies", "likes", "shares"):
        assert (await page(alpha, f"{post.uri}/{collection}", **AS2))[0] in {404, 410}
        assert (await page(alpha, f"{kept.uri}/{collection}", **AS2))[0] == 200
