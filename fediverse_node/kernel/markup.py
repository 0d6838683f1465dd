"""What people write becomes HTML: Markdown or plain text, with mentions, hashtags and links.

HTML in the source is text. Mentions and hashtags are parser rules, so that code blocks and link
texts hold none, and what was linked is exactly what is reported. The sanitiser runs last, always.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from typing import TYPE_CHECKING, Any

from fediverse_node.kernel.errors import NotValid, TooLarge
from fediverse_node.kernel.html import sanitise_own
from fediverse_node.kernel.text import HASH_SIGNS, Handle, clean_text, hashtag_at, mention_at, url_at
from fediverse_node.kernel.urls import split_http

if TYPE_CHECKING:
    # The parser is loaded with the first text that somebody writes; until then its memory is saved.
    from markdown_it import MarkdownIt
    from markdown_it.renderer import RendererProtocol
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token
    from markdown_it.utils import EnvType, OptionsDict

#: Longest source that is rendered; the post limit of an instance is far below.
MAX_SOURCE = 20_000

#: Who the text names: a handle as `text.find_mentions` gives it, and where it leads.
Mentions = Mapping[Handle, "Mentioned"]
#: The address of a hashtag's page, for its name without `#`.
HashtagUrl = Callable[[str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mentioned:
    """Somebody who was found: `url` is their profile page, `name` the user name that is shown."""

    url: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """HTML, and what was linked in it: each once, in order of appearance."""

    html: str
    mentions: tuple[Handle, ...]
    hashtags: tuple[str, ...]
    links: tuple[str, ...]


def render_markdown(source: str, *, mentions: Mentions, hashtag_url: HashtagUrl) -> Rendered:
    """CommonMark with strikethrough; line breaks stay; no images, no HTML.

    Handles that are not in *mentions* stay text.

    Raises:
        TooLarge: *source* is longer than `MAX_SOURCE`.
    """
    return _render(_markdown(), source, mentions, hashtag_url)


def render_plain(source: str, *, mentions: Mentions, hashtag_url: HashtagUrl) -> Rendered:
    """Paragraphs and line breaks as written, links, mentions and hashtags; everything else is text.

    Raises:
        TooLarge: *source* is longer than `MAX_SOURCE`.
    """
    return _render(_plain(), source, mentions, hashtag_url)


def _render(parser: MarkdownIt, source: str, mentions: Mentions, hashtag_url: HashtagUrl) -> Rendered:
    if len(source) > MAX_SOURCE:
        raise TooLarge(f"The text is longer than {MAX_SOURCE} characters.")
    env = {"mentions": mentions, "hashtag_url": hashtag_url}
    tokens = parser.parse(clean_text(source), env)
    inline = [child for token in tokens for child in token.children or ()]
    return Rendered(
        html=sanitise_own(parser.renderer.render(tokens, parser.options, env)).strip(),
        mentions=tuple(dict.fromkeys(token.meta["handle"] for token in inline if token.type == "mention")),
        hashtags=tuple(dict.fromkeys(token.meta["name"] for token in inline if token.type == "hashtag")),
        links=tuple(dict.fromkeys(_hrefs(inline))),
    )


def _hrefs(inline: list[Token]) -> Iterator[str]:
    return (str(token.attrs["href"]) for token in inline if token.type == "link_open")


@cache
def _markdown() -> MarkdownIt:
    parser = _parser("commonmark", {"html": False, "breaks": True, "maxNesting": 20})
    # `<del>` and not `<s>`: it is the one that peers and clients keep.
    parser.add_render_rule("s_open", _draw_deleted)
    parser.add_render_rule("s_close", _draw_deleted)
    parser.enable("strikethrough").disable(["image", "html_inline", "html_block", "reference"])
    return _with_our_rules(parser)


@cache
def _plain() -> MarkdownIt:
    parser = _parser("zero", {"html": False, "breaks": True}).enable("newline")
    return _with_our_rules(parser)


def _parser(rules: str, options: dict[str, Any]) -> MarkdownIt:
    from markdown_it import MarkdownIt  # noqa: PLC0415 see above

    parser = MarkdownIt(rules, options)
    # Only addresses of the web become links.
    parser.validateLink = _is_web_link  # type: ignore[method-assign]  # markdown-it's own way
    return parser


def _with_our_rules(parser: MarkdownIt) -> MarkdownIt:
    parser.inline.ruler.before("text", "fediverse_mention", _mention_rule)
    parser.inline.ruler.before("text", "fediverse_hashtag", _hashtag_rule)
    parser.inline.ruler.before("text", "fediverse_url", _url_rule)
    parser.add_render_rule("mention", _draw_mention)
    parser.add_render_rule("hashtag", _draw_hashtag)
    return parser


def _is_web_link(url: str) -> bool:
    try:
        split_http(url)
    except NotValid:
        return False
    return True


def _mention_rule(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - markdown-it's signature
    if state.src[state.pos] != "@" or state.linkLevel > 0:
        return False
    hit = mention_at(state.src, state.pos)
    if hit is None or hit[0] > state.posMax or hit[1] not in state.env["mentions"]:
        return False
    if not silent:
        state.push("mention", "", 0).meta = {"handle": hit[1]}
    state.pos = hit[0]
    return True


def _hashtag_rule(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - markdown-it's signature
    if state.src[state.pos] not in HASH_SIGNS or state.linkLevel > 0:
        return False
    hit = hashtag_at(state.src, state.pos)
    if hit is None or hit[0] > state.posMax:
        return False
    if not silent:
        state.push("hashtag", "", 0).meta = {"name": hit[1]}
    state.pos = hit[0]
    return True


def _url_rule(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - markdown-it's signature
    """At the `:` of `https://…`: the scheme is already in the pending text and is taken back."""
    # Silent is the search for the end of a link's text, which an address must not run past.
    if silent or state.src[state.pos] != ":" or state.linkLevel > 0:
        return False
    url = _bare_url(state)
    scheme = url.partition(":")[0] if url else ""
    if url is None or not state.pending.endswith(scheme):
        return False
    state.pending = state.pending[: -len(scheme)]
    state.push("link_open", "a", 1).attrs = {"href": state.md.normalizeLink(url)}
    state.push("text", "", 0).content = url
    state.push("link_close", "a", -1)
    state.pos += len(url) - len(scheme)
    return True


def _bare_url(state: StateInline) -> str | None:
    for scheme in ("https", "http"):
        start = state.pos - len(scheme)
        if start >= 0 and state.src[start : state.pos].lower() == scheme:
            url = url_at(state.src, start, state.posMax)
            preceded = start > 0 and (state.src[start - 1].isalnum() or state.src[start - 1] == "_")
            return url if url and not preceded and _is_web_link(url) else None
    return None


def _draw_deleted(
    _renderer: RendererProtocol, tokens: Sequence[Token], index: int, _options: OptionsDict, _env: EnvType
) -> str:
    return "<del>" if tokens[index].nesting == 1 else "</del>"


def _draw_mention(
    _renderer: RendererProtocol, tokens: Sequence[Token], index: int, _options: OptionsDict, env: EnvType
) -> str:
    person: Mentioned = env["mentions"][tokens[index].meta["handle"]]
    return (
        f'<span class="h-card"><a href="{escape(person.url)}" class="u-url mention">'
        f"@<span>{escape(person.name)}</span></a></span>"
    )


def _draw_hashtag(
    _renderer: RendererProtocol, tokens: Sequence[Token], index: int, _options: OptionsDict, env: EnvType
) -> str:
    name = tokens[index].meta["name"]
    url = escape(env["hashtag_url"](name))
    return f'<a href="{url}" class="mention hashtag" rel="tag">#<span>{escape(name)}</span></a>'
