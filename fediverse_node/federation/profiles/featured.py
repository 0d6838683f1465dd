"""What somebody elsewhere pinned, fetched when a person here begins to take an interest in them."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from fediverse_node.activitystreams.read import read_collection
from fediverse_node.activitystreams.values import link
from fediverse_node.actors import errands
from fediverse_node.actors.model import Actor
from fediverse_node.federation.discovery import keeping, objects
from fediverse_node.federation.discovery.fetch import Budget
from fediverse_node.federation.discovery.model import Discovery
from fediverse_node.federation.discovery.objects import FoundPost
from fediverse_node.kernel.errors import NodeError, NotNow, NotValid
from fediverse_node.kernel.urls import same_origin
from fediverse_node.posts import pins
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Post
from fediverse_node.storage.tx import Tx
from fediverse_node.visibility.rule import OPEN

#: How old what we know may be when somebody looks.
FRESH: Final = timedelta(hours=24)
#: The collection and `pins.MAX_REMOTE_PINS` posts, some of them asked for twice (`Fetcher`).
_FETCHES: Final = 2 * (1 + pins.MAX_REMOTE_PINS)


def want(tx: Tx, actor: Actor) -> None:
    """Have the pins of *actor* fetched soon, if they live elsewhere and we did not look lately."""
    if not actor.local and actor.active and actor.featured is not None:
        errands.ask(tx, actor.id, "featured", unless_since=tx.now - FRESH)


async def fetch(discovery: Discovery, actor: Actor) -> None:
    """Make the pins of *actor* those of its `featured` collection, at most `MAX_REMOTE_PINS`.

    Each post comes from its own id; copies in the collection count for nothing.

    Raises:
        NodeError: the collection cannot be had; what was known stays.
    """
    if actor.featured is None:
        return
    budget = Budget(_FETCHES)
    document = await discovery.fetcher.document(actor.featured, budget)
    if document["id"] != actor.featured:
        raise NotValid("Another collection answered for this one.", detail=actor.featured[:200])
    named = [uri for item in read_collection(document).items if (uri := link(item)) is not None]
    uris = [uri for uri in dict.fromkeys(named) if same_origin(uri, actor.uri)][: pins.MAX_REMOTE_PINS]
    missing = await discovery.db.read(lambda tx: [uri for uri in uris if posts.by_uri(tx, uri) is None])
    found = {uri: post for uri in missing if (post := await _post(discovery, uri, actor, budget)) is not None}
    await discovery.db.write(lambda tx: _keep(tx, actor, uris, found))


async def _post(discovery: Discovery, uri: str, actor: Actor, budget: Budget) -> FoundPost | None:
    try:
        found = await objects.fetch(discovery, uri, budget)
    except NotNow:
        raise
    except NodeError:
        return None
    return found if found.uri == uri and found.author.uri == actor.uri else None


def _keep(tx: Tx, actor: Actor, uris: list[str], found: dict[str, FoundPost]) -> None:
    kept: list[Post] = []
    for uri in uris:
        post = posts.by_uri(tx, uri)
        if post is None and uri in found:
            post = keeping.store(tx, found[uri])
        if post is not None and post.actor_id == actor.id and post.visibility in OPEN:
            kept.append(post)
    pins.replace(tx, actor.id, [post.id for post in kept])
