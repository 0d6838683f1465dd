"""Whether a file of another server is still to be shown, asked each time somebody wants to see it."""

from __future__ import annotations

from dataclasses import dataclass

from fediverse_node.actors import queries as actors
from fediverse_node.actors.model import Actor
from fediverse_node.kernel.errors import NotFound, NotValid
from fediverse_node.kernel.urls import authority_of
from fediverse_node.media import queries
from fediverse_node.media.model import Copy, Wanted
from fediverse_node.moderation.model import Policy
from fediverse_node.moderation.policy import policy
from fediverse_node.posts import queries as posts
from fediverse_node.storage.tx import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """What may be shown.

    Attributes:
        copy: None when it has to be fetched first.
        open: whether anybody may see what it belongs to, so that caches on the way may keep it.
    """

    wanted: Wanted
    copy: Copy | None
    open: bool


def admit(tx: Tx, owner: str, url: str) -> Admission:
    """Look up whose file *url* is, and whether there is a copy.

    Raises:
        NotFound: it belongs to nothing that is still here, or the operator does not want it.
    """
    try:
        wanted = Wanted(owner=owner, url=url, host=authority_of(url))
    except NotValid as error:
        raise NotFound from error
    everybody = True
    actor_id = wanted.actor_id
    if wanted.post_id is not None:
        post = posts.by_id(tx, wanted.post_id)
        if post is None:
            raise NotFound
        actor_id, everybody = post.actor_id, post.visibility in {"public", "unlisted"}
    author = None
    if actor_id is not None:
        author = actors.by_id(tx, actor_id)
        if author is None or not author.active:
            raise NotFound
        wanted = Wanted(owner=owner, url=url, host=wanted.host, domain=author.domain)
    if is_unwanted(policy(tx), wanted.host, author):
        raise NotFound
    return Admission(wanted=wanted, copy=queries.find(tx, wanted.key), open=everybody)


def is_unwanted(rules: Policy, host: str, author: Actor | None = None) -> bool:
    """Whether the operator wants no files from a host, or of its people."""
    if not rules.domains:
        return False
    places = [host, *((author.domain, authority_of(author.uri)) if author is not None else ())]
    found = [rules.about(place) for place in places if place]
    return any(each is not None and (each.reject_media or each.severity == "suspend") for each in found)
