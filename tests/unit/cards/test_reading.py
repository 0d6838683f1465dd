from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fediverse_node.cards.reading import joined, look, oembed_of, page_of, text_of

URL = "https://news.example/2026/story.html"


def head(*tags: str) -> str:
    return f"<!doctype html><html lang='de-AT'><head>{''.join(tags)}</head><body><p>Text</p></body></html>"


def meta(name: str, content: str) -> str:
    return f'<meta property="{name}" content="{content}">'


def test_a_page_is_read_by_its_opengraph() -> None:
    found = look(
        head(
            "<title>Not this</title>",
            meta("og:title", "A &amp; B > C"),
            meta("og:description", "  What\nhappened "),
            meta("og:image", "/pictures/one.jpg#top"),
            meta("og:image:width", "1200"),
            meta("og:image:height", "630"),
            meta("og:image:alt", "A picture"),
            meta("og:site_name", "News"),
            meta("article:published_time", "2026-03-04T05:06:07+01:00"),
            "<meta name=fediverse:creator content='@ann@social.example'>",
        )
    )
    page = page_of(found, URL)
    assert page is not None
    assert (page.title, page.description) == ("A & B > C", "What happened")
    assert (page.image, page.width, page.height) == ("https://news.example/pictures/one.jpg", 1200, 630)
    assert (page.image_description, page.provider) == ("A picture", "News")
    assert page.published_at == "2026-03-04T04:06:07.000Z"
    assert (page.creator, page.language) == ("@ann@social.example", "de")


def test_without_opengraph_its_title_is_enough_and_without_any_there_is_nothing() -> None:
    page = page_of(
        look(head("<title>\n Plain &lt;page&gt; </title>", '<meta name="author" content="Ann">')), URL
    )
    assert page is not None
    assert (page.title, page.author) == ("Plain <page>", "Ann")
    assert page_of(look(head(meta("og:image", "https://news.example/x.png"))), URL) is None


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "data:image/png;base64,AAAA", "ftp://news.example/x", "http://[::1", "x" * 3000],
)
def test_what_is_no_address_of_the_web_is_no_picture(address: str) -> None:
    page = page_of(look(head(meta("og:title", "T"), meta("og:image", address))), URL)
    assert page is not None
    assert page.image is None


def test_what_scripts_and_comments_say_is_not_believed() -> None:
    hidden = meta("og:title", "Hidden")
    for text in (
        f"<script>'{hidden}'</script>",
        f"<!-- {hidden} -->",
        f"<style>{hidden}</style>",
        f"<script>{hidden}",
    ):
        assert page_of(look(head(text)), URL) is None, text
    shown = page_of(look(head("<script>1</script>", meta("og:title", "Shown"), "<!-- -->")), URL)
    assert shown is not None


def test_long_texts_are_cut() -> None:
    page = page_of(look(head(meta("og:title", "word " * 200), meta("og:description", "x" * 3000))), URL)
    assert page is not None
    assert len(page.title) <= 250
    assert len(page.description) <= 600
    assert page.title.endswith("…")


@pytest.mark.parametrize(
    ("body", "content_type", "text"),
    [
        ("grün".encode("latin-1"), "text/html; charset=ISO-8859-1", "grün"),
        (
            '<meta charset="windows-1251">мир'.encode("cp1251"),
            "text/html",
            '<meta charset="windows-1251">мир',
        ),
        ("grün".encode(), "text/html; charset=punycode", "grün"),
        ("grün".encode(), "text/html; charset=no-such", "grün"),
        (b"gr\xfcn", "text/html", "gr�n"),
    ],
)
def test_text_is_read_in_the_encoding_that_is_named(body: bytes, content_type: str, text: str) -> None:
    assert text_of(body, content_type) == text


@pytest.mark.parametrize(
    "unit",
    ["<meta ", '<meta x="', "<script>", "<!--", "<title>", "<", "<meta a='\"", "</", "<meta x" + "y" * 5000],
)
def test_a_mebibyte_of_nonsense_is_no_work(unit: str) -> None:
    # DOS-13: with a parser that needs quadratic time this would not end within the test's limit.
    assert page_of(look(unit * ((1 << 20) // len(unit))), URL) is None or unit == "<title>"


@given(st.text(alphabet="<>\"'/=meta titleog:property content!-", max_size=400))
def test_whatever_stands_in_a_page_is_read_without_an_error(text: str) -> None:
    page = page_of(look(text), URL)
    assert page is None or page.title


def test_oembed_adds_what_the_page_does_not_say() -> None:
    said = oembed_of(
        b'{"type": "video", "title": "A film", "author_name": "Ann", "author_url": "https://a.example/ann",'
        b' "thumbnail_url": "https://a.example/t.jpg", "thumbnail_width": 480, "thumbnail_height": "270",'
        b' "provider_name": "Films", "html": "<script>alert(1)</script>"}',
        URL,
    )
    assert said is not None
    assert (said.title, said.author, said.width, said.height) == ("A film", "Ann", 480, 270)
    assert "<script" not in repr(said)
    page = page_of(look(head(meta("og:title", "Its own title"))), URL)
    both = joined(page, said)
    assert both is not None
    assert (both.title, both.image, both.author) == ("Its own title", "https://a.example/t.jpg", "Ann")
    assert joined(None, said) is said


@pytest.mark.parametrize("body", [b"[]", b"{", b'{"title": 3}', b"\xff", b"[" * 5000, b'{"type": "photo"}'])
def test_what_is_no_oembed_says_nothing(body: bytes) -> None:
    assert oembed_of(body, URL) is None
