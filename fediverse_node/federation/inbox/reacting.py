"""Emoji under posts, from other servers (FEP-c0e0): in an EmojiReact, or in a Like that has content."""

from __future__ import annotations

from fediverse_node.activitystreams.documents import Activity
from fediverse_node.activitystreams.load import JsonDict
from fediverse_node.activitystreams.read import read_activity
from fediverse_node.actors.addresses import Addresses
from fediverse_node.actors.model import Actor
from fediverse_node.federation.discovery.stripping import is_unwanted
from fediverse_node.kernel.emoji import custom_code, one_emoji
from fediverse_node.kernel.errors import NotValid
from fediverse_node.notifications import queries as notifications
from fediverse_node.posts import custom_emojis, emoji_reactions, reactions
from fediverse_node.posts.model import Post, Reaction
from fediverse_node.storage.tx import Tx


def reaction_in(
    tx: Tx, activity: Activity, signer: Actor, post: Post, addresses: Addresses
) -> Reaction | None:
    """What *signer* puts under *post*; None when *activity* holds no emoji, and so is a plain like.

    It holds one emoji, or the code of one whose picture came along and is wanted; anything else could be
    a text.
    """
    if activity.content is None or activity.id is None:
        return None
    emoji, picture = one_emoji(activity.content), None
    if emoji is None:
        code = custom_code(activity.content)
        shown = next((each.url for each in activity.emojis if each.shortcode == code and each.url), None)
        if code is None or shown is None or is_unwanted(tx, signer):
            return None
        emoji, picture = f":{code}@{signer.domain}:", shown
        own = custom_emojis.by_code(tx, code) if shown.startswith(f"{addresses.origin}/") else None
        if own is not None:
            emoji, picture = f":{code}:", addresses.emoji_picture(own.digest, own.media_type)
    return Reaction(post_id=post.id, actor_id=signer.id, emoji=emoji, picture=picture, uri=activity.id)


def take_back_what(tx: Tx, inner: JsonDict, signer: Actor, post: Post, addresses: Addresses) -> bool:
    """Take the emoji back that the embedded *inner* describes, whatever its id. False when there is none."""
    try:
        activity = read_activity({"actor": signer.uri, "id": signer.uri, **inner})
    except NotValid:
        return False
    reaction = reaction_in(tx, activity, signer, post, addresses)
    return reaction is not None and take_back(tx, reaction, post)


def take_back(tx: Tx, reaction: Reaction, post: Post | None) -> bool:
    """Take an emoji back, and what was told of it. False when it was not there."""
    if not emoji_reactions.remove(tx, reaction):
        return False
    if post is not None:
        forget_told(tx, post, reaction.actor_id)
    return True


def forget_told(tx: Tx, post: Post, actor_id: int) -> None:
    """Take the notification back, once neither a like nor an emoji of this actor is left."""
    if reactions.favourite_uri(tx, post.id, actor_id) or emoji_reactions.of_actor(tx, post.id, actor_id):
        return
    notifications.remove(tx, post.actor_id, "favourite", from_actor_id=actor_id, post_id=post.id)
