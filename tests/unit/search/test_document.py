"""What the index holds of a post."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from fediverse_node.posts.model import Attachment, Post
from fediverse_node.search.document import MOST_WORDS, document
from fediverse_node.search.model import BREAK

POST = Post(
    id=7,
    uri="https://there.example/7",
    actor_id=3,
    local=False,
    visibility="public",
    content_html="<p>Hello<br>there</p><p>all</p>",
    published_at=datetime(2026, 2, 3, 23, tzinfo=UTC),
    created_at=datetime(2026, 2, 4, tzinfo=UTC),
)


def marks(post: Post, **how: object) -> set[str]:
    return set(document(post, **{"is_open": False, "libraries": (), **how}).marks)  # type: ignore[arg-type] # words of a test


def test_marks_say_what_operators_ask_about() -> None:
    plain = {".from.3", ".y.2026", ".m.202602", ".d.20260203"}
    assert marks(POST) == plain
    assert marks(POST, is_open=True, libraries={5, 4}) == {*plain, ".open", ".of.4", ".of.5"}
    assert marks(POST, answers=["Tea"]) == {*plain, ".has.poll"}
    told = replace(POST, in_reply_to_uri="https://x.example/1", sensitive=True, local=True, language="pt-BR")
    said = {".is.reply", ".is.sensitive", ".is.local", ".is.edited", ".language.pt"}
    assert marks(replace(told, edited_at=POST.created_at)) == {*plain, *said}
    files = [
        Attachment(type="Document", media_type=kind, url="u") for kind in ("image/png", "video/mp4", None)
    ]
    kinds = {".has.media", ".has.image", ".has.video"}
    assert marks(replace(POST, attachments=tuple(files))) == {*plain, *kinds}


def test_names_and_hashtags_are_no_links() -> None:
    link = '<p><a href="https://x.example/" rel="nofollow">x</a></p>'
    name = '<p><a href="https://x.example/@a" class="u-url mention" rel="nofollow">@a</a></p>'
    tag = '<p><a class="mention hashtag" href="https://x.example/tags/b">#b</a></p>'
    assert ".has.link" not in marks(replace(POST, content_html=name + tag))
    assert ".has.link" in marks(replace(POST, content_html=name + tag + link))


def test_parts_stand_apart_and_words_stay_whole() -> None:
    picture = Attachment(type="Document", media_type="image/png", url="u", name="A cat")
    html = "<p>Hel<em>lo</em><br>there &amp; all</p><p>more</p>"
    post = replace(POST, content_html=html, summary="Beware", attachments=(picture,))
    words = document(post, is_open=True, libraries=(), answers=["Tea", "Milk"]).words
    assert words == (
        *("beware", BREAK, "hello", "there", "all", "more", BREAK, "a", "cat"),
        *(BREAK, "tea", BREAK, "milk"),
    )


# DOS-17
def test_what_a_stranger_says_stays_within_bounds() -> None:
    post = replace(POST, content_html="<p>" + "a b " * 100_000, language="x'; DROP")
    made = document(post, is_open=True, libraries=())
    assert len(made.words) == MOST_WORDS
    assert not [mark for mark in made.marks if mark.startswith(".language")]
