"""Between rows and values of the posts room."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, fields
from typing import Any

import sqlalchemy as sa

from fediverse_node.posts.model import AiTool, Attachment, Post
from fediverse_node.posts.tables import posts
from fediverse_node.storage.values import Kind, Raw

NAMES = tuple(field.name for field in fields(Post))
COLUMNS = [posts.c[name] for name in NAMES]
LIVE: sa.ColumnElement[bool] = posts.c.deleted_at.is_(None)


def attachment_from(item: dict[str, Any]) -> Attachment:
    """An attachment as it is stored."""
    focus = item.get("focus")
    return Attachment(**{**item, "focus": (focus[0], focus[1])} if focus else item)


_LISTS: Mapping[str, Callable[[Any], Any]] = {
    "attachments": attachment_from,
    "ai_tools": lambda item: AiTool(**item),
    "emojis": tuple,
    "addressed": str,
    "reactions": tuple,
}


def post_from(row: Raw) -> Post:
    """The post of a row that consists of the room's columns."""
    values: dict[str, Any] = dict(zip(NAMES, row, strict=True))
    for name, made in _LISTS.items():
        found = values[name]
        # Most are empty, and every page reads twenty posts.
        values[name] = tuple(map(made, found)) if found else ()
    return Post(**values)


#: Posts, of rows that consist of the room's columns.
POST: Kind[Post] = Kind(post_from)


def values_of(post: Post) -> dict[str, Any]:
    """The columns of a post. Empty lists are stored as NULL."""
    values: dict[str, Any] = {name: getattr(post, name) for name in NAMES}
    values["attachments"] = [asdict(item) for item in post.attachments] or None
    values["ai_tools"] = [asdict(item) for item in post.ai_tools] or None
    values["emojis"] = post.emojis or None
    values["addressed"] = post.addressed or None
    values["reactions"] = post.reactions or None
    return values
