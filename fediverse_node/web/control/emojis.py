"""Operations on emoji: those of this server, and one under a post."""

from __future__ import annotations

import base64
import binascii

from fediverse_node.actors.addresses import Addresses
from fediverse_node.federation.outbox import emoji_react, react
from fediverse_node.kernel.errors import NotFound, NotValid
from fediverse_node.node import Node
from fediverse_node.posts import custom_emojis
from fediverse_node.posts.model import CustomEmoji
from fediverse_node.web.control.accounts import account_named
from fediverse_node.web.control.desks import desk_of, id_meant, post_meant
from fediverse_node.web.control.operation import JsonDict, Progress


async def add(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{code, picture}` (base64) → `{code, url}`. A code that is there gets the new picture."""
    del progress
    try:
        picture = base64.b64decode(arguments["picture"], validate=True)
    except binascii.Error as error:
        raise NotValid("The picture is not sent in base64.") from error
    made = await node.db.write(lambda tx: custom_emojis.save(tx, arguments["code"].strip(":"), picture))
    return _row(made, node)


async def listing(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{}` → `{emojis: [{code, url}, …]}`."""
    del arguments, progress
    found = await node.db.read(custom_emojis.everything)
    return {"emojis": [_row(each, node) for each in found]}


async def remove(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{code}` → `{code}`.

    Raises:
        NotFound: there is no such emoji.
    """
    del progress
    code = arguments["code"].strip(":")
    if not await node.db.write(lambda tx: custom_emojis.remove(tx, code)):
        raise NotFound("There is no such emoji.")
    return {"code": code}


async def like(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{name, post, emoji?, undo?}` → `{uri, reactions, favourites}`."""
    del progress
    _, actor = await node.db.read(lambda tx: account_named(tx, arguments["name"]))
    meant = await id_meant(node, arguments["post"])
    post = await node.db.read(lambda tx: post_meant(tx, meant))
    desk, emoji, undo = desk_of(node), arguments.get("emoji"), bool(arguments.get("undo"))
    if emoji:
        change = emoji_react.take_back if undo else emoji_react.react
        after = await change(desk, actor, post.id, emoji)
    else:
        after = await (react.unfavourite if undo else react.favourite)(desk, actor, post.id)
    return {
        "uri": after.uri,
        "favourites": after.favourites_count,
        "reactions": [{"emoji": name, "count": count} for name, _, count in after.reactions],
    }


def _row(found: CustomEmoji, node: Node) -> JsonDict:
    addresses = Addresses(node.config.origin)
    return {"code": found.code, "url": addresses.emoji_picture(found.digest, found.media_type)}
