"""What operations need besides the node: a desk to write at, and the post somebody means."""

from __future__ import annotations

from fediverse_node.activitystreams.values import is_web_address
from fediverse_node.actors.addresses import Addresses
from fediverse_node.federation.discovery.lookup import lookup
from fediverse_node.federation.discovery.model import Discovery, open_discovery
from fediverse_node.federation.outbox.desk import Desk, open_desk
from fediverse_node.kernel.errors import NotFound
from fediverse_node.kernel.ids import parse_id
from fediverse_node.kernel.urls import same_origin
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


async def id_meant(node: Node, text: str) -> str:
    """What `post_meant` finds a post by that may be of another server.

    People copy the address of a page. Which post that is its own server says, unless it is an id that is
    known here.

    Raises:
        NotFound: there is no post. Otherwise as `lookup`.
    """
    if not is_web_address(text) or same_origin(text, node.config.origin):
        return text
    found = await lookup(discovery_of(node), text)
    if not isinstance(found, Post):
        raise NotFound(f"At {text} is no post.")
    return found.uri


def post_meant(tx: Tx, text: str) -> Post:
    """The post that *text* names: its id, its ActivityPub id, or the address of its page.

    Raises:
        NotFound: there is none, or it was deleted.
    """
    number = parse_id(text) or parse_id(text.rstrip("/").rpartition("/")[2])
    found = posts.by_uri(tx, text) or (posts.by_id(tx, number) if number is not None else None)
    # The same number may stand in the address of another server's post.
    other = found is not None and is_web_address(text) and text.rstrip("/") not in (found.uri, found.url)
    if found is None or other:
        raise NotFound(f"There is no post {text} here. Give its address, or the number at the end of it.")
    return found
