"""The readers, by one name: every document of a peer becomes a value here and nowhere else."""

from __future__ import annotations

from fediverse_node.activitystreams.documents import Visibility
from fediverse_node.activitystreams.read_activity import read_activity
from fediverse_node.activitystreams.read_actor import read_actor, read_key_document
from fediverse_node.activitystreams.read_collection import read_collection
from fediverse_node.activitystreams.read_discovery import (
    read_nodeinfo,
    read_nodeinfo_links,
    read_webfinger,
)
from fediverse_node.activitystreams.read_object import read_object
from fediverse_node.activitystreams.vocabulary import PUBLIC_ALIASES

__all__ = [
    "read_activity",
    "read_actor",
    "read_collection",
    "read_key_document",
    "read_nodeinfo",
    "read_nodeinfo_links",
    "read_object",
    "read_webfinger",
    "visibility_of",
]


def visibility_of(
    to: tuple[str, ...] | list[str], cc: tuple[str, ...] | list[str], followers_uri: str | None
) -> Visibility:
    """Who a post is meant for, by its addressing.

    Public in `to` is public, in `cc` unlisted; the author's followers anywhere is private
    (followers-only); everything else, also no addressing at all, is direct: when in doubt, fewer
    people see it.
    """
    if not PUBLIC_ALIASES.isdisjoint(to):
        return "public"
    if not PUBLIC_ALIASES.isdisjoint(cc):
        return "unlisted"
    if followers_uri and (followers_uri in to or followers_uri in cc):
        return "private"
    return "direct"
