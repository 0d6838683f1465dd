"""An account ends: everybody who ever heard of it is told, and what it left is erased.

The name is never given again (`actors.local.new_local_actor`), since letters to its old owner would
reach the new one.
"""

from __future__ import annotations

import logging
from typing import Any, Final

from fediverse_node.accounts import queries as accounts
from fediverse_node.accounts import sessions
from fediverse_node.activitystreams import write
from fediverse_node.activitystreams.load import JsonDict
from fediverse_node.activitystreams.vocabulary import PUBLIC
from fediverse_node.actors import errands
from fediverse_node.actors import queries as actors
from fediverse_node.actors.model import Actor
from fediverse_node.deliveries import queries as deliveries
from fediverse_node.federation.delivery import queue
from fediverse_node.federation.outbox.desk import Desk
from fediverse_node.federation.outbox.seal import seal
from fediverse_node.follows import queries as follows
from fediverse_node.kernel.errors import NodeError, NotFound
from fediverse_node.kernel.urls import authority_of
from fediverse_node.oauth import tokens
from fediverse_node.storage.tx import Tx
from fediverse_node.timelines import home
from fediverse_node.uploads import queries as uploads

log = logging.getLogger(__name__)

#: What is known of a person beyond the name.
_BLANK: Final[dict[str, Any]] = {
    "name": "",
    "summary_html": "",
    "summary_source": None,
    "icon": None,
    "image": None,
    "fields": None,
    "emojis": None,
    "also_known_as": None,
    "details": None,
    "discoverable": False,
    "indexable": False,
}


async def depart(desk: Desk, actor: Actor) -> int:
    """Delete the account of *actor*, for good. Gives how many servers are told.

    At once: it cannot sign in, act, be followed or be seen. Its posts are erased soon after, a few at
    a time, and its private keys once the last letter is delivered or given up.

    Raises:
        NotFound: there is no such account here, or it is deleted already.
    """
    signing = await desk.keys.key_of(actor.id, "ed25519")

    def unit(tx: Tx) -> int:
        now = actors.by_id(tx, actor.id)
        account = accounts.by_actor(tx, actor.id)
        if now is None or account is None or now.deleted_at is not None:
            raise NotFound("There is no such account here.")
        inboxes = _everybody(tx, now)
        accounts.close(tx, account.id)
        uploads.remove_of_account(tx, account.id)
        tokens.revoke_all(tx, account.id)
        sessions.end_others(tx, account.id)
        deliveries.cancel(tx, now.id)
        for reader_id in follows.local_follower_ids(tx, now.id):
            home.withdraw(tx, reader_id, now.id)
        follows.remove_all_of(tx, now.id)
        actors.change(tx, now.id, {**_BLANK, "deleted_at": tx.now})
        document = seal(_farewell(now, desk.addresses.activity(tx.new_id())), signing, now=tx.now)
        queue.enqueue(tx, actor=now, document=document, inboxes=inboxes, public=True)
        errands.ask(tx, now.id, "farewell")
        return len(inboxes)

    told = await desk.db.write(unit)
    log.info("account.deleted", extra={"actor": actor.uri, "servers": told})
    return told


def _farewell(actor: Actor, id_: str) -> JsonDict:
    """The object is the bare id, as Mastodon sends it; what is served there is the Tombstone."""
    return write.activity("Delete", id_=id_, actor=actor.uri, object_=actor.uri, audience=([PUBLIC], []))


def _everybody(tx: Tx, actor: Actor) -> list[str]:
    """One inbox of every server that ever had to do with *actor*; shared ones where we know them."""
    hosts = deliveries.hosts_of(tx, actor.id)
    for inbox in follows.related_inboxes(tx, actor.id):
        try:
            hosts[authority_of(inbox)] = inbox
        except NodeError:
            continue
    return sorted(hosts.values())
