from __future__ import annotations

import itertools
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fediverse_node.kernel import html
from fediverse_node.kernel.html import (
    MAX_OPEN,
    sanitise,
    sanitise_own,
    to_plain_text,
    without_quote_inline,
)

ALLOWED = {
    "p": set(),
    "br": set(),
    "span": {"class"},
    "a": {"href", "rel", "class"},
    "del": set(),
    "pre": set(),
    "code": set(),
    "em": set(),
    "strong": set(),
    "b": set(),
    "i": set(),
    "u": set(),
    "ul": set(),
    "ol": {"start", "reversed"},
    "li": {"value"},
    "blockquote": set(),
}
LINK = '<a href="{}" rel="nofollow noopener">{}</a>'


class Inert(HTMLParser):
    """Fails on everything that is not on the list: tags, attributes, schemes, comments."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in ALLOWED, tag
        for name, value in attrs:
            assert name in ALLOWED[tag] | {"class"}, (tag, name)
            if name == "href":
                assert value is not None
                assert value.startswith(
                    ("http://", "https://", "magnet:", "xmpp:", "gemini:", "gopher:", "ipfs:", "ipns:")
                )
            if name == "class":
                assert "evil" not in (value or "")
        if tag == "a":
            assert dict(attrs)["rel"] == "nofollow noopener"

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(decl)

    def unknown_decl(self, data: str) -> None:
        raise AssertionError(data)

    def handle_pi(self, data: str) -> None:
        raise AssertionError(data)


def check_inert(untrusted: str) -> str:
    cleaned = sanitise(untrusted)
    parser = Inert()
    parser.feed(cleaned)
    parser.close()
    assert sanitise(cleaned) == cleaned
    return cleaned


SCHEMES = [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\tscript:alert(1)",
    "java\nscript:alert(1)",
    "\x01javascript:alert(1)",
    " javascript:alert(1)",
    "&#106;avascript:alert(1)",
    "&#x6A;avascript:alert(1)",
    "javascript&colon;alert(1)",
    "&NewLine;javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "data:text/html;base64,PHNjcmlwdD4=",
    "vbscript:msgbox(1)",
    "blob:https://a.example/1",
    "file:///etc/passwd",
    "about:blank",
    "view-source:https://a.example",
    "//evil.example/x",
    "/settings/delete",
    "\\\\evil.example",
    "?x=1",
    "#x",
    "",
    "https:evil",
    "https:/evil.example",
    "https:\\\\evil.example",
    "https://bank.example@evil.example/",
    "https://bank.example:pw@evil.example/",
    "http:///x",
    "https://a.example/" + "x" * 2100,
    "\uff4aavascript:alert(1)",
    "feed:javascript:alert(1)",
]


@pytest.mark.parametrize("address", SCHEMES)
@pytest.mark.parametrize("quote", ['"', "'"])
def test_a_link_that_is_not_honest_becomes_text(address: str, quote: str) -> None:
    cleaned = check_inert(f"<p><a class=mention href={quote}{address}{quote}>text</a></p>")
    assert cleaned == "<p>text</p>"


@pytest.mark.parametrize(
    "address",
    [
        "https://a.example/x?y=z#q",
        "http://a.example",
        "https://a.example/@user",
        "https://a.example:8443/",
        "https://xn--mnchen-3ya.example/",
        "https://مثال.example/",
        "magnet:?xt=urn:btih:abc",
        "xmpp:bob@a.example",
    ],
)
def test_an_honest_link_stays_and_says_nofollow(address: str) -> None:
    assert (
        check_inert(f'<p><a href="{address}" rel="me" target=_blank>x</a></p>')
        == f"<p>{LINK.format(address, 'x')}</p>"
    )


BREAKOUTS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<math><mtext><table><mglyph><style><img src onerror=alert(1)></style></mglyph></table></mtext>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<object data='javascript:alert(1)'>",
    "<embed src=//evil.example>",
    "<form action=//evil.example><button formaction='javascript:alert(1)'>x</button></form>",
    "<input autofocus onfocus=alert(1)>",
    "<details open ontoggle=alert(1)>",
    "<video><source onerror=alert(1)></video>",
    "<body onload=alert(1)>",
    "<style>p{background:url(//evil.example)}</style>",
    "<link rel=stylesheet href=//evil.example>",
    "<meta http-equiv=refresh content=0>",
    "<base href=//evil.example/>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    "<template><script>alert(1)</script></template>",
    "<textarea></textarea><script>alert(1)</script>",
    "<title><img src=x onerror=alert(1)></title>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<![CDATA[<img src=x onerror=alert(1)>]]>",
    "<?xml version='1.0'?>",
    "<!DOCTYPE html>",
    "<p style='position:fixed'>x</p>",
    "<p id=evil name=evil onclick=alert(1)>x</p>",
    "<xmp><img src=x onerror=alert(1)></xmp>",
    "<plaintext><img src=x onerror=alert(1)>",
    "<select><style></select><img src=x onerror=alert(1)></style>",
    "<svg></p><style><a id='</style><img src=1 onerror=alert(1)>'>",
    "<math></p><style><!--</style><img src/onerror=alert(1)>--></style>",
    "<a href='https://a.example/\"onmouseover=alert(1)'>x</a>",
    "<span class='invisible evil' style=x>y</span>",
    "\x00<scr\x00ipt>alert(1)</script>",
    "<sCrIpT/src=//evil.example></ScRiPt>",
    "<<script>script>alert(1)</script>",
    "<a href=https://a.example><a href=javascript:alert(1)>x",
]
WRAPPERS = [
    "{}",
    "<p>{}</p>",
    "<b><i>{}",
    "<table><tr><td>{}",
    "<ul><li>{}",
    "<a href='https://a.example/'>{}</a>",
    "<h1>{}</h1>",
    "<pre>{}",
    "</p>{}</div>",
]


@pytest.mark.parametrize("wrapper", WRAPPERS)
@pytest.mark.parametrize("vector", BREAKOUTS)
def test_an_attack_leaves_nothing_that_acts(vector: str, wrapper: str) -> None:
    cleaned = check_inert(wrapper.format(vector))
    assert "<script" not in cleaned
    assert "evil.example" not in cleaned


def test_harmless_html_comes_out_as_it_went_in() -> None:
    harmless = (
        "<p>a <b>b</b> <i>i</i> <u>u</u> <em>e</em> <strong>s</strong> <del>d</del> <code>c</code><br>x</p>"
        "<pre>  code\n</pre><blockquote><p>q</p></blockquote><ul><li>1</li></ul>"
        '<ol start="3"><li value="5">1</li></ol>'
        '<p><span class="h-card"><a href="https://a.example/@b" class="u-url mention" '
        'rel="nofollow noopener">@<span>b</span></a></span></p>'
        '<p class="quote-inline">RE: x</p>'
    )
    assert check_inert(harmless) == harmless


def test_unknown_classes_go_and_known_ones_stay() -> None:
    assert (
        check_inert('<p><span class="evil modal h-card">x</span></p>')
        == '<p><span class="h-card">x</span></p>'
    )
    assert check_inert('<p><span class="evil">x</span></p>') == "<p><span>x</span></p>"


def test_headings_become_bold_paragraphs() -> None:
    assert check_inert("<h1>A</h1><h6 class=x>B</h6>") == "<p><strong>A</strong></p><p><strong>B</strong></p>"
    assert "<h" not in check_inert("<h2><p>A</p><ul><li>B</ul></h2>")
    assert check_inert("<p>1 &lt;h1> 2</p>") == "<p>1 &lt;h1&gt; 2</p>"


SHORTENED = (
    '<span class="invisible">https://</span><span class="ellipsis">a.example/long</span>'
    '<span class="invisible">er</span>'
)


def test_a_link_may_be_shortened_as_mastodon_does_it() -> None:
    honest = f"<p>{LINK.format('https://a.example/longer', SHORTENED)}</p>"
    assert check_inert(honest) == honest
    bare = SHORTENED.replace(' class="ellipsis"', "").replace("/long", "").replace("er</span>", "</span>")
    honest = f"<p>{LINK.format('https://a.example', bare)}</p>"
    assert check_inert(honest) == honest


@pytest.mark.parametrize(
    "inner",
    [
        SHORTENED.replace("a.example", "bank.example"),
        SHORTENED.replace("er</span>", "er/else</span>"),
        SHORTENED.replace("https://", "https://evil.example/?").replace("a.example/long", "bank.example"),
        SHORTENED.replace("a.example/long", "a.exa").replace(">er<", ">mple/longer<"),
        '<span class="invisible">https://a.example/longer</span>https://bank.example',
        '<span class="ellipsis">bank.example</span>',
        '<span class="u-url invisible">hidden</span>shown',
    ],
)
def test_a_link_that_hides_its_host_shows_everything(inner: str) -> None:
    cleaned = check_inert(f'<p><a href="https://a.example/longer">{inner}</a></p>')
    assert "invisible" not in cleaned
    assert "ellipsis" not in cleaned
    assert 'href="https://a.example/longer"' in cleaned


def test_a_link_nested_in_a_link_by_a_removed_table_is_looked_at_too() -> None:
    nested = '<a href="https://a.example/">x<table><td><a href="https://bank.example@evil.example/">y'
    assert "evil" not in check_inert(nested)


def test_a_newline_that_a_removed_link_leaves_behind_does_not_unsettle() -> None:
    assert check_inert("<pre><a href=x>\ncode</a></pre>") == "<pre>code</pre>"


def test_html_that_never_settles_becomes_text(monkeypatch: pytest.MonkeyPatch) -> None:
    untrusted = "<table><td><b>x</b>"
    assert sanitise(untrusted) == "<b>x</b>"
    monkeypatch.setattr(html, "_ROUNDS", 0)
    assert sanitise(untrusted) == "<p>x</p>"


def test_outside_links_nothing_is_hidden() -> None:
    honest = LINK.format("https://a.example/longer", SHORTENED)
    cleaned = check_inert(
        f'<p><span class="invisible">secret</span>{honest}<span class="ellipsis">x</span></p>'
    )
    assert cleaned == f"<p><span>secret</span>{honest}<span>x</span></p>"


PIECES = [
    "<p>",
    "</p>",
    "<b>",
    "</b>",
    "<a href=https://a.example>",
    "</a>",
    "<a href=x>",
    "<h1>",
    "</h1>",
    "<ul>",
    "<li>",
    "</ul>",
    "<pre>",
    "</pre>",
    "\n",
    "<code>",
    "<span class=invisible>",
    "</span>",
    "<blockquote>",
    "<table>",
    "<td>",
    "<svg>",
    "<br>",
    "&lt;",
    "&amp;lt;",
    "\xa0",
    "x",
    " ",
    "<!--",
    "-->",
    "<",
    ">",
    '"',
    "<style>",
    "</style>",
    "<select>",
    "<button>",
    "é",
    "\u202e",
]


@settings(max_examples=500)
@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
def test_any_html_becomes_inert_and_cleaning_twice_changes_nothing(untrusted: str) -> None:
    check_inert(untrusted)


@given(st.text(max_size=80))
def test_any_text_becomes_inert(untrusted: str) -> None:
    check_inert(untrusted)
    assert "\x00" not in to_plain_text(untrusted)


@pytest.mark.parametrize(
    "tag",
    [
        "b",
        "div",
        "ul><li",
        "blockquote",
        "p><b",
        "a href=https://a.example",
        "table><td",
        "li",
        "h1",
        "font",
        "p",
        "span class=invisible",
        "br",
        "svg><p",
    ],
)
def test_a_hundred_thousand_open_tags_are_bounded_work(tag: str) -> None:
    cleaned = sanitise(f"<{tag}>" * 100_000 + "end")
    assert cleaned.count("<b>") + cleaned.count("<blockquote>") + cleaned.count("<ul>") <= 3 * MAX_OPEN
    assert "<div" not in cleaned


def test_html_nested_too_deep_becomes_text_and_its_twin_does_not() -> None:
    assert check_inert("<blockquote>" * (MAX_OPEN + 1) + 'a &lt;b&gt; "c"') == '<p>a &lt;b&gt; "c"</p>'
    assert check_inert("<blockquote>" * MAX_OPEN + "a").count("<blockquote>") == MAX_OPEN
    wide = "<blockquote>a</blockquote></i>" * (MAX_OPEN + 1)
    assert check_inert(wide).count("<blockquote>") == MAX_OPEN + 1


@pytest.mark.parametrize(
    "start",
    ["<", "<a ", "<h1", "</", "&", "<a href=", '<a href="', "<!--", '<span class="invisible">', "]]>"],
)
def test_tags_that_never_end_are_bounded_work(start: str) -> None:
    assert len(to_plain_text(start * (100_000 // len(start)))) <= 100_000


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>a<br>b</p><p>c &amp; d</p>", "a\nb\n\nc & d"),
        ("<p>x</p><ul><li>1</li><li>2</li></ul><p>y</p>", "x\n\n- 1\n- 2\n\ny"),
        (f"<p>{LINK.format('https://a.example/longer', SHORTENED)}</p>", "https://a.example/longer"),
        ("<p>&lt;script&gt;</p>", "<script>"),
        ("<script>x</script>y", "y"),
        ("<h1>T</h1>u", "T\n\nu"),
        ("", ""),
        ("plain", "plain"),
        ('<a href="https://a.example/?a>b">c</a>', "c"),
    ],
)
def test_html_becomes_readable_text(markup: str, text: str) -> None:
    assert to_plain_text(markup) == text


def test_our_own_html_passes_the_same_gate() -> None:
    tag = '<a href="https://a.example/tags/x" class="mention hashtag" rel="tag">#<span>x</span></a>'
    assert sanitise_own(f"<h2>{tag}</h2><script>x</script><img src=x>") == f"<p><strong>{tag}</strong></p>"
    assert "href" not in sanitise_own('<a href="javascript:alert(1)">x</a>')


def test_the_vectors_are_as_many_as_promised() -> None:
    assert len(list(itertools.product(BREAKOUTS, WRAPPERS))) + 2 * len(SCHEMES) >= 300


@pytest.mark.parametrize(
    "content",
    [
        '<p class="quote-inline">RE: <a href="https://a.example/1">1</a></p><p>Look</p>',
        '<p>Look<span class="quote-inline"> RE: <a href="https://a.example/1"><span>a</span>/1</a></span></p>',
        "<p>Look</p>",
    ],
)
def test_the_link_to_what_is_quoted_goes_and_nothing_else_does(content: str) -> None:
    assert to_plain_text(without_quote_inline(sanitise(content))) == "Look"


def test_words_about_such_links_stay() -> None:
    told = "<p>the class quote-inline</p><p>Look</p>"
    assert without_quote_inline(told) == told
