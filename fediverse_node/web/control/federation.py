"""Operations on others: follow them, look at them."""

from __future__ import annotations

import re

from fediverse_node.actors.model import Actor
from fediverse_node.federation.discovery import lookup as discovery
from fediverse_node.federation.outbox import follow as outbox
from fediverse_node.kernel.errors import NotValid
from fediverse_node.kernel.html import to_plain_text
from fediverse_node.node import Node
from fediverse_node.posts.model import Post
from fediverse_node.web.control.accounts import account_named
from fediverse_node.web.control.desks import desk_of, discovery_of
from fediverse_node.web.control.operation import JsonDict, Progress

_HANDLE = re.compile(r"@?[^@\s]+@[^@\s]+")


async def follow(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{name, handle}` → `{handle, uri, state}`; pending until the other server has answered."""
    del progress
    if not _HANDLE.fullmatch(arguments["handle"]):
        raise NotValid(f"“{arguments['handle']}” is no handle. Handles look like @user@example.org.")
    _, actor = await node.db.read(lambda tx: account_named(tx, arguments["name"]))
    desk = desk_of(node)
    target = await discovery.lookup(desk.discovery, arguments["handle"])
    if not isinstance(target, Actor):
        raise NotValid(f"{arguments['handle']} is not somebody who can be followed.")
    made = await outbox.follow(desk, actor, target.id)
    return {"handle": target.handle, "uri": target.uri, "state": made.state}


async def look(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{what}` → what this server sees of an actor or a post."""
    del progress
    found = await discovery.lookup(discovery_of(node), arguments["what"])
    return _post(found) if isinstance(found, Post) else _actor(found)


def _actor(actor: Actor) -> JsonDict:
    return {
        "kind": actor.type,
        "handle": actor.handle,
        "name": actor.name,
        "id": actor.uri,
        "page": actor.url,
        "inbox": actor.inbox,
        "shared_inbox": actor.shared_inbox,
        "about": to_plain_text(actor.summary_html),
        "approves_followers": actor.manually_approves,
    }


def _post(post: Post) -> JsonDict:
    return {
        "kind": post.type,
        "id": post.uri,
        "page": post.url,
        "text": to_plain_text(post.content_html),
        "visibility": post.visibility,
        "language": post.language,
        "ai_disclosure": post.ai_disclosure,
        "training_use": post.content_usage,
    }
