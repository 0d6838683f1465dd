"""Who may read a post of ours over the wire: a remote actor, by its signature.

For itself an actor sees what `rule` says. A server's own actor (type `Application`, with which servers
fetch for all their people) sees a followers-only post when somebody at that very origin is an accepted
follower: that server was sent the post anyhow. It sees no direct post; those go to the named ones only.
"""

from __future__ import annotations

from fediverse_node.actors import queries as actors
from fediverse_node.actors.model import Actor
from fediverse_node.follows import queries as follows
from fediverse_node.kernel.urls import origin_of
from fediverse_node.posts.model import Post
from fediverse_node.storage.tx import Tx
from fediverse_node.visibility.rule import may_see, viewer_for


def may_read(tx: Tx, post: Post, reader: Actor) -> bool:
    """Whether *reader*, a remote actor that proved itself, may have *post*."""
    if may_see(tx, post, viewer_for(reader)):
        return True
    if reader.type != "Application" or post.visibility != "private":
        return False
    ids = follows.followers_at(tx, post.actor_id, origin_of(reader.uri))
    people = actors.by_ids(tx, ids).values()
    return any(person.active and may_see(tx, post, viewer_for(person)) for person in people)
