"""Pictures and files of servers whose media the operator does not want: they are never shown or asked for."""

from __future__ import annotations

from dataclasses import replace

from fediverse_node.actors.model import Actor
from fediverse_node.kernel.urls import authority_of
from fediverse_node.moderation.model import Policy
from fediverse_node.moderation.policy import policy
from fediverse_node.posts.model import Post
from fediverse_node.storage.tx import Tx


def is_unwanted(tx: Tx, sender: Actor) -> bool:
    """Whether pictures that *sender* brings are not wanted."""
    return _is_unwanted(policy(tx), sender.domain, sender.uri)


def stripped(tx: Tx, post: Post, author: Actor) -> Post:
    """*post*, without its files and emoji where its author's server is one of those."""
    if not is_unwanted(tx, author):
        return post
    return replace(post, attachments=(), emojis=())


def stripped_actor(tx: Tx, actor: Actor) -> Actor:
    """*actor*, without its pictures where its server is one of those; suspended where that is shut out."""
    rules = policy(tx)
    if actor.suspended_at is None and rules.is_out(actor.domain, actor.uri):
        actor = replace(actor, suspended_at=tx.now)
    if not _is_unwanted(rules, actor.domain, actor.uri):
        return actor
    return replace(actor, icon=None, image=None, emojis=())


def _is_unwanted(rules: Policy, domain: str, uri: str) -> bool:
    if not rules.domains:
        return False
    found = (rules.about(domain), rules.about(authority_of(uri)))
    return any(each is not None and each.reject_media for each in found)
