"""Routes of quotes, and of who may do what with a post."""

from __future__ import annotations

from typing import TypedDict, get_args

from fediverse_node.federation.outbox import consent
from fediverse_node.kernel.errors import NotFound, NotValid
from fediverse_node.kernel.ids import parse_id
from fediverse_node.posts import queries as posts
from fediverse_node.quotes import queries as quotes
from fediverse_node.quotes.model import Audience
from fediverse_node.visibility.rule import may_see
from fediverse_node.web.client_api.entities_status import by_id, one_status
from fediverse_node.web.client_api.forms import Fields
from fediverse_node.web.client_api.paging import cursors, ids_of, page_of
from fediverse_node.web.client_api.view import Act, Answer, View, path_id

_DEFAULT_LIMIT = 20
_MAX_LIMIT = 40
_AUDIENCES: tuple[Audience, ...] = get_args(Audience)


class Policies(TypedDict):
    """Who may do what with a post, as a client sent it."""

    reply: Audience | None
    quote: Audience | None
    boost: Audience | None


def listing(view: View) -> Answer:
    """The posts that quote a post, newest first, as far as the viewer may see them."""
    post_id = path_id(view.path, "post")
    post = posts.by_id(view.tx, post_id)
    if post is None or not may_see(view.tx, post, view.viewer):
        raise NotFound("There is no such post.")
    page = page_of(view.fields, default=_DEFAULT_LIMIT, most=_MAX_LIMIT)
    found = quotes.quotes_of(view.tx, post_id, page)
    ids = [each.post_id for each in found if each.post_id is not None]
    shown = by_id(view, list(posts.by_ids(view.tx, ids).values()))
    return Answer(body=[shown[id_] for id_ in ids if id_ in shown], cursors=cursors(ids_of(found), page))


async def revoke(act: Act) -> Answer:
    """Take back the yes to a quote. The answer is the quoting post as it looks now."""
    quote_id = parse_id(act.path["quote"])
    if quote_id is None:
        raise NotFound("There is no such quote of this post.")
    await consent.revoke(act.desk, act.person.actor, path_id(act.path, "post"), quote_id)
    return await act.look(lambda view: Answer(body=one_status(view, quote_id)))


async def set_policy(act: Act) -> Answer:
    """Change who may quote, answer or boost a post."""
    post_id = path_id(act.path, "post")
    await consent.set_policy(act.desk, act.person.actor, post_id, **policies_in(act.fields))
    return await act.look(lambda view: Answer(body=one_status(view, post_id)))


def policies_in(fields: Fields) -> Policies:
    """Who may do what. Mastodon has a word for quotes only; the other two are ours."""
    return Policies(
        reply=_audience(fields, "reply_policy"),
        quote=_audience(fields, "quote_approval_policy"),
        boost=_audience(fields, "boost_policy"),
    )


def require_same_quote(view: View) -> None:
    """Refuse an edit that would make a post quote something else: its author said yes to this one.

    Raises:
        NotValid: it would.
    """
    wanted = view.fields.id("quoted_status_id")
    if wanted is None:
        return
    post_id = path_id(view.path, "post")
    quote = quotes.of_posts(view.tx, [post_id]).get(post_id, {}).get("quote")
    if quote is None or quote.target_id != wanted:
        raise NotValid("What a post quotes cannot be changed. Delete it and post it again.")


def _audience(fields: Fields, name: str) -> Audience | None:
    said = fields.choice(name, _AUDIENCES)
    return next((audience for audience in _AUDIENCES if audience == said), None)
