"""Emoji under posts as parts of other entities: of statuses, of notifications."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from fediverse_node.actors.addresses import Addresses
from fediverse_node.media.model import EMOJI
from fediverse_node.notifications.model import Notification
from fediverse_node.posts import emoji_reactions
from fediverse_node.posts.model import Post
from fediverse_node.web.client_api.view import JsonDict, View

#: How apps that know reactions call a notification of one. To all others it is a favourite.
TOLD_AS = "pleroma:emoji_reaction"


def reacted(view: View, proper: Iterable[Post]) -> set[tuple[int, str]]:
    """(post, emoji) of what the viewer put under any of *proper*. No statement where none has any."""
    me, ids = view.viewer.actor_id, [post.id for post in proper if post.reactions]
    return emoji_reactions.mine(view.tx, me, ids) if me is not None and ids else set()


def entities(post: Post, mine: set[tuple[int, str]], addresses: Addresses) -> list[JsonDict]:
    """What stands under a post: name, count, whether it is the viewer's too, and a custom one's picture."""
    return [
        {
            "name": emoji.strip(":"),
            "count": count,
            "me": (post.id, emoji) in mine,
            "url": _picture(picture, addresses),
            "static_url": _picture(picture, addresses),
        }
        for emoji, picture, count in post.reactions
    ]


def told_as(view: View, pairs: Iterable[tuple[int, int]]) -> Mapping[tuple[int, int], JsonDict]:
    """Of (post, actor) pairs those who reacted with an emoji: what a notification says of it."""
    found: dict[tuple[int, int], JsonDict] = {}
    for post_id, actor_id in pairs:
        made = emoji_reactions.of_actor(view.tx, post_id, actor_id)
        if made:
            picture = _picture(made[-1].picture, view.house.addresses)
            found[post_id, actor_id] = {"emoji": made[-1].emoji.strip(":"), "emoji_url": picture}
    return found


def _picture(url: str | None, addresses: Addresses) -> str | None:
    return addresses.copy_of(url, EMOJI) if url is not None else None


def stored_types(asked: Collection[str]) -> list[str]:
    """The types to look for when an app asks for *asked*: a reaction is stored as a favourite."""
    return sorted({"favourite" if kind == TOLD_AS else kind for kind in asked})


def reworded(
    view: View, found: Sequence[Notification], entities_: list[JsonDict], asked: Collection[str]
) -> list[JsonDict]:
    """Notification entities with reactions called by their name, for an app that asked for that name."""
    if TOLD_AS not in asked:
        return entities_
    likes = [each for each in found if each.type == "favourite"]
    made = told_as(view, ((each.post_id, each.from_actor_id) for each in likes))
    by_id = {str(each.id): made.get((each.post_id, each.from_actor_id)) for each in likes}
    worded = []
    for entity in entities_:
        reaction = by_id.get(entity["id"])
        if reaction is not None:
            worded.append({**entity, "type": TOLD_AS, **reaction})
        elif entity["type"] in asked:
            worded.append(entity)
    return worded
