from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from fediverse_node.activitystreams.load import JsonDict
from fediverse_node.actors.model import Actor
from fediverse_node.archive.past import MAX_COMMAS, Owner, PastPost, items_of, owner_of, past_post
from fediverse_node.kernel.errors import NodeError, NotValid, TooLarge

NOW = datetime(2026, 11, 24, tzinfo=UTC)
OLD = "https://old.example/users/alice"
OWNER = Owner(uri=OLD, followers=f"{OLD}/followers")
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
ALICE = Actor(
    id=1,
    uri="https://here.example/users/alice",
    local=True,
    type="Person",
    username="alice",
    domain="here.example",
    inbox="https://here.example/users/alice/inbox",
    followers="https://here.example/users/alice/followers",
    created_at=NOW,
    updated_at=NOW,
)


def note(**changes: Any) -> JsonDict:
    found = {
        "id": f"{OLD}/statuses/1",
        "type": "Note",
        "attributedTo": OLD,
        "published": "2019-03-01T12:00:00Z",
        "to": [PUBLIC],
        "cc": [f"{OLD}/followers"],
        "content": "<p>Hello</p>",
        "contentMap": {"de": "<p>Hello</p>"},
        **changes,
    }
    return {name: value for name, value in found.items() if value is not None}


def item(**changes: Any) -> msgspec.Raw:
    return raw({"type": "Create", "actor": OLD, "object": note(**changes)})


def raw(document: JsonDict) -> msgspec.Raw:
    return msgspec.Raw(json.dumps(document).encode())


def read(**changes: Any) -> PastPost:
    found = past_post(item(**changes), OWNER, ALICE, NOW)
    assert found is not None
    return found


def test_a_post_is_as_it_was_but_ours() -> None:
    found = read(sensitive=True, summary="A warning", inReplyTo="https://b.example/1")
    post = found.post
    assert found.original == f"{OLD}/statuses/1"
    assert (post.actor_id, post.local, post.published_at) == (1, True, datetime(2019, 3, 1, 12, tzinfo=UTC))
    assert (post.content_html, post.language, post.summary) == ("<p>Hello</p>", "de", "A warning")
    assert (post.sensitive, post.in_reply_to_uri) == (True, "https://b.example/1")
    assert len(post.revision) == 64
    assert (post.content_usage, post.ai_disclosure, post.local_only) == (None, None, False)


@pytest.mark.parametrize(
    ("to", "cc", "visibility"),
    [
        ([PUBLIC], [f"{OLD}/followers"], "public"),
        ([f"{OLD}/followers"], [PUBLIC], "unlisted"),
        ([f"{OLD}/followers"], [], "private"),
        (["https://b.example/users/bob"], [], "direct"),
        # followers of somebody else, or nobody at all: when in doubt, fewer
        (["https://b.example/users/bob/followers"], [], "direct"),
        (["https://here.example/users/alice/followers"], [], "direct"),
        ([], [], "direct"),
    ],
)
def test_nobody_more_may_see_it(to: list[str], cc: list[str], visibility: str) -> None:
    assert read(to=to, cc=cc).post.visibility == visibility


def test_what_the_author_typed_is_kept_to_be_edited() -> None:
    typed = read(source={"content": "Hello", "mediaType": "text/markdown"}).post
    assert (typed.source, typed.source_media_type) == ("Hello", "text/markdown")
    other = read(source={"content": "Hello", "mediaType": "text/x.misskeymarkdown"}).post
    assert (other.source, other.source_media_type) == (None, None)
    assert len({typed.revision, other.revision, read(content="<p>Bye</p>").post.revision}) == 3


# WEB-01
def test_its_html_is_cleaned_as_that_of_any_stranger() -> None:
    found = read(content='<p onclick="x()">Hi<script>alert(1)</script> <a href="javascript:x">a</a></p>').post
    assert "script" not in found.content_html
    assert "onclick" not in found.content_html


def test_people_are_named_by_handles_that_say_where() -> None:
    tags = [
        {"type": "Mention", "href": "https://b.example/users/bob", "name": "@bob@b.example"},
        {"type": "Mention", "href": "https://old.example/users/carol", "name": "@carol"},
        {"type": "Mention", "href": OLD, "name": "@alice"},
        {"type": "Hashtag", "href": "https://old.example/tags/cats", "name": "#Cats"},
    ]
    found = read(tag=tags)
    assert [(mention.actor_uri, mention.name) for mention in found.mentioned] == [
        ("https://b.example/users/bob", "@bob@b.example"),
        ("https://old.example/users/carol", "@carol@old.example"),
        (ALICE.uri, "@alice@here.example"),
    ]
    assert found.post.addressed == tuple(mention.actor_uri for mention in found.mentioned)
    assert [tag.tag for tag in found.tagged] == ["cats"]


