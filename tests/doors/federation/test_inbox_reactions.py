"""Emoji under posts, as they come from other servers: in an EmojiReact, or in a Like with content."""

from __future__ import annotations

import pytest

from fediverse_node.posts import custom_emojis, emoji_reactions
from fediverse_node.posts.emoji_reactions import MAX_OF_ACTOR
from fediverse_node.posts.model import Post
from tests.doors.federation.conftest import Street, changed
from tests.fakes.remote_server import PUBLIC, JsonDict

BLOB = "https://remote.example/blob.png"


def emoji_tag(name: str = ":blob:", url: str = BLOB) -> JsonDict:
    return {"type": "Emoji", "name": name, "icon": {"type": "Image", "mediaType": "image/png", "url": url}}


async def stored(street: Street, post: Post) -> Post:
    found = await street.post(post.uri)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("verb", "spelling"), [("EmojiReact", "content"), ("Like", "content"), ("Like", "_misskey_reaction")]
)
async def test_an_emoji_is_counted_once_and_told(street: Street, verb: str, spelling: str) -> None:
    post = await street.write_post()
    reaction = street.bob.activity(verb, post.uri, **{spelling: "🎉"})
    for activity in (reaction, reaction, changed(reaction, id=street.there.new_id("likes"))):
        assert await street.bob.send(street.inbox, activity) == 202
    after = await stored(street, post)
    assert after.reactions == (("🎉", None, 1),)
    assert after.favourites_count == 0
    assert await street.told() == ["favourite"]


async def test_a_custom_emoji_comes_with_its_picture_and_the_name_of_its_server(street: Street) -> None:
    post = await street.write_post()
    reaction = street.bob.activity("Like", post.uri, content=":blob:", tag=[emoji_tag()])
    assert await street.bob.send(street.inbox, reaction) == 202
    expected = (f":blob@{street.there.domain}:", BLOB, 1)
    assert (await stored(street, post)).reactions == (expected,)


@pytest.mark.parametrize(
    "more",
    [
        {"content": ":blob:"},
        {"content": ":blob:", "tag": [emoji_tag(":other:")]},
        {"content": ":blob:", "tag": [emoji_tag(url="javascript:alert(1)")]},
        {"content": "🎉🎉"},
        {"content": "well done"},
        {"content": "<script>"},
    ],
)
async def test_what_is_no_emoji_is_a_plain_like(street: Street, more: JsonDict) -> None:
    post = await street.write_post()
    assert await street.bob.send(street.inbox, street.bob.activity("Like", post.uri, **more)) == 202
    after = await stored(street, post)
    assert (after.reactions, after.favourites_count) == ((), 1)


async def test_our_own_emoji_is_known_again(street: Street) -> None:
    post = await street.write_post()
    made = await street.write(lambda tx: custom_emojis.save(tx, "blob", b"\x89PNG\r\n\x1a\n"))
    picture = street.node.addresses.emoji_picture(made.digest, made.media_type)
    reaction = street.bob.activity("Like", post.uri, content=":blob:", tag=[emoji_tag(url=picture)])
    assert await street.bob.send(street.inbox, reaction) == 202
    assert (await stored(street, post)).reactions == ((":blob:", picture, 1),)


async def test_one_person_puts_only_so_many_emoji_under_a_post(street: Street) -> None:
    post = await street.write_post()
    for emoji in ("👍", "🎉", "🐘", "🌻", "🚲", "🧵", "🍉")[: MAX_OF_ACTOR + 2]:
        assert (
            await street.bob.send(street.inbox, street.bob.activity("EmojiReact", post.uri, content=emoji))
            == 202
        )
    assert len((await stored(street, post)).reactions) == MAX_OF_ACTOR
    assert await street.carol.send(street.inbox, street.carol.activity("Like", post.uri, content="👍")) == 202
    assert (await stored(street, post)).reactions[0] == ("👍", None, 2)


async def test_who_may_not_see_a_post_puts_nothing_under_it(street: Street) -> None:
    direct = await street.write_post(visibility="direct")
    reaction = street.bob.activity("EmojiReact", direct.uri, content="🎉")
    assert await street.bob.send(street.inbox, reaction) == 202
    assert (await stored(street, direct)).reactions == ()


@pytest.mark.parametrize("how", ["embedded", "bare id", "another id"])
async def test_an_emoji_is_taken_back(street: Street, how: str) -> None:
    post = await street.write_post()
    done = street.bob.activity("EmojiReact", post.uri, content="🎉", to=[PUBLIC])
    kept = street.bob.activity("Like", post.uri, content="👍")
    for activity in (done, kept):
        assert await street.bob.send(street.inbox, activity) == 202
    named = {
        "embedded": done,
        "bare id": done["id"],
        "another id": changed(done, id=street.there.new_id("other")),
    }[how]
    assert await street.bob.send(street.inbox, street.bob.undo(named)) == 202
    assert (await stored(street, post)).reactions == (("👍", None, 1),)
    assert await street.told() == ["favourite"]
    assert await street.bob.send(street.inbox, street.bob.undo(kept)) == 202
    assert await street.told() == []


async def test_nobody_takes_back_the_emoji_of_somebody_else(street: Street) -> None:  # OBJ-23
    post = await street.write_post()
    await street.meet(street.carol)
    done = street.bob.activity("EmojiReact", post.uri, content="🎉")
    assert await street.bob.send(street.inbox, done) == 202
    for named in (done["id"], done):
        assert await street.carol.send(street.inbox, street.carol.undo(named)) == 403
    assert await street.bob.send(street.inbox, street.bob.undo(changed(done, type="Announce"))) == 400
    assert (await stored(street, post)).reactions == (("🎉", None, 1),)
    assert await street.bob.send(street.inbox, street.bob.undo(done)) == 202
    assert (await stored(street, post)).reactions == ()


async def test_a_deleted_post_leaves_no_emoji(street: Street) -> None:
    note = street.bob.note()
    await street.befriend(street.bob)
    assert await street.bob.send(street.inbox, street.bob.create(note)) == 202
    reaction = street.carol.activity("EmojiReact", note["id"], content="🎉")
    assert await street.carol.send(street.inbox, reaction) == 202
    assert await street.bob.send(street.inbox, street.bob.activity("Delete", note["id"])) == 202
    assert await street.read(lambda tx: emoji_reactions.by_uri(tx, reaction["id"])) is None
