"""Routes about what a post said before it was edited."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from fediverse_node.actors import queries as actors
from fediverse_node.kernel.clock import to_rfc3339_millis
from fediverse_node.kernel.errors import NotFound
from fediverse_node.polls import queries as polls
from fediverse_node.posts import history
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Post
from fediverse_node.visibility.rule import may_see
from fediverse_node.web.client_api.entities_account import accounts
from fediverse_node.web.client_api.status_parts import words
from fediverse_node.web.client_api.view import Answer, JsonDict, View, path_id

_KEPT = ("content", "spoiler_text", "sensitive", "media_attachments", "emojis")


def edits(view: View) -> Answer:
    """Every version of a post, oldest first, the last one being what it says now."""
    post = posts.by_id(view.tx, path_id(view.path, "post"))
    if post is None or not may_see(view.tx, post, view.viewer):
        raise NotFound("There is no such post.")
    author = actors.by_ids(view.tx, [post.actor_id])[post.actor_id]
    account = accounts(view, [author])[author.id]
    return Answer(body=[{**edit, "account": account} for edit in _versions(view, post)])


def _versions(view: View, post: Post) -> Iterator[JsonDict]:
    for old in history.revisions(view.tx, post.id):
        shown = replace(
            post,
            content_html=old.content_html,
            summary=old.summary,
            sensitive=post.sensitive if old.sensitive is None else old.sensitive,
            attachments=old.attachments,
            emojis=old.emojis,
        )
        yield _edit(view, shown, old.published_at, old.asked)
    poll = polls.of_post(view.tx, post.id) if post.type == "Question" else None
    yield _edit(view, post, post.edited_at or post.published_at, poll.names if poll is not None else ())


def _edit(view: View, post: Post, since: datetime, asked: tuple[str, ...]) -> JsonDict:
    said = words(post, view.house.addresses)
    edit = {name: said[name] for name in _KEPT}
    edit["created_at"] = to_rfc3339_millis(since)
    if asked:
        edit["poll"] = {"options": [{"title": name} for name in asked]}
    return edit
