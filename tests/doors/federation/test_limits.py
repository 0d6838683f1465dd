"""Limits table L: at each limit a document is taken as it is, one above it is cut or refused (DOS-08)."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from fediverse_node.posts.model import Post
from tests.doors.federation.conftest import Street
from tests.fakes.remote_server import PUBLIC, Answer, JsonDict

Make = Callable[[Street, int], JsonDict]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """One row of the table.

    Attributes:
        most: how many, or how long.
        parts: the parts of a note with so many, or so long.
        kept: how much of it a stored post shows.
        refused: one too many refuses the post; otherwise what is too much is left out.
    """

    most: int
    parts: Make
    kept: Callable[[Post], int]
    refused: bool = False


def emoji(street: Street, number: int) -> JsonDict:
    url = f"{street.there.origin}/e/{number}.png"
    icon = {"type": "Image", "mediaType": "image/png", "url": url}
    return {"type": "Emoji", "id": url, "name": f":e{number}:", "icon": icon}


def mention(street: Street, number: int) -> JsonDict:
    return {"type": "Mention", "href": f"{street.there.origin}/users/m{number}", "name": f"@m{number}"}


def picture(street: Street, number: int) -> JsonDict:
    return {"type": "Image", "mediaType": "image/png", "url": f"{street.there.origin}/{number}.png"}


def poll(names: list[str]) -> JsonDict:
    answers = [{"type": "Note", "name": name, "replies": {"totalItems": 0}} for name in names]
    return {"type": "Question", "oneOf": answers}


LIMITS = {
    "content": Limit(
        most=100_000,
        parts=lambda _, size: {"content": "a" * size},
        kept=lambda post: len(post.content_html),
        refused=True,
    ),
    "attachments": Limit(
        most=16,
        parts=lambda street, count: {"attachment": [picture(street, n) for n in range(count)]},
        kept=lambda post: len(post.attachments),
    ),
    "emoji": Limit(
        most=100,
        parts=lambda street, count: {"tag": [emoji(street, n) for n in range(count)]},
        kept=lambda post: len(post.emojis),
    ),
    "recipients": Limit(
        most=50,
        parts=lambda street, count: {
            "to": [PUBLIC],
            "cc": [f"{street.there.origin}/users/r{n}" for n in range(count - 1)],
        },
        kept=lambda post: len(post.addressed),
    ),
    "poll options": Limit(
        most=20,
        parts=lambda _, count: poll([f"Answer {n}" for n in range(count)]),
        kept=lambda _: 20,
        refused=True,
    ),
    "id": Limit(
        most=2048,
        parts=lambda street, size: {"id": f"{street.there.origin}/".ljust(size, "x")},
        kept=lambda post: len(post.uri),
        refused=True,
    ),
}


async def sent(street: Street, parts: JsonDict) -> tuple[int, Post | None]:
    note = street.bob.note(**parts)
    status = await street.bob.send(street.inbox, street.bob.create(note))
    await street.work()
    return status, await street.post(note["id"])


@pytest.mark.parametrize("name", LIMITS)
async def test_a_limit_is_a_limit(street: Street, name: str) -> None:
    limit = LIMITS[name]
    await street.befriend(street.bob)
    status, post = await sent(street, limit.parts(street, limit.most))
    assert status == 202
    assert post is not None
    assert limit.kept(post) >= limit.most if name == "content" else limit.kept(post) == limit.most

    status, post = await sent(street, limit.parts(street, limit.most + 1))
    if limit.refused:
        assert status in {400, 413}
        assert post is None
    else:
        assert status == 202
        assert post is not None
        assert limit.kept(post) == limit.most


@pytest.mark.parametrize(("tags", "found"), [(50, 50), (51, 50), (1_000, 50)])
async def test_mentions_beyond_the_limit_are_nobodys(street: Street, tags: int, found: int) -> None:
    await street.befriend(street.bob)
    _, post = await sent(street, {"tag": [mention(street, number) for number in range(tags)]})
    assert post is not None
    rows = (await street.rows())["mentions"]
    assert rows <= found + 1  # and whoever is addressed without being named


@pytest.mark.parametrize(("tags", "kept"), [(100, 100), (101, 100)])
async def test_hashtags_beyond_the_limit_are_left_out(street: Street, tags: int, kept: int) -> None:
    await street.befriend(street.bob)
    tag = [{"type": "Hashtag", "name": f"#t{number}"} for number in range(tags)]
    _, post = await sent(street, {"tag": tag})
    assert post is not None
    assert (await street.rows())["hashtags"] == kept


@pytest.mark.parametrize(("fields", "kept"), [(16, 16), (17, 16)])
async def test_profile_fields_beyond_the_limit_are_left_out(street: Street, fields: int, kept: int) -> None:
    street.bob.extra["attachment"] = [
        {"type": "PropertyValue", "name": f"n{number}", "value": "v"} for number in range(fields)
    ]
    assert len((await street.meet(street.bob)).fields) == kept


@pytest.mark.parametrize("size", [500, 501, 100_000])
async def test_a_name_is_no_longer_than_a_name(street: Street, size: int) -> None:
    street.bob.extra["name"] = "x" * size
    assert len((await street.meet(street.bob)).name) <= 500


@pytest.mark.parametrize(("size", "status"), [(1 << 20, 202), ((1 << 20) + 1, 401)])
async def test_a_document_is_read_to_its_limit(street: Street, size: int, status: int) -> None:

    body = json.dumps(street.bob.document()).encode()
    street.there.answers["/users/bob"] = Answer(body=body.ljust(size))
    assert await street.bob.send(street.inbox, street.bob.follow(street.alice.actor.uri)) == status


async def test_one_activity_causes_at_most_ten_fetches(street: Street) -> None:  # DOS-23
    await street.befriend(street.bob)
    many: list[Any] = []
    for number in range(30):
        author = f"{street.there.origin}/users/a{number}"
        target = many[-1] if many else f"{street.there.origin}/missing"
        document = street.bob.note(attributedTo=author, inReplyTo=target, quote=target, context=target)
        many.append(document["id"])
    asked = len(street.there.fetches())
    assert await street.bob.send(street.inbox, street.bob.announce(many[-1])) == 202
    await street.work()
    assert len(street.there.fetches()) - asked <= 10
