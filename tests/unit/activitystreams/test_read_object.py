from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from fediverse_node.activitystreams.load import JsonDict
from fediverse_node.activitystreams.read_object import read_object
from fediverse_node.activitystreams.vocabulary import DIGITAL_SOURCE_TYPE, PUBLIC
from fediverse_node.kernel.errors import NotValid, TooLarge

BOB = "https://a.example/users/bob"
FOLLOWERS = f"{BOB}/followers"


def note(**terms: Any) -> Any:
    return read_object({"id": f"{BOB}/1", "type": "Note", **terms})


def test_public_in_every_spelling_becomes_one() -> None:
    found = note(to="as:Public", cc=["Public", PUBLIC, FOLLOWERS, 5, None])
    assert (found.to, found.cc) == ((PUBLIC,), (PUBLIC, FOLLOWERS))


def test_content_and_language_come_from_the_map_where_needed() -> None:
    only_map = note(contentMap={"ar": "<p>مرحبا</p>"})
    assert (only_map.content, only_map.language) == ("<p>مرحبا</p>", "ar")
    both = note(content="b", contentMap={"de": "a", "en-GB": "b"})
    assert (both.content, both.language) == ("b", "en-GB")
    assert note(content="c", contentMap={"de": "a", "en": "b"}).language is None
    assert note(content="b", contentMap={"und": "b"}).language is None
    assert note(content="b", contentMap={"<script>": "b"}).language is None
    assert note(content={"@value": "v", "@language": "en"}).content == "v"
    assert note(contentMap=["x"], content=["", "y"]).content == ""


def test_what_is_too_much_is_cut_and_what_cannot_be_cut_is_refused() -> None:
    tags = [{"type": "Mention", "href": f"https://b.example/{n}", "name": f"@{n}"} for n in range(90)]
    tags += [{"type": "Hashtag", "name": f"#t{n}"} for n in range(90)]
    files = [
        {"type": "Image", "url": f"https://a.example/{n}.png", "mediaType": "image/png"} for n in range(40)
    ]
    found = note(tag=tags, attachment=files, name="n" * 9000, content="x" * 100_000)
    assert (len(found.mentions), len(found.hashtags), len(found.attachments)) == (50, 10, 16)
    assert len(found.name) == 2000
    with pytest.raises(TooLarge):
        note(content="x" * 100_001)
    options = [{"type": "Note", "name": str(n)} for n in range(21)]
    assert len(note(oneOf=options[:20]).poll.options) == 20
    with pytest.raises(NotValid):
        note(oneOf=options)


def test_a_hashtag_without_a_name_is_none() -> None:
    tags = [
        {"type": "Hashtag", "name": "#"},
        {"type": "Hashtag"},
        {"type": "Hashtag", "name": "x", "href": "//y"},
    ]
    assert [(tag.name, tag.href) for tag in note(tag=tags).hashtags] == [("x", None)]


def test_attachments_are_read_in_every_form() -> None:
    found = note(
        attachment=[
            "https://a.example/1.png",
            {"type": "Document", "mediaType": "IMAGE/JPEG", "url": "https://a.example/2.jpg", "name": "alt",
             "width": 640, "height": -1, "blurhash": "UABC", "focalPoint": {"@list": [0.5, -1]},
             "digitalSourceType": "trainedAlgorithmicMedia", "contentUsage": "train-ai=n"},
            {"type": "Image",
             "url": [{"type": "Link", "href": "https://a.example/3.png", "mediaType": "image/png"}],
             "summary": "older alt", "focalPoint": [2, 0]},
            {"type": "Link", "href": "https://a.example/page", "focalPoint": [0]},
            {"type": "Image", "url": "javascript:alert(1)"}, {"haha": "nonsense"}, None, 5,
        ]
    ).attachments  # fmt: skip
    assert [each.url for each in found] == [
        "https://a.example/1.png", "https://a.example/2.jpg", "https://a.example/3.png", "https://a.example/page",
    ]  # fmt: skip
    second, third = found[1], found[2]
    assert (second.media_type, second.name, second.width, second.height) == ("image/jpeg", "alt", 640, None)
    assert (second.focal_point, second.blurhash) == ((0.5, -1.0), "UABC")
    assert second.digital_source_type == DIGITAL_SOURCE_TYPE + "trainedAlgorithmicMedia"
    assert second.content_usage == "train-ai=n"
    assert (third.media_type, third.name, third.focal_point) == ("image/png", "older alt", None)


def test_the_best_page_is_the_one_in_html() -> None:
    video = {"type": "Link", "mediaType": "video/mp4", "href": "https://a.example/v.mp4"}
    page = {"type": "Link", "mediaType": "text/html", "href": "https://a.example/w"}
    assert note(url=[video, page]).url == "https://a.example/w"
    assert note(url=[video]).url is None
    assert note(url="https://a.example/x").url == "https://a.example/x"
    assert note(url="javascript:alert(1)").url is None


@pytest.mark.parametrize(
    "terms",
    [
        {"quote": "https://b.example/1"},
        {"quote": {"id": "https://b.example/1", "type": "Note"}},
        {"quoteUri": "https://b.example/1"},
        {"quoteUrl": "https://b.example/1"},
        {"_misskey_quote": "https://b.example/1"},
        {"tag": {"type": "Link", "href": "https://b.example/1", "rel": "https://misskey-hub.net/ns#_misskey_quote",
                 "mediaType": 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"'}},
    ],
)  # fmt: skip
def test_a_quote_is_found_in_every_spelling(terms: JsonDict) -> None:
    assert note(**terms).quote == "https://b.example/1"


def test_a_link_that_is_no_quote_is_none() -> None:
    link = {"type": "Link", "href": "https://b.example/1", "mediaType": "application/activity+json"}
    assert note(tag=[link]).quote is None
    assert (
        note(
            tag=[{**link, "rel": "https://misskey-hub.net/ns#_misskey_quote", "mediaType": "text/html"}]
        ).quote
        is None
    )


def test_a_poll_is_read_with_its_votes_and_its_end() -> None:
    answers = [
        {"type": "Note", "name": "yes\n", "replies": {"type": "Collection", "totalItems": 3}},
        {"name": "no"},
        5,
    ]
    poll = note(
        type="Question", anyOf=answers, endTime="2026-11-22T00:00:00Z", closed=True, votersCount=4
    ).poll
    assert (poll.multiple, poll.closed, poll.voters_count) == (True, True, 4)
    assert [(option.name, option.votes) for option in poll.options] == [("yes", 3), ("no", 0)]
    assert poll.end_time == datetime(2026, 11, 22, tzinfo=UTC)
    assert note(oneOf=answers, closed="2026-11-22T00:00:00Z").poll.closed
    assert not note(oneOf=answers, closed=False).poll.closed
    assert note(oneOf=[]).poll is None
