"""Storing a post because somebody points to it: a boost, a search. Nobody is told of it."""

from __future__ import annotations

from fediverse_node.federation.discovery.objects import FoundPost, stored_author
from fediverse_node.federation.discovery.shaping import shape
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Post
from fediverse_node.storage.tx import Tx


def store(tx: Tx, found: FoundPost) -> Post | None:
    """The post as a row, with its author, made now if it was not here.

    None when it was deleted, or when its author is suspended here or gone.
    """
    author = stored_author(tx, found)
    if not author.active:
        return None
    shaped = shape(found.doc, author, id_=tx.new_id(), now=tx.now)
    stored = posts.add(tx, shaped.post, mentioned=shaped.mentioned, tagged=shaped.tagged)
    return stored or posts.by_uri(tx, found.uri)
