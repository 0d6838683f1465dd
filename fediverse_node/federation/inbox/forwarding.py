"""Passing a reply on to our author's followers (ActivityPub 7.1.2), who would not see it otherwise.

Only what was addressed to the followers collection of the answered author, and only with a proof of its
own (FEP-8b32) that holds: nobody believes a copy without one, so sending it would be noise. The
bytes go on as they came, once, and never back to where they came from.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Final

from fediverse_node.activitystreams.load import MAX_INBOX_BODY, load_json
from fediverse_node.actors import queries as actors
from fediverse_node.actors.model import Actor
from fediverse_node.deliveries import queries as deliveries
from fediverse_node.federation.delivery import queue
from fediverse_node.federation.discovery import keys
from fediverse_node.federation.inbox.authenticate import Verified
from fediverse_node.federation.inbox.interest import turned_away
from fediverse_node.follows import queries as follows
from fediverse_node.kernel.errors import NodeError
from fediverse_node.kernel.urls import authority_of, origin_of
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Post
from fediverse_node.signatures import proofs
from fediverse_node.storage.tx import Tx
from fediverse_node.threads import queries as threads
from fediverse_node.visibility.rule import may_see, viewer_for

log = logging.getLogger(__name__)

#: Replies to one post that are passed on in an hour: each is multiplied by the followers there are.
MOST_IN_AN_HOUR: Final = 50
#: The same for all posts of one author: somebody with many posts must not be worth more to an attacker.
MOST_OF_AN_AUTHOR: Final = 200
_TYPES: Final = frozenset({"Create", "Update", "Delete"})


@dataclass(frozen=True, slots=True)
class Wish:
    """An activity wants to be passed on. *reply* is the post it deletes, as it was before."""

    reply: Post | None


def wish_of(tx: Tx, verified: Verified, *, own_origin: str) -> Wish | None:
    """Whether to look further once the activity has taken effect. Reads nothing for nearly all mail."""
    activity = verified.activity
    if activity.type not in _TYPES or activity.id is None or "proof" not in activity.raw:
        return None
    if not any(address.startswith(f"{own_origin}/") for address in _addressed(verified)):
        return None
    deleted = activity.type == "Delete" and activity.object_id is not None
    return Wish(posts.by_uri(tx, activity.object_id) if deleted and activity.object_id else None)


def pass_on(tx: Tx, verified: Verified, wish: Wish) -> None:
    """Send the activity on, if it is a reply to a post of ours, speaks to its followers, and is proved."""
    activity = verified.activity
    assert activity.id is not None
    author, answered = _answered(tx, wish.reply or posts.by_uri(tx, activity.object_id or ""))
    if author is None or answered is None or author.followers not in _addressed(verified):
        return
    # Whom the author blocks, or to whom the post was never shown, does not reach the author's followers.
    if turned_away(tx, author.id, verified.signer) or not may_see(tx, answered, viewer_for(verified.signer)):
        return
    if not _is_proved(tx, verified):
        return
    origin = authority_of(activity.actor)
    inboxes = [inbox for inbox in follows.follower_inboxes(tx, author.id) if authority_of(inbox) != origin]
    if not inboxes or _is_used_up(tx, author):
        return
    if not threads.take(tx, answered.id, "forward", most=MOST_IN_AN_HOUR):
        return
    sent = queue.forward(
        tx,
        actor=author,
        uri=activity.id,
        type_=activity.type,
        document=verified.document,
        inboxes=inboxes,
    )
    if sent:
        log.info("inbox.passed_on", extra={"type": activity.type, "inboxes": len(inboxes)})


def _is_used_up(tx: Tx, author: Actor) -> bool:
    since = tx.now - threads.WINDOW
    handed_on = deliveries.handed_on(tx, author.id, own_origin=origin_of(author.uri), since=since)
    return handed_on >= MOST_OF_AN_AUTHOR


def _answered(tx: Tx, reply: Post | None) -> tuple[Actor | None, Post | None]:
    """The post of ours that *reply* answers, and its author, while both may be heard of elsewhere."""
    if reply is None or reply.in_reply_to_id is None:
        return None, None
    answered = posts.by_id(tx, reply.in_reply_to_id)
    if answered is None or not answered.local or answered.local_only:
        return None, None
    author = actors.by_id(tx, answered.actor_id)
    return (author, answered) if author is not None and author.active else (None, None)


def _addressed(verified: Verified) -> set[str]:
    activity = verified.activity
    return {*activity.to, *activity.cc, *activity.audience}


def _is_proved(tx: Tx, verified: Verified) -> bool:
    """Whether the proof is by a key of the actor's that we know, and holds for these very bytes."""
    try:
        document = load_json(verified.document, limit=MAX_INBOX_BODY)
        claimed = proofs.peek(document, now=tx.now)
        found = actors.key_by_id(tx, claimed.key_id) if claimed is not None else None
        if claimed is None or found is None or not _speaks_for(found[1], verified):
            return False
        proofs.check(claimed, keys.loaded(found[0].public_key, found[0].kind, claimed.key_id))
    except NodeError:
        return False
    return True


def _speaks_for(owner: Actor, verified: Verified) -> bool:
    return owner.uri == verified.activity.actor and owner.active
