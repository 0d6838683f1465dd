"""What a post said before it was edited, for whoever may read the post."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web
from markupsafe import Markup

from fediverse_node.kernel.errors import Gone, NotFound
from fediverse_node.polls import queries as polls
from fediverse_node.posts import history as revisions
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Post
from fediverse_node.storage.tx import Tx
from fediverse_node.visibility.rule import ANONYMOUS, may_see
from fediverse_node.web.caching import Document, respond
from fediverse_node.web.keys import ADDRESSES, DOCUMENTS, NODE
from fediverse_node.web.pages.post import post_id
from fediverse_node.web.pages.profile import local_actor
from fediverse_node.web.pages.rendering import Head, language, page
from fediverse_node.web.pages.strings import Strings
from fediverse_node.web.pages.views import Moment, moment


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionView:
    """One version: since when it stood, and what it said."""

    since: Moment
    content: Markup
    warning: str | None
    answers: tuple[str, ...]


async def history(request: web.Request) -> web.Response:
    """`/@name/id/history`. Of a post that is not public it looks as if it did not exist."""
    node = request.app[NODE]
    key = f"{language(request).language} {request.path}"
    make = lambda: node.db.read(lambda tx: _read(tx, request))  # noqa: E731 a closure to hand on
    return respond(request, await request.app[DOCUMENTS].get(key, make))


def _read(tx: Tx, request: web.Request) -> Document:
    addresses, strings = request.app[ADDRESSES], language(request)
    actor = local_actor(tx, request)
    uri = addresses.post(actor.username, post_id(request))
    found = posts.by_uri(tx, uri)
    if found is None and posts.tombstone(tx, uri) is not None:
        raise Gone
    if found is None or not may_see(tx, found, ANONYMOUS):
        raise NotFound
    back = addresses.post_page(actor.username, found.id)
    # Old versions are nobody's to list or to learn from: the author decides about the one that stands.
    head = Head(
        title=f"{strings.history}: {actor.display_name}", canonical=f"{back}/history", indexable=False
    )
    return page(
        request,
        "history.html",
        head,
        versions=_versions(tx, found, strings),
        language=found.language,
        author=actor.display_name,
        back=back,
    )


def _versions(tx: Tx, post: Post, strings: Strings) -> list[VersionView]:
    """The newest first."""
    poll = polls.of_post(tx, post.id) if post.type == "Question" else None
    now = VersionView(
        since=moment(post.edited_at or post.published_at, strings),
        content=Markup(post.content_html),  # noqa: S704 sanitised when it was stored
        warning=post.summary,
        answers=poll.names if poll is not None else (),
    )
    before = [
        VersionView(
            since=moment(old.published_at, strings),
            content=Markup(old.content_html),  # noqa: S704 as above
            warning=old.summary,
            answers=old.asked,
        )
        for old in revisions.revisions(tx, post.id)
    ]
    return [now, *reversed(before)]
