"""Filter entities in both versions, and which filters of the reader a post matches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from fediverse_node.filters import queries as filters
from fediverse_node.filters.matching import matches
from fediverse_node.filters.model import Filter, FilteredPost, Keyword
from fediverse_node.kernel.clock import to_rfc3339_millis
from fediverse_node.posts.model import Post
from fediverse_node.storage.tx import Tx
from fediverse_node.visibility.words import words_of
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
            poll = polls.get(post.id)
            text = words_of(post, (option["title"] for option in poll["options"]) if poll is not None else ())
            if found := _results(wanted, post, text):
                made[post.id] = found
    return made


def results(tx: Tx, actor_id: int, post: Post, text: str) -> list[JsonDict]:
    """FilterResults of one post for one of many; *text* is all that can be read of it (`words_of`)."""
    if post.actor_id == actor_id:
        return []
    return _results(filters.in_force(tx, filters.of_actor(tx, actor_id)), post, text)


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


def _results(wanted: Iterable[Filter], post: Post, text: str) -> list[JsonDict]:
    return [result for each in wanted if (result := _result(each, post, text)) is not None]


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
