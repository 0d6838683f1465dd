"""Telling people of something: shown, held back, or not told at all, as they decided about strangers.

Everybody goes by here who tells a person of an event. Whoever decided nothing costs no statement, unless
the operator silenced a server. The rules are Mastodon's (its NotifyService): whoever was accepted once is
always heard; of what else is decided about a sender, the strictest holds.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from fediverse_node.actors import queries as actors
from fediverse_node.actors.model import Actor
from fediverse_node.follows import queries as follows
from fediverse_node.moderation.policy import policy as decided_here
from fediverse_node.notifications import holding
from fediverse_node.notifications import queries as notifications
from fediverse_node.notifications.model import NotificationType, Policy, Treatment
from fediverse_node.posts import lists
from fediverse_node.posts import queries as posts
from fediverse_node.storage.tx import Tx

#: For so long an account is new.
NEW_ACCOUNT: Final = timedelta(days=30)
#: Whoever follows for less long is none who follows: following is done in a moment.
NEW_FOLLOWER: Final = timedelta(days=3)
#: Of these people hear whatever they decided: they asked for them themselves.
_ALWAYS: Final = frozenset({"poll", "update"})
_STRICTNESS: Final[tuple[Treatment, ...]] = ("accept", "filter", "drop")


def tell(tx: Tx, actor_id: int, kind: NotificationType, *, from_actor_id: int, post_id: int = 0) -> Treatment:
    """Tell a local actor of an event, once, unless they decided otherwise. Gives what became of it."""
    done = treatment(tx, actor_id, kind, from_actor_id=from_actor_id, post_id=post_id)
    if done == "drop":
        return done
    held = done == "filter"
    new = notifications.add(
        tx, actor_id, kind, from_actor_id=from_actor_id, post_id=post_id, filtered=held
    )  # fmt: skip
    if new and held:
        holding.ask(tx, actor_id, from_actor_id)
    return done


def treatment(
    tx: Tx, actor_id: int, kind: NotificationType, *, from_actor_id: int, post_id: int = 0
) -> Treatment:
    """What becomes of an event that somebody would be told of."""
    decided = holding.policy_of(tx, actor_id)
    if kind in _ALWAYS or (decided == holding.DEFAULT and not decided_here(tx).quiets_some):
        return "accept"
    sender = actors.by_id(tx, from_actor_id)
    if sender is None or sender.id == actor_id or holding.permitted(tx, actor_id, [sender.id]):
        return "accept"
    mentioned_in = post_id if kind == "mention" else 0
    return max(_applying(tx, actor_id, decided, sender, mentioned_in), key=_STRICTNESS.index)


def _applying(
    tx: Tx, actor_id: int, decided: Policy, sender: Actor, mentioned_in: int
) -> Iterator[Treatment]:
    """What holds of all that was decided; asks only for what makes a difference."""
    yield "accept"
    follows_them = follows.is_following(tx, actor_id, sender.id)
    if not follows_them:
        yield decided.for_not_following
        if decided_here(tx).quiets(sender):
            yield decided.for_limited_accounts
    if decided.for_not_followers != "accept" and not _follows_for_long(tx, sender.id, actor_id):
        yield decided.for_not_followers
    if (sender.published_at or sender.created_at) > tx.now - NEW_ACCOUNT and not follows_them:
        yield decided.for_new_accounts
    if (
        mentioned_in
        and not follows_them
        and decided.for_private_mentions != "accept"
        and _unasked(tx, actor_id, mentioned_in)
    ):
        yield decided.for_private_mentions


def _follows_for_long(tx: Tx, follower_id: int, target_id: int) -> bool:
    found = follows.find(tx, follower_id, target_id)
    return found is not None and found.state == "accepted" and found.created_at <= tx.now - NEW_FOLLOWER


def _unasked(tx: Tx, actor_id: int, post_id: int) -> bool:
    """Whether a post is direct and answers nothing that the person said."""
    post = posts.by_id(tx, post_id)
    if post is None or post.visibility != "direct":
        return False
    return all(each.actor_id != actor_id for each in lists.ancestors(tx, post.id))
