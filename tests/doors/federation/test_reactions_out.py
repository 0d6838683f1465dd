"""What other servers get of reactions, of posts that stay here, and of answers in a group."""

from __future__ import annotations

from functools import partial
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

from fediverse_node.deliveries import tables as deliveries
from fediverse_node.federation.outbox import emoji_react, react, retract
from fediverse_node.federation.outbox.publish import Draft, publish
from fediverse_node.kernel.errors import NotValid
from fediverse_node.posts import custom_emojis
from fediverse_node.posts.model import Post
from fediverse_node.storage.tx import Tx
from tests.doors.federation.conftest import Street
from tests.fakes.remote_server import PUBLIC


def _scalar(tx: Tx, *, what: sa.Select[Any]) -> Any:
    return tx.scalar(what)


async def sent(street: Street) -> list[tuple[Any, int]]:
    """Every activity that was written, with to how many inboxes it goes."""
    activities, envelopes = deliveries.activities, deliveries.envelopes
    rows = await street.read(
        lambda tx: tx.all(sa.select(activities.c.id, activities.c.document).order_by(activities.c.id))
    )
    found = []
    for id_, document in rows:
        count = sa.select(sa.func.count()).select_from(envelopes).where(envelopes.c.activity_id == id_)
        found.append((msgspec.json.decode(document), await street.read(partial(_scalar, what=count))))
    return found


async def stored(street: Street, **more: Any) -> Post:
    """A post of bob's that is here."""
    await street.befriend(street.bob)
    note = street.bob.note(**more)
    assert await street.bob.send(street.inbox, street.bob.create(note)) == 202
    post = await street.post(note["id"])
    assert post is not None
    return post


async def test_a_reaction_is_a_like_with_content_and_is_undone(street: Street) -> None:
    post = await stored(street)
    desk, alice = street.node.desk, street.alice.actor
    await emoji_react.react(desk, alice, post.id, "🎉")
    like, inboxes = (await sent(street))[-1]
    assert (like["type"], like["object"], like["content"], inboxes) == ("Like", post.uri, "🎉", 1)
    await emoji_react.react(desk, alice, post.id, "🎉")
    assert (await sent(street))[-1][0]["id"] == like["id"]
    await emoji_react.take_back(desk, alice, post.id, "🎉")
    undo, inboxes = (await sent(street))[-1]
    assert (undo["type"], undo["object"]["id"], undo["object"]["content"]) == ("Undo", like["id"], "🎉")
    assert inboxes == 1


async def test_a_custom_emoji_is_sent_with_its_picture(street: Street) -> None:
    post = await stored(street)
    made = await street.write(lambda tx: custom_emojis.save(tx, "blob", b"GIF89a"))
    await emoji_react.react(street.node.desk, street.alice.actor, post.id, ":blob:")
    like, _ = (await sent(street))[-1]
    picture = street.node.addresses.emoji_picture(made.digest, "image/gif")
    assert like["content"] == ":blob:"
    assert [(tag["type"], tag["name"], tag["icon"]["url"]) for tag in like["tag"]] == [
        ("Emoji", ":blob:", picture)
    ]
    assert like["tag"][0]["id"] == street.node.addresses.emoji("blob")


async def test_somebody_elses_custom_emoji_can_be_joined(street: Street) -> None:
    post = await stored(street)
    icon = {"type": "Image", "url": "https://remote.example/cat.png"}
    theirs = street.carol.activity(
        "Like", post.uri, content=":cat:", tag=[{"type": "Emoji", "name": ":cat:", "icon": icon}]
    )
    assert await street.carol.send(street.inbox, theirs) == 202
    await emoji_react.react(street.node.desk, street.alice.actor, post.id, f"cat@{street.there.domain}")
    like, _ = (await sent(street))[-1]
    assert (like["content"], like["tag"][0]["icon"]["url"]) == (":cat:", icon["url"])
    after = await street.post(post.uri)
    assert after is not None
    assert after.reactions[0][2] == 2
    with pytest.raises(NotValid):
        await emoji_react.react(street.node.desk, street.alice.actor, post.id, "dog@remote.example")


async def test_a_post_for_this_server_is_sent_to_nobody(street: Street) -> None:
    await street.meet(street.bob)
    before = await sent(street)
    desk, alice = street.node.desk, street.alice.actor
    here = await publish(desk, alice, Draft(text=f"Hi {street.bob.handle}", local_only=True))
    await react.boost(desk, alice, here.id)
    await react.unboost(desk, alice, here.id)
    await retract.retract(desk, alice, here.id)
    assert await sent(street) == before
    await publish(desk, alice, Draft(text="Hi"))
    assert len(await sent(street)) == len(before) + 1


async def test_nobody_elsewhere_does_anything_with_it(street: Street) -> None:
    here = await publish(street.node.desk, street.alice.actor, Draft(text="Hi", local_only=True))
    await street.meet(street.bob)
    for activity in (
        street.bob.like(here.uri),
        street.bob.announce(here.uri),
        street.bob.activity("EmojiReact", here.uri, content="🎉"),
    ):
        assert await street.bob.send(street.inbox, activity) == 202
    after = await street.post(here.uri)
    assert after is not None
    assert (after.favourites_count, after.boosts_count, after.reactions) == (0, 0, ())


async def test_an_answer_in_a_group_is_addressed_to_the_group(street: Street) -> None:  # FEP-1b12
    group = street.there.add_actor("gardening", type="Group")
    known = await street.befriend(group)
    post = await stored(street, type="Page", name="Roses", to=[group.uri, PUBLIC], audience=group.uri)
    answer = await publish(street.node.desk, street.alice.actor, Draft(text="Nice", in_reply_to_id=post.id))
    create, _ = (await sent(street))[-1]
    note = create["object"]
    assert (create["audience"], note["audience"]) == (group.uri, group.uri)
    assert {group.uri, street.bob.uri} <= {*note["to"], *note["cc"]}
    assert (group.uri, known.handle) in [(tag["href"], tag["name"]) for tag in note["tag"]]
    served = await street.node.http.get(answer.uri, headers={"Accept": "application/activity+json"})
    assert (await served.json(content_type=None))["audience"] == group.uri
    private = Draft(text="Psst", in_reply_to_id=post.id, visibility="private")
    await publish(street.node.desk, street.alice.actor, private)
    assert group.uri not in str((await sent(street))[-1][0])
