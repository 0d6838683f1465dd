"""All that can be read of a post: what filters look through, wherever they hold."""

from __future__ import annotations

from collections.abc import Iterable

from fediverse_node.kernel.html import to_plain_text
from fediverse_node.posts.model import Post


def words_of(post: Post, options: Iterable[str] = ()) -> str:
    """Warning, text, descriptions of its files, the answers of its poll (*options*), and its title."""
    parts = [post.summary or "", to_plain_text(post.content_html)]
    parts += [item.name or "" for item in post.attachments]
    return "\n\n".join(part for part in (*parts, *options, post.title or "") if part)
