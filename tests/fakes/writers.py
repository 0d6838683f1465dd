"""Actors and posts put straight into the rooms, for tests that are about what happens to posts later."""

from __future__ import annotations

import hashlib
from typing import Any

from fediverse_node.actors import queries as actors
from fediverse_node.actors.addresses import Addresses
from fediverse_node.actors.model import Actor
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Mention, Post
from fediverse_node.storage.tx import Tx

ALPHA = Addresses("https://alpha.example")


def an_actor(tx: Tx, username: str, *, addresses: Addresses = ALPHA, **changes: Any) -> Actor:
    """An actor without keys; *addresses* of another origin and `local=False` make it a remote one."""
    values: dict[str, Any] = {
        "id": tx.new_id(),
        "uri": addresses.actor(username),
        "local": True,
        "type": "Person",
        "username": username,
        "domain": addresses.domain,
        "inbox": addresses.inbox(username),
        "followers": addresses.followers(username),
        "created_at": tx.now,
        "updated_at": tx.now,
    }
    actor = Actor(**{**values, **changes})
    actors.add(tx, actor)
    return actor


def a_post(
    tx: Tx,
    author: Actor,
    text: str,
    *,
    addresses: Addresses = ALPHA,
    mentioned: tuple[Mention, ...] = (),
    **changes: Any,
) -> Post:
    """A post as the outbox would store it; *text* is HTML without its paragraph."""
    post_id = changes.pop("id", None) or tx.new_id()
    values: dict[str, Any] = {
        "id": post_id,
        "uri": addresses.post(author.username, post_id),
        "url": addresses.post_page(author.username, post_id),
        "actor_id": author.id,
        "local": author.local,
        "visibility": "public",
        "content_html": f"<p>{text}</p>" if text else "",
        "revision": revision_of(text),
        "language": "en",
        "ai_disclosure": "human-only" if author.local else None,
        "published_at": tx.now,
        "created_at": tx.now,
    }
    stored = posts.add(tx, Post(**{**values, **changes}), mentioned=mentioned)
    assert stored is not None
    return stored


def revision_of(text: str) -> str:
    """Any function of the text serves a test."""
    return hashlib.sha256(text.encode()).hexdigest()
