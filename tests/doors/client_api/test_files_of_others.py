"""Pictures and files of other servers in the API: at addresses of ours, and where they really are."""

from __future__ import annotations

from typing import Any

from fediverse_node.actors.model import Picture
from fediverse_node.media.signing import PREFIX
from fediverse_node.posts import emoji_reactions
from fediverse_node.posts.model import Attachment, Post, Reaction
from fediverse_node.storage.tx import Tx
from tests.doors.client_api.conftest import Client
from tests.fixtures import rooms

FAR = "https://there.example"


async def posted(alice: Client) -> Post:
    """A post of somebody elsewhere with every kind of picture there is."""
    files = (
        Attachment(type="Document", media_type="image/png", url=f"{FAR}/a.png", name="A heron"),
        Attachment(type="Document", media_type="application/pdf", url=f"{FAR}/d.pdf"),
    )

    def unit(tx: Tx) -> Post:
        emojis = ((":cat:", f"{FAR}/cat.png"),)
        face, wall = Picture(url=f"{FAR}/face.png"), Picture(url=f"{FAR}/wall.png")
        bob = rooms.stranger(tx, "bob", icon=face, image=wall, emojis=emojis)
        post = rooms.note(tx, bob, attachments=files, emojis=emojis)
        made = Reaction(
            post_id=post.id, actor_id=bob.id, emoji=":cat@x:", picture=f"{FAR}/cat.png", uri=f"{FAR}/likes/1"
        )
        emoji_reactions.add(tx, made)
        return post

    return await alice.node.node.db.write(unit)


def ours(alice: Client, url: Any) -> bool:
    return str(url).startswith(f"{alice.node.base_url}{PREFIX}")


async def test_every_picture_of_others_is_offered_from_here(alice: Client) -> None:
    status = await alice.ok(f"/api/v1/statuses/{(await posted(alice)).id}")
    account, (picture, paper) = status["account"], status["media_attachments"]
    offered = [account[name] for name in ("avatar", "avatar_static", "header", "header_static")]
    offered += [picture["url"], picture["preview_url"]]
    for emoji in (*status["emojis"], *account["emojis"], *status["pleroma"]["emoji_reactions"]):
        offered += [emoji["url"], emoji["static_url"]]
    assert len(offered) == 12
    assert [url for url in offered if not ours(alice, url)] == []
    assert (picture["remote_url"], picture["description"]) == (f"{FAR}/a.png", "A heron")
    assert (paper["type"], paper["url"]) == ("unknown", f"{FAR}/d.pdf")


async def test_the_same_picture_has_one_address(alice: Client) -> None:
    post = await posted(alice)
    first, second = [await alice.ok(f"/api/v1/statuses/{post.id}") for _ in range(2)]
    assert first["emojis"][0]["url"] == second["account"]["emojis"][0]["url"]
    assert first["media_attachments"] == second["media_attachments"]


async def test_pictures_of_ours_keep_their_address(alice: Client) -> None:
    account = await alice.ok("/api/v1/accounts/verify_credentials")
    assert not ours(alice, account["avatar"])
    assert account["avatar"].startswith(alice.node.base_url)