def test_what_it_says_of_ai_is_kept_and_what_it_says_of_training_is_not() -> None:
    found = read(
        aiDisclosure="ai-assisted",
        aiTools=[{"type": "Application", "name": "m", "aiProvider": "p", "aiAction": "rewrite"}],
        contentUsage="train-ai=y",
    ).post
    assert found.ai_disclosure == "ai-assisted"
    assert [tool.name for tool in found.ai_tools] == ["m"]
    assert found.content_usage is None


def test_a_poll_comes_along_and_is_over() -> None:
    options = [{"type": "Note", "name": name, "replies": {"totalItems": 3}} for name in ("a", "b")]
    found = read(type="Question", oneOf=options, endTime="2030-01-01T00:00:00Z", votersCount=6)
    assert found.poll is not None
    assert [(option.name, option.votes) for option in found.poll.options] == [("a", 3), ("b", 3)]
    assert found.poll.closed(NOW - timedelta(0))
    assert found.post.type == "Question"


def test_files_elsewhere_are_counted_and_left() -> None:
    found = read(
        attachment=[{"type": "Document", "mediaType": "image/png", "url": "https://old.example/1.png"}]
    )
    assert (found.post.attachments, found.pictures, found.left_out) == ((), (), 1)


def test_pictures_in_the_archive_are_found_with_what_was_said_of_them() -> None:
    picture = {
        "type": "Document",
        "mediaType": "image/png",
        "url": "/media_attachments/files/1/original/a.png",
    }
    [found] = read(attachment=[{**picture, "name": "A cat", "focalPoint": [0.5, -1]}], content=" ").pictures
    assert (found.file, found.description) == ("media_attachments/files/1/original/a.png", "A cat")
    assert found.focus == (0.5, -1.0)
    many = read(attachment=[picture] * 6 + [{**picture, "mediaType": "video/mp4"}])
    assert (len(many.pictures), many.left_out) == (4, 3)


@pytest.mark.parametrize(
    "changes",
    [
        {"id": "https://evil.example/1"},
        {"id": None},
        {"attributedTo": "https://old.example/users/mallory"},
        {"attributedTo": [OLD, "https://old.example/users/mallory"]},
        {"published": None},
        {"published": "2031-01-01T00:00:00Z"},
        {"published": "1969-01-01T00:00:00Z"},
        {"type": "Tombstone"},
        {"content": "", "contentMap": None},
        {"content": "x" * 200_000},
        {"content": "a\x00b"},
    ],
    ids=lambda changes: str(next(iter(changes.items())))[:40],
)
def test_what_is_not_theirs_or_cannot_be_is_refused(changes: JsonDict) -> None:
    assert read().original
    with pytest.raises(NodeError):
        read(**changes)


def test_only_what_was_posted_by_the_owner_counts() -> None:
    boost = raw({"type": "Announce", "actor": OLD, "object": "https://b.example/1"})
    assert past_post(boost, OWNER, ALICE, NOW) is None
    mallory = raw({"type": "Create", "actor": "https://old.example/users/mallory", "object": note()})
    with pytest.raises(NotValid, match="not by whom"):
        past_post(mallory, OWNER, ALICE, NOW)


def test_an_outbox_is_put_in_order() -> None:
    moments = ["2021-01-01T00:00:00Z", None, "2019-01-01T00:00:00Z", 7, "2020-01-01T00:00:00Z"]
    outbox = json.dumps({"orderedItems": [{"published": moment} for moment in moments]}).encode()
    found = [json.loads(bytes(each))["published"] for each in items_of(outbox)]
    assert found == [moments[2], moments[4], moments[0], None, 7]


@pytest.mark.parametrize(
    "outbox", [b"", b"[]", b"{}", b'{"orderedItems": {}}', b"\xff", b'{"orderedItems": [' * 9]
)
def test_what_is_no_outbox_is_refused(outbox: bytes) -> None:
    assert items_of(b'{"orderedItems": []}') == []
    with pytest.raises(NotValid):
        items_of(outbox)


# DOS-14: sixty kilobytes of ZIP become millions of things
def test_an_outbox_of_nothing_but_commas_is_not_taken_apart() -> None:
    bomb = b'{"orderedItems":[' + b"1," * MAX_COMMAS
    assert len(items_of(bomb[:2017] + b"1]}")) == 1001
    with pytest.raises(TooLarge):
        items_of(bomb + b"1]}" + b",")


def test_whose_it_is_stands_in_the_actor_or_with_the_first_thing_done() -> None:
    actor = json.dumps({"id": OLD, "followers": f"{OLD}/followers"}).encode()
    assert owner_of(actor, []) == OWNER
    assert owner_of(None, [item()]) == Owner(uri=OLD, followers=None)
    with pytest.raises(NotValid):
        owner_of(None, [])
