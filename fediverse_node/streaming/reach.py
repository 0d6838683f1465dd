"""Whom a post reaches at this moment: on which channels, and of those who listen there, which people.

What stands in a timeline is what its stream says, and nothing else: homes and lists by their entries, what is
public by what the public timelines hold; then `visibility` for each listener.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from fediverse_node.lists import queries as lists
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Post
from fediverse_node.storage.tx import Tx
from fediverse_node.streaming.channels import Channel, Kind
from fediverse_node.streaming.model import Seats
from fediverse_node.timelines import home, listed
from fediverse_node.visibility import audience
from fediverse_node.visibility.rule import Viewer

Reached = dict[Channel, list[Viewer]]

_PUBLIC: Final[dict[bool, Kind]] = {True: "public:local", False: "public:remote"}
_PUBLIC_MEDIA: Final[dict[bool, Kind]] = {True: "public:local:media", False: "public:remote:media"}


def of_post(tx: Tx, post: Post, seats: Seats) -> Reached:
    """Who hears of a new or changed post, and where. Nobody is in it who may not see it, or wants not to."""
    at_home = {**_homes(tx, post, seats), **_lists(tx, post, seats)}
    in_public = {channel: seats[channel] for channel in _public(tx, post) if channel in seats}
    return {
        channel: viewers
        for channels, public in ((at_home, False), (in_public, True))
        for channel, viewers in _heard(tx, post, channels, public=public).items()
        if viewers
    }


def of_deletion(tx: Tx, post: Post, seats: Seats) -> Reached:
    """Who is told that a post is gone: whoever could have been told that it came. Only its id is said."""
    readers = home.readers_of(tx, post.id)
    reached = {
        channel: [each for each in viewers if each.actor_id in readers]
        for channel, viewers in seats.items()
        if channel.kind in {"user", "list"}
    }
    if post.visibility == "public":
        for channel, viewers in seats.items():
            if channel.kind.startswith(("public", "hashtag")):
                reached[channel] = [each for each in viewers if each.local or not post.local_only]
    return {channel: viewers for channel, viewers in reached.items() if viewers}


def _heard(tx: Tx, post: Post, channels: Seats, *, public: bool) -> Reached:
    """The channels with those only who may see the post and want to hear it; each person is asked once."""
    people = {viewer.actor_id: viewer for viewers in channels.values() for viewer in viewers}
    if not people:
        return {}
    seeing = audience.seeing(tx, post, people.values())
    hearing = {viewer.actor_id for viewer in audience.hearing(tx, post, seeing, in_public=public)}
    return {
        channel: [viewer for viewer in viewers if viewer.actor_id in hearing]
        for channel, viewers in channels.items()
    }


def _homes(tx: Tx, post: Post, seats: Seats) -> Seats:
    if not any(channel.kind == "user" for channel in seats):
        return {}
    found = {}
    for actor_id in home.readers_of(tx, post.id):
        viewers = seats.get(Channel("user", actor_id))
        if viewers and (not lists.has_exclusive(tx, actor_id) or listed.at_home(tx, actor_id, post.id)):
            found[Channel("user", actor_id)] = viewers
    return found


def _lists(tx: Tx, post: Post, seats: Seats) -> Seats:
    listening = {channel.about: channel for channel in seats if channel.kind == "list"}
    if not listening:
        return {}
    on = [each for each in lists.holding(tx, post.actor_id) if each.id in listening]
    return {listening[each.id]: seats[listening[each.id]] for each in on if listed.holds(tx, each, post.id)}


def _public(tx: Tx, post: Post) -> Iterator[Channel]:
    """The channels of everybody that a post is for: what `posts.lists.public` and `posts.tagged` choose."""
    if post.visibility != "public" or post.boost_of_id is not None:
        return
    if post.in_reply_to_uri is None:
        yield from _kinds(post)
    for tag in posts.hashtags_of(tx, [post.id]).get(post.id, []):
        yield Channel("hashtag", tag.tag)
        if post.local:
            yield Channel("hashtag:local", tag.tag)


def _kinds(post: Post) -> Iterable[Channel]:
    kinds: list[Kind] = ["public", _PUBLIC[post.local]]
    if post.attachments:
        kinds += ["public:media", _PUBLIC_MEDIA[post.local]]
    return map(Channel, kinds)
