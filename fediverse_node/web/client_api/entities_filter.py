"""Filter entities in both versions, and which filters of the reader a post matches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from fediverse_node.filters import queries as filters
from fediverse_node.filters.matching import matches
from fediverse_node.filters.model import Filter, FilteredPost, Keyword
from fediverse_node.kernel.clock import to_rfc3339_millis
from fediverse_node.kernel.html import to_plain_text
from fediverse_node.posts.model import Post
from fediverse_node.web.client_api.view import JsonDict, View


def filtered(view: View, proper: Iterable[Post], polls: Mapping[int, JsonDict]) -> dict[int, list[JsonDict]]:
    """FilterResults of those of *proper* that the reader's filters match. One's own posts never do.

    Each filter is named whatever its contexts are: as with Mastodon, the app knows where it shows a post.
    """
    me = view.viewer.actor_id
    if me is None:
        return {}
    wanted = filters.in_force(view.tx, filters.of_actor(view.tx, me))
    if not wanted:
        return {}
    made = {}
    for post in proper:
        if post.actor_id != me:
            text = _words(post, polls.get(post.id))
            results = [result for each in wanted if (result := _result(each, post, text)) is not None]
            if results:
                made[post.id] = results
    return made


def entity(found: Filter) -> JsonDict:
    """Filter, with all that it is about."""
    return {
        **_head(found),
        "keywords": [keyword_entity(keyword) for keyword in found.keywords],
        "statuses": [post_entity(chosen) for chosen in found.posts],
    }


def keyword_entity(keyword: Keyword) -> JsonDict:
    """FilterKeyword."""
    return {"id": str(keyword.id), "keyword": keyword.keyword, "whole_word": keyword.whole_word}


def post_entity(chosen: FilteredPost) -> JsonDict:
    """FilterStatus."""
    return {"id": str(chosen.id), "status_id": str(chosen.post_id)}


def old_entity(found: Filter, keyword: Keyword) -> JsonDict:
    """V1::Filter: one word of a filter."""
    return {
        "id": str(keyword.id),
        "phrase": keyword.keyword,
        "context": list(found.contexts),
        "whole_word": keyword.whole_word,
        "expires_at": to_rfc3339_millis(found.expires_at) if found.expires_at else None,
        "irreversible": found.action == "hide",
    }


def _head(found: Filter) -> JsonDict:
    return {
        "id": str(found.id),
        "title": found.title,
        "context": list(found.contexts),
        "expires_at": to_rfc3339_millis(found.expires_at) if found.expires_at else None,
        "filter_action": found.action,
    }


def _result(found: Filter, post: Post, text: str) -> JsonDict | None:
    words = matches(found.keywords, text)
    chosen = any(each.post_id == post.id for each in found.posts)
    if not words and not chosen:
        return None
    return {
        "filter": _head(found),
        "keyword_matches": words or None,
        "status_matches": [str(post.id)] if chosen else None,
    }


def _words(post: Post, poll: JsonDict | None) -> str:
    """All that can be read of a post."""
    parts = [post.summary or "", to_plain_text(post.content_html)]
    parts += [item.name or "" for item in post.attachments]
    if poll is not None:
        parts += [option["title"] for option in poll["options"]]
    return "\n\n".join(part for part in (*parts, post.title or "") if part)
