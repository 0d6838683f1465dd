"""What operations need besides the node: a desk to write at, and the post somebody means."""

from __future__ import annotations

from fediverse_node.actors.addresses import Addresses
from fediverse_node.federation.discovery.model import Discovery, open_discovery
from fediverse_node.federation.outbox.desk import Desk, open_desk
from fediverse_node.kernel.errors import NotFound
from fediverse_node.kernel.ids import parse_id
from fediverse_node.node import Node
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Post
from fediverse_node.storage.tx import Tx


def discovery_of(node: Node) -> Discovery:
    """The means to ask other servers."""
    return open_discovery(
        db=node.db, outbound=node.outbound, clock=node.clock, addresses=Addresses(node.config.origin)
    )


def desk_of(node: Node) -> Desk:
    """The means to publish."""
    return open_desk(discovery_of(node), post_characters=node.config.limits.post_characters)


def post_meant(tx: Tx, text: str) -> Post:
    """The post that *text* names: its id, its ActivityPub id, or the address of its page.

    Raises:
        NotFound: there is none, or it was deleted.
    """
    number = parse_id(text) or parse_id(text.rstrip("/").rpartition("/")[2])
    found = posts.by_uri(tx, text) or (posts.by_id(tx, number) if number is not None else None)
    if found is None:
        raise NotFound(f"There is no post {text} here. Give its address, or the number at the end of it.")
    return found
