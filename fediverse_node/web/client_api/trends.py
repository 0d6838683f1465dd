"""Routes about what is talked about here."""

from __future__ import annotations

from fediverse_node.posts import queries as posts
from fediverse_node.trends import queries as trends
from fediverse_node.trends.model import Kind, Trend
from fediverse_node.trends.worker import countable
from fediverse_node.visibility import quiet
from fediverse_node.web.client_api.entities_card import cards
from fediverse_node.web.client_api.entities_status import statuses
from fediverse_node.web.client_api.tags import days, entities
from fediverse_node.web.client_api.view import Answer, View


def tags(view: View) -> Answer:
    """The hashtags that most people use these days."""
    found = _asked(view, "tag", default=10, most=20)
    known = entities(view, [trend.what for trend in found])
    return Answer(
        body=[{**tag, "history": days(trend.history)} for tag, trend in zip(known, found, strict=True)]
    )


def links(view: View) -> Answer:
    """The pages that most people link to these days, as far as their previews are known."""
    found = _asked(view, "link", default=10, most=20)
    known = cards(view, [trend.what for trend in found])
    return Answer(
        body=[{**known[trend.what], "history": days(trend.history)} for trend in found if trend.what in known]
    )


def popular_posts(view: View) -> Answer:
    """The posts that most people like and pass on these days."""
    ids = [int(trend.what) for trend in _asked(view, "post", default=20, most=40)]
    known = posts.by_ids(view.tx, ids) if ids else {}
    # What was public when it was counted may be so no longer.
    standing = countable(view.tx, [known[id_] for id_ in ids if id_ in known])
    return Answer(body=statuses(view, quiet.heard(view.tx, standing, view.viewer, in_public=True)))


def _asked(view: View, kind: Kind, *, default: int, most: int) -> list[Trend]:
    limit = view.fields.number("limit", default=default, most=most)
    offset = view.fields.text("offset") or "0"
    first = int(offset) if offset.isascii() and offset.isdigit() and len(offset) < 6 else 0
    return trends.of_kind(view.tx, kind, limit=limit, offset=first)
