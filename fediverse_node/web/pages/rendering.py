"""From a template and its values to a page. Escaping is on for all of them; nothing turns it off."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from aiohttp import web
from markupsafe import Markup

from fediverse_node.actors.addresses import Addresses
from fediverse_node.consent import channels
from fediverse_node.consent.model import Decision
from fediverse_node.web.caching import VARY, Document, headers
from fediverse_node.web.keys import ADDRESSES, NODE
from fediverse_node.web.pages import strings
from fediverse_node.web.pages.assets import assets
from fediverse_node.web.pages.strings import Strings

if TYPE_CHECKING:
    import jinja2

    from fediverse_node.web.pages.views import PostView

#: Posts that are kept laid out, 3 to 5 KB each.
_ARTICLES = 512
HTML = "text/html; charset=utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What a page says about itself.

    Attributes:
        canonical: the address it wants to be known by.
        alternate: the ActivityPub id of what it shows, where there is one.
        decision: what is said about training use; of a page with several posts, what all of them allow.
        indexable: whether search engines may list it.
        creator: the handle of who made it, for link previews elsewhere (`fediverse:creator`).
        me: other pages of the person it is about (`rel="me"`).
    """

    title: str
    description: str = ""
    canonical: str | None = None
    alternate: str | None = None
    kind: str = "website"
    image: str | None = None
    published: str | None = None
    decision: Decision = field(default_factory=Decision)
    indexable: bool = True
    creator: str | None = None
    me: tuple[str, ...] = ()


def language(request: web.Request) -> Strings:
    """The language of the page for this request."""
    return strings.choose(request.headers.get("Accept-Language"))


def page(request: web.Request, template: str, head: Head, **values: Any) -> Document:
    """Render a page, with the headers that go with it."""
    addresses = request.app[ADDRESSES]
    return Document(
        body=html(request, template, head, **values).encode(),
        content_type=HTML,
        headers=headers(vary=f"{VARY}, Accept-Language", more=_more(head, addresses)),
    )


def html(request: web.Request, template: str, head: Head, **values: Any) -> str:
    """Render a page as text."""
    addresses, instance = request.app[ADDRESSES], request.app[NODE].config.instance
    return (
        _environment()
        .get_template(template)
        .render(
            t=language(request),
            head=head,
            meta=channels.html_meta(head.decision, addresses),
            addresses=addresses,
            instance=instance,
            assets=assets(),
            published=request.app[NODE].config.datasets.publish,
            **values,
        )
    )


def article(post: PostView, words: Strings, *, anchor: bool = True) -> Markup:
    """A post as it stands among others. With *anchor* it can be linked to within the page.

    Laid out once for each state that it is in: a page is made anew after every commit, and hardly any of
    its posts have changed.
    """
    return _article(post, words.language, anchor)


@lru_cache(maxsize=_ARTICLES)
def _article(post: PostView, language: str, anchor: bool) -> Markup:  # noqa: FBT001 a key of the cache
    parts: Any = _environment().get_template("parts.html").make_module({"t": strings.choose(language)})
    laid_out: Markup = parts.article(post, anchor=anchor)
    return laid_out


def _more(head: Head, addresses: Addresses) -> dict[str, str]:
    found = channels.headers(head.decision, addresses)
    if head.alternate is not None:
        alternate = f'<{head.alternate}>; rel="alternate"; type="application/activity+json"'
        found["Link"] = f"{found['Link']}, {alternate}" if "Link" in found else alternate
    return found


@cache
def _environment() -> jinja2.Environment:
    import jinja2  # noqa: PLC0415 a start need not wait for it: the first page does

    return jinja2.Environment(
        loader=jinja2.PackageLoader("fediverse_node.web.pages"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
