"""Relays, as their client (FEP-ae0c, the LitePub way): subscribing, leaving, and offering what is public.

The server's own actor does all of it. A relay answers a Follow, follows back, and passes on by Announce
what its subscribers announce to it; so nothing here needs Linked Data signatures.
"""

from __future__ import annotations

import logging
from typing import Final

from fediverse_node.activitystreams import write
from fediverse_node.activitystreams.vocabulary import PUBLIC
from fediverse_node.actors import local
from fediverse_node.actors import queries as actors
from fediverse_node.actors.addresses import Addresses
from fediverse_node.actors.model import Actor
from fediverse_node.federation.builders import follow as follow_builder
from fediverse_node.federation.builders import undo
from fediverse_node.federation.delivery import audience, queue
from fediverse_node.federation.discovery import actors as discovery_actors
from fediverse_node.federation.discovery.fetch import Budget
from fediverse_node.federation.discovery.model import Discovery
from fediverse_node.kernel.errors import Conflict, NotFound, NotNow, NotValid
from fediverse_node.kernel.urls import without_fragment
from fediverse_node.posts.model import Post
from fediverse_node.relays import queries as relays
from fediverse_node.relays.model import Relay
from fediverse_node.storage.tx import Tx

log = logging.getLogger(__name__)

#: What a relay's actor is; a person is followed by a person.
_TYPES: Final = frozenset({"Application", "Service", "Group", "Organization"})


async def subscribe(discovery: Discovery, url: str) -> tuple[Relay, Actor]:
    """Ask the relay whose actor is at *url* to let this server take part.

    Raises:
        NotValid: what is there is no relay: a person, or an inbox (Mastodon's relays want that one).
        Conflict: it was asked already.
        NotFound, Gone, NotAllowed, NotNow: as `Fetcher.document`.
    """
    there = await discovery_actors.by_uri(discovery, without_fragment(url), Budget(), fresh=True)
    if there.local or there.type not in _TYPES:
        raise NotValid(
            f"{url} is no relay. Give the address of its actor, such as https://relay.example/actor."
        )

    def unit(tx: Tx) -> Relay:
        ourselves = _ourselves(tx, discovery.addresses)
        relay = Relay(
            id=tx.new_id(),
            actor_id=there.id,
            follow_uri=discovery.addresses.activity(tx.new_id()),
            state="pending",
            created_at=tx.now,
        )
        if not relays.add(tx, relay):
            raise Conflict("This relay was asked already. Remove it first to ask again.")
        asked = follow_builder.document(id_=relay.follow_uri, follower=ourselves.uri, target=there.uri)
        queue.enqueue(tx, actor=ourselves, document=asked, inboxes=audience.of_person(there))
        return relay

    relay = await discovery.db.write(unit)
    log.info("relay.asked", extra={"relay": there.uri})
    return relay, there


async def leave(discovery: Discovery, url: str) -> None:
    """Take no part in a relay any more.

    Raises:
        NotFound: there is no such relay.
    """

    def unit(tx: Tx) -> None:
        there = actors.by_uri(tx, without_fragment(url))
        relay = relays.by_actor(tx, there.id) if there is not None else None
        if there is None or relay is None:
            raise NotFound(f"{url} is not among the relays. “relay list” shows them.")
        relays.remove(tx, relay)
        ourselves = _ourselves(tx, discovery.addresses)
        asked = follow_builder.document(id_=relay.follow_uri, follower=ourselves.uri, target=there.uri)
        document = undo.document(asked, id_=discovery.addresses.activity(tx.new_id()))
        queue.enqueue(tx, actor=ourselves, document=document, inboxes=audience.of_person(there))

    await discovery.db.write(unit)
    log.info("relay.left", extra={"relay": url[:200]})


def offer(tx: Tx, addresses: Addresses, post: Post) -> None:
    """Announce a public post of ours to the relays there are."""
    if post.visibility != "public" or post.local_only:
        return
    ids = relays.active_actor_ids(tx)
    if not ids:
        return
    there = [actor for actor in actors.by_ids(tx, ids).values() if actor.active]
    ourselves = _ourselves(tx, addresses)
    document = write.activity(
        "Announce",
        id_=addresses.activity(tx.new_id()),
        actor=ourselves.uri,
        object_=post.uri,
        audience=([PUBLIC], [ourselves.followers or "", *(actor.uri for actor in there)]),
        published=tx.now,
    )
    inboxes = [inbox for actor in there for inbox in audience.of_person(actor)]
    queue.enqueue(tx, actor=ourselves, document=document, inboxes=inboxes, post_id=post.id)


def _ourselves(tx: Tx, addresses: Addresses) -> Actor:
    found = local.instance_actor(tx, addresses)
    if found is None:
        raise NotNow("This server has no actor yet. Run “fediverse-node init”.")
    return found
