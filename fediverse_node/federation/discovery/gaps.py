"""Noticing that a conversation has gaps, and asking for them to be filled.

Only for conversations that concern somebody here: a person of ours opens one, takes part in it, or
follows whoever wrote in it. Nobody else can make this server fetch anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from fediverse_node.actors.model import Actor
from fediverse_node.follows import queries as follows
from fediverse_node.posts import lists
from fediverse_node.posts.model import Post
from fediverse_node.storage.tx import Tx
from fediverse_node.threads import queries as threads
from fediverse_node.visibility.rule import OPEN

#: How often in an hour the replies to one conversation are asked for.
LOOKS: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Gaps:
    """What may be missing of a conversation.

    Attributes:
        thread_id: the first post of it that is here.
        above: the post that the first one answers, when it is not here.
        below: posts of others whose replies are worth asking for.
    """

    thread_id: int
    above: str | None
    below: tuple[str, ...]


def around(tx: Tx, post: Post, above: Sequence[Post]) -> Gaps | None:
    """What is missing around *post*, given what it answers (*above*, the oldest first).

    None when everything is ours and thus here, when not everybody may see the post, and when the
    conversation was looked after often enough in this hour.
    """
    if post.boost_of_id is not None or post.visibility not in OPEN:
        return None
    first = above[0] if above else post
    others = [each for each in (first, post) if not each.local and each.visibility in OPEN]
    missing = first.in_reply_to_uri if first in others and first.in_reply_to_id is None else None
    below = tuple(dict.fromkeys(each.uri for each in others))
    if (not below and missing is None) or not threads.left(tx, first.id, "look", most=LOOKS):
        return None
    return Gaps(thread_id=first.id, above=missing, below=below)


def ask(tx: Tx, gaps: Gaps) -> None:
    """Let *gaps* be filled soon."""
    if not threads.take(tx, gaps.thread_id, "look", most=LOOKS):
        return
    if gaps.above is not None:
        threads.ask(tx, "ancestors", thread_id=gaps.thread_id, uri=gaps.above)
    for uri in gaps.below:
        threads.ask(tx, "replies", thread_id=gaps.thread_id, uri=uri)


def taken_part(tx: Tx, post: Post) -> None:
    """Somebody here answered, liked or boosted *post*: what is missing around it is of interest now."""
    if post.local:
        return
    gaps = around(tx, post, lists.ancestors(tx, post.id))
    if gaps is not None:
        ask(tx, gaps)


def arrived(tx: Tx, post: Post, author: Actor, *, own_origin: str) -> None:
    """A post from elsewhere was stored: when what it answers is not here, that is asked for.

    Not for whoever merely mentions somebody here: a stranger must not choose what we fetch.
    """
    parent = post.in_reply_to_uri
    if parent is None or post.in_reply_to_id is not None or post.visibility not in OPEN:
        return
    if parent.startswith(f"{own_origin}/") or not follows.has_local_followers(tx, author.id):
        return
    threads.ask(tx, "ancestors", thread_id=post.id, uri=parent)
