from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fediverse_node.kernel.errors import TooLarge
from fediverse_node.kernel.html import sanitise, to_plain_text
from fediverse_node.kernel.markup import MAX_SOURCE, Mentioned, Rendered, render_markdown, render_plain
from fediverse_node.kernel.text import Handle

BOB = Handle("bob", "b.example")
KNOWN = {
    BOB: Mentioned(url="https://b.example/@bob", name="bob"),
    Handle("alice", None): Mentioned(url="https://a.example/@alice", name="alice"),
    Handle("x", None): Mentioned(url='https://a.example/"><script>', name="<b>"),
}
MENTION = (
    '<span class="h-card"><a href="https://b.example/@bob" class="u-url mention">@<span>bob</span></a></span>'
)


def tag_url(name: str) -> str:
    return f"https://a.example/tags/{name}"


def markdown(source: str) -> Rendered:
    return render_markdown(source, mentions=KNOWN, hashtag_url=tag_url)


def plain(source: str) -> Rendered:
    return render_plain(source, mentions=KNOWN, hashtag_url=tag_url)


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("a *b* **c** ~~d~~ `e`", "<p>a <em>b</em> <strong>c</strong> <del>d</del> <code>e</code></p>"),
        ("one\ntwo\n\nthree", "<p>one<br>\ntwo</p>\n<p>three</p>"),
        ("# Title", "<p><strong>Title</strong></p>"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        ("> q", "<blockquote>\n<p>q</p>\n</blockquote>"),
        ("```py\nx < 1 #no @bob@b.example\n```", "<pre><code>x &lt; 1 #no @bob@b.example\n</code></pre>"),
        ("<b>x</b><script>y</script>", "<p>&lt;b&gt;x&lt;/b&gt;&lt;script&gt;y&lt;/script&gt;</p>"),
        ("[t](https://c.example)", '<p><a href="https://c.example">t</a></p>'),
        ("[t](javascript:alert(1))", "<p>[t](javascript:alert(1))</p>"),
        ("[t](/settings)", "<p>[t](/settings)</p>"),
        ("<https://c.example>", '<p><a href="https://c.example">https://c.example</a></p>'),
        ("![t](https://c.example/x.png)", '<p>!<a href="https://c.example/x.png">t</a></p>'),
        ("https://c.example/a_b.", '<p><a href="https://c.example/a_b">https://c.example/a_b</a>.</p>'),
        (
            "**https://c.example**",
            '<p><strong><a href="https://c.example">https://c.example</a></strong></p>',
        ),
        ("xhttps://c.example", "<p>xhttps://c.example</p>"),
        ("https://user@c.example", "<p>https://user@c.example</p>"),
        ("a: b http: c", "<p>a: b http: c</p>"),
        ("@bob@b.example", f"<p>{MENTION}</p>"),
        ("*@bob@b.example*", f"<p><em>{MENTION}</em></p>"),
        ("@eve@c.example", "<p>@eve@c.example</p>"),
        ("`@bob@b.example #x`", "<p><code>@bob@b.example #x</code></p>"),
        ("\\#x", "<p>#x</p>"),
        ("", ""),
    ],
)
def test_markdown_becomes_html(source: str, html: str) -> None:
    assert markdown(source).html == html


def test_a_hashtag_is_a_link_in_the_form_clients_know() -> None:
    assert markdown("#مرحبا!").html == (
        '<p><a href="https://a.example/tags/مرحبا" class="mention hashtag" rel="tag">'
        "#<span>مرحبا</span></a>!</p>"
    )


def test_what_was_linked_is_reported_once_each() -> None:
    found = markdown(
        "@bob@b.example @alice #One #one #One https://c.example https://c.example `#code @alice`"
    )
    assert found.mentions == (BOB, Handle("alice", None))
    assert found.hashtags == ("One", "one")
    assert found.links == ("https://c.example",)


def test_links_hold_no_links() -> None:
    found = markdown("[see @bob@b.example #x https://d.example](https://c.example)")
    assert found.html.count("<a ") == 1
    assert (found.mentions, found.hashtags, found.links) == ((), (), ("https://c.example",))


def test_an_address_in_the_text_of_a_link_does_not_end_it() -> None:
    found = markdown("[see https://d.example/x](https://c.example)")
    assert found.html == '<p><a href="https://c.example">see https://d.example/x</a></p>'
    assert markdown("[https://d.example/x]").links == ("https://d.example/x",)


def test_a_scheme_that_is_part_of_a_name_starts_no_address() -> None:
    known = {Handle("https", None): Mentioned(url="https://a.example/@https", name="https")}
    found = render_plain("@https://c.example", mentions=known, hashtag_url=tag_url)
    assert (found.mentions, found.links) == ((Handle("https", None),), ())


def test_plain_text_stays_as_it_was_written() -> None:
    found = plain("# not *bold* <b>\n- 1\n\n@bob@b.example #x https://c.example/a_b_")
    assert found.html == (
        f"<p># not *bold* &lt;b&gt;<br>\n- 1</p>\n<p>{MENTION} "
        '<a href="https://a.example/tags/x" class="mention hashtag" rel="tag">#<span>x</span></a> '
        '<a href="https://c.example/a_b">https://c.example/a_b</a>_</p>'
    )
    assert (found.mentions, found.hashtags, found.links) == ((BOB,), ("x",), ("https://c.example/a_b",))


def test_a_hostile_name_or_address_cannot_break_out() -> None:
    found = plain("@x")
    assert "<script" not in found.html
    assert "&lt;b&gt;" in found.html


def test_too_much_is_refused() -> None:
    assert plain("x" * MAX_SOURCE).html
    for render in (markdown, plain):
        with pytest.raises(TooLarge):
            render("x" * (MAX_SOURCE + 1))


@given(st.text("*_~`[]()<>#@!\\&:/\n abhttps.example-1", max_size=60))
def test_whatever_is_written_comes_out_safe_and_readable(source: str) -> None:
    for render in (markdown, plain):
        html = render(source).html
        assert to_plain_text(html) == to_plain_text(sanitise(html))
        assert "<script" not in html


@pytest.mark.parametrize(
    "piece",
    [
        "[",
        "*a",
        "_a*",
        "`",
        "> ",
        "- ",
        "![",
        "\\",
        "&#",
        "[a](",
        "~~",
        "@a@b.c ",
        "#a ",
        "https://a ",
        "*_",
        ":",
    ],
)
def test_hostile_markdown_is_bounded_work(piece: str) -> None:
    for render in (markdown, plain):
        assert render(piece * (MAX_SOURCE // len(piece))).mentions == ()
