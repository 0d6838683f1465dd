"""Emoji under posts, in the shape that Pleroma's clients know; Mastodon has no words for them."""

from __future__ import annotations

from fediverse_node.actors import queries as actors
from fediverse_node.federation.outbox import emoji_react
from fediverse_node.kernel.errors import NotFound
from fediverse_node.posts import custom_emojis, emoji_reactions
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Post
from fediverse_node.visibility.rule import may_see
from fediverse_node.web.client_api.entities_account import accounts
from fediverse_node.web.client_api.entities_reaction import entities, reacted
from fediverse_node.web.client_api.entities_status import one_status
from fediverse_node.web.client_api.view import Act, Answer, JsonDict, View, path_id

_MAX_EMOJI = 200


def listing(view: View) -> Answer:
    """Every emoji under a post, with the people who put it there."""
    post = posts.by_id(view.tx, path_id(view.path, "post"))
    if post is None or not may_see(view.tx, post, view.viewer):
        raise NotFound("There is no such post.")
    return Answer(body=_with_people(view, post))


async def put(act: Act) -> Answer:
    """Put an emoji under a post. The answer is the post."""
    post = await emoji_react.react(act.desk, act.person.actor, path_id(act.path, "post"), _emoji(act))
    return await act.look(lambda view: Answer(body=one_status(view, post.id)))


async def remove(act: Act) -> Answer:
    """Take an emoji back. The answer is the post."""
    post = await emoji_react.take_back(act.desk, act.person.actor, path_id(act.path, "post"), _emoji(act))
    return await act.look(lambda view: Answer(body=one_status(view, post.id)))


def own_emojis(view: View) -> Answer:
    """The emoji of this server, for the keyboard of an app."""
    addresses = view.house.addresses
    return Answer(
        body=[
            {
                "shortcode": each.code,
                "url": addresses.emoji_picture(each.digest, each.media_type),
                "static_url": addresses.emoji_picture(each.digest, each.media_type),
                "visible_in_picker": True,
                "category": None,
            }
            for each in custom_emojis.everything(view.tx)
        ]
    )


def _with_people(view: View, post: Post) -> list[JsonDict]:
    made = emoji_reactions.of_post(view.tx, post.id)
    people = actors.by_ids(view.tx, [each.actor_id for each in made])
    who = accounts(view, (person for person in people.values() if person.active))
    by_emoji: dict[str, list[JsonDict]] = {}
    for each in made:
        if each.actor_id in who:
            by_emoji.setdefault(each.emoji, []).append(who[each.actor_id])
    shown = entities(post, reacted(view, [post]), view.house.addresses)
    names = [emoji for emoji, _, _ in post.reactions]
    return [{**entity, "accounts": by_emoji.get(name, [])} for name, entity in zip(names, shown, strict=True)]


def _emoji(act: Act) -> str:
    return act.path["emoji"][:_MAX_EMOJI]
