"""Mastodon's Poll from polls of ours. What belongs to the viewer (their own vote) is never kept."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from fediverse_node.actors.addresses import Addresses
from fediverse_node.kernel.clock import to_rfc3339_millis
from fediverse_node.polls import queries as polls
from fediverse_node.polls.model import Poll
from fediverse_node.posts.model import Post
from fediverse_node.web.client_api.entities_account import emojis
from fediverse_node.web.client_api.view import JsonDict, View


def poll_entities(view: View, found: Iterable[Post]) -> dict[int, JsonDict]:
    """The polls of those of *found* that are questions, by post, in three statements at the most."""
    questions = {post.id: post for post in found if post.type == "Question"}
    if not questions:
        return {}
    asked = polls.of_posts(view.tx, questions)
    me = view.viewer.actor_id
    chosen = polls.chosen(view.tx, me, asked) if me is not None and asked else {}
    made = {}
    for id_, poll in asked.items():
        made[id_] = _entity(questions[id_], poll, view.house.addresses, now=view.tx.now)
        if me is not None:
            own = chosen.get(id_, [])
            # Who asked is counted among the voters: apps show them the counts, and no form.
            made[id_].update(voted=bool(own) or questions[id_].actor_id == me, own_votes=own)
    return made


def _entity(post: Post, poll: Poll, addresses: Addresses, *, now: datetime) -> JsonDict:
    secret = poll.secret(now)
    return {
        # A poll has no id of its own: there is one to a post.
        "id": str(post.id),
        "expires_at": to_rfc3339_millis(poll.ends_at) if poll.ends_at is not None else None,
        "expired": poll.closed(now),
        "multiple": poll.multiple,
        "votes_count": 0 if secret else poll.votes_count,
        "voters_count": 0 if secret else poll.voters_count,
        "options": [
            {"title": option.name, "votes_count": None if secret else option.votes} for option in poll.options
        ],
        "emojis": emojis(post.emojis, addresses),
    }
