"""What a post quotes, as pages show it: the quoted words only with their author's yes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from fediverse_node.actors.model import Actor
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Post
from fediverse_node.quotes import queries as quotes
from fediverse_node.storage.tx import Tx
from fediverse_node.visibility.rule import ANONYMOUS, survey
from fediverse_node.web.pages.ai_label import AiLabel


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteView:
    """A quoted post, or why it is not shown.

    Attributes:
        url: what people open; of a quote that is not shown, the quoted post's id.
        name, handle, content: of a quote that is shown; else None.
        warning: shown instead of the content.
        ai: what a model had to do with it: a post says so wherever it is shown.
        pending: its author has not said yes yet.
    """

    url: str
    name: str | None = None
    handle: str | None = None
    content: Markup | None = None
    language: str | None = None
    warning: str | None = None
    ai: AiLabel | None = None
    pending: bool = False

    @property
    def shown(self) -> bool:
        """Whether there is something to read."""
        return self.name is not None


def quote_views(
    tx: Tx,
    written: Sequence[Post],
    web_address: Callable[..., str],
    content_of: Callable[[Post], Markup],
    label_of: Callable[[Post], AiLabel | None],
) -> dict[int, QuoteView]:
    """What each of *written* quotes, by post. One statement for a page without quotes."""
    noted = quotes.of_posts(tx, [post.id for post in written])
    found = {post_id: done["quote"] for post_id, done in noted.items() if "quote" in done}
    if not found:
        return {}
    local = {post.id for post in written if post.local}
    wanted = {each.target_id for each in found.values() if each.state == "accepted" and each.target_id}
    seen = survey(tx, list(posts.by_ids(tx, wanted).values()), ANONYMOUS)
    shown = {post.id: post for post in seen.shown}
    views: dict[int, QuoteView] = {}
    for post_id, quote in found.items():
        target = shown.get(quote.target_id or 0)
        if target is not None and quote.state == "accepted":
            views[post_id] = _shown(target, seen.authors[target.actor_id], web_address, content_of, label_of)
        elif post_id in local and quote.state == "pending":
            # The text of others says itself what it quotes; ours has the link only in its Note.
            views[post_id] = QuoteView(url=web_address(quote.target_uri), pending=True)
    return views


def _shown(
    target: Post,
    author: Actor,
    web_address: Callable[..., str],
    content_of: Callable[[Post], Markup],
    label_of: Callable[[Post], AiLabel | None],
) -> QuoteView:
    return QuoteView(
        url=web_address(target.url, target.uri),
        name=author.display_name,
        handle=author.handle,
        content=content_of(target),
        language=target.language,
        warning=target.summary,
        ai=label_of(target),
    )
