"""Operations on one's own profile: what it says, who may follow, what is pinned, where it moved."""

from __future__ import annotations

from fediverse_node.accounts import queries as accounts
from fediverse_node.actors import queries as actors
from fediverse_node.actors.model import Actor
from fediverse_node.federation.outbox import depart, pin
from fediverse_node.federation.outbox import follow as following
from fediverse_node.federation.outbox import move as moving
from fediverse_node.federation.outbox.profile import ProfileChanges, change_profile
from fediverse_node.follows import queries as follows
from fediverse_node.joining import queries as joining
from fediverse_node.kernel.clock import to_rfc3339
from fediverse_node.kernel.errors import NotFound, NotValid
from fediverse_node.kernel.html import to_plain_text
from fediverse_node.kernel.text import parse_handle
from fediverse_node.moderation import ai_filters
from fediverse_node.node import Node
from fediverse_node.posts.model import Post
from fediverse_node.storage.paging import Page
from fediverse_node.storage.tx import Tx
from fediverse_node.web.control.accounts import account_named
from fediverse_node.web.control.desks import desk_of, post_meant
from fediverse_node.web.control.operation import JsonDict, Progress
from fediverse_node.web.control.pictures import portraits_in

_MOST = 200


async def change(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{name, display_name?, about?, fields?, …}` → the profile. What is absent or null stays as it is."""
    del progress
    account, actor = await node.db.read(lambda tx: account_named(tx, arguments["name"]))
    fields, sites = arguments.get("fields"), arguments.get("attribution_domains")
    changes = ProfileChanges(
        name=arguments.get("display_name"),
        summary=arguments.get("about"),
        fields=None if fields is None else tuple((name, value) for name, value in fields),
        manually_approves=arguments.get("approve_followers"),
        discoverable=arguments.get("discoverable"),
        indexable=arguments.get("indexable"),
        hide_collections=arguments.get("hide_collections"),
        bot=arguments.get("bot"),
        autonomous=arguments.get("autonomous"),
        attribution_domains=None if sites is None else tuple(sites),
        icon_description=arguments.get("avatar_alt"),
        image_description=arguments.get("header_alt"),
        portraits=await portraits_in(node, account.id, arguments),
    )
    changed = await change_profile(desk_of(node), actor, changes)
    hides = arguments.get("hide_ai")
    if hides is not None:
        wanted = ai_filters.filter_named(hides)
        await node.db.write(lambda tx: ai_filters.choose(tx, changed.id, wanted))
    shown = await node.db.read(lambda tx: ai_filters.of_person(tx, changed.id))
    return {**_profile(changed), "hide_ai": shown}


async def requests(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{name}` → `{requests: [{handle, uri, since}]}`: who waits for an answer, oldest first."""
    del progress

    def look(tx: Tx) -> JsonDict:
        _, actor = account_named(tx, arguments["name"])
        asked = follows.requests_page(tx, actor.id, Page(limit=_MOST))
        people = actors.by_ids(tx, [each.follower_id for each in asked])
        rows = [(people[each.follower_id], each) for each in reversed(asked)]
        return {
            "requests": [
                {"handle": person.handle, "uri": person.uri, "since": to_rfc3339(each.created_at)}
                for person, each in rows
            ]
        }

    return await node.db.read(look)


async def accept(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{name, handle}` → `{handle}`: let somebody follow."""
    del progress
    actor, follower = await _pair(node, arguments)
    await following.accept(desk_of(node), actor, follower.id)
    return {"handle": follower.handle}


async def reject(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{name, handle}` → `{handle}`: do not let somebody follow, or no longer."""
    del progress
    actor, follower = await _pair(node, arguments)
    await following.reject(desk_of(node), actor, follower.id)
    return {"handle": follower.handle}


async def pin_post(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{name, post}` → `{uri}`."""
    del progress
    actor, post = await _own(node, arguments)
    return {"uri": (await pin.pin(desk_of(node), actor, post.id)).uri}


async def unpin_post(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{name, post}` → `{uri}`."""
    del progress
    actor, post = await _own(node, arguments)
    return {"uri": (await pin.unpin(desk_of(node), actor, post.id)).uri}


async def alias(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{name, add?, remove?}` → `{uri, aliases}`: other accounts of the same person."""
    del progress
    actor = await _actor(node, arguments)
    if arguments.get("add"):
        actor = await moving.add_alias(desk_of(node), actor, arguments["add"])
    elif arguments.get("remove"):
        actor = await moving.remove_alias(desk_of(node), actor, arguments["remove"])
    return {"uri": actor.uri, "aliases": list(actor.also_known_as)}


async def move(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{name, target, confirm}` → `{handle, moved_to}`; *confirm* is the name once more."""
    actor = await _actor(node, arguments)
    _require_confirmed(actor, arguments)
    progress(f"Asking {arguments['target']} whether it knows {actor.handle} …")
    moved = await moving.move(desk_of(node), actor, arguments["target"])
    return {"handle": moved.handle, "moved_to": moved.moved_to}


async def cancel_move(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{name}` → `{handle}`: the account lives here again."""
    del progress
    back = await moving.cancel_move(desk_of(node), await _actor(node, arguments))
    return {"handle": back.handle}


async def delete(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{name, confirm}` → `{handle, servers}`: the account ends, for good."""
    del progress
    actor = await _actor(node, arguments)
    _require_confirmed(actor, arguments)
    servers = await depart.depart(desk_of(node), actor)
    # Where they were reached by e-mail is known no longer, either.
    await node.db.write(lambda tx: _forget(tx, actor))
    return {"handle": actor.handle, "servers": servers}


def _forget(tx: Tx, actor: Actor) -> None:
    account = accounts.by_actor(tx, actor.id)
    if account is not None:
        joining.forget(tx, account.id)


async def _actor(node: Node, arguments: JsonDict) -> Actor:
    _, actor = await node.db.read(lambda tx: account_named(tx, arguments["name"]))
    return actor


async def _own(node: Node, arguments: JsonDict) -> tuple[Actor, Post]:
    def find(tx: Tx) -> tuple[Actor, Post]:
        return account_named(tx, arguments["name"])[1], post_meant(tx, arguments["post"])

    return await node.db.read(find)


async def _pair(node: Node, arguments: JsonDict) -> tuple[Actor, Actor]:
    """Whose followers, and the follower that is meant."""
    text = arguments["handle"]

    def find(tx: Tx) -> tuple[Actor, Actor]:
        _, actor = account_named(tx, arguments["name"])
        handle = parse_handle(text)
        found = actors.by_uri(tx, text)
        if found is None and handle is not None:
            found = actors.by_handle(tx, handle.name, handle.host or actor.domain)
        if found is None:
            raise NotFound(f"{text} is not known here. `requests {actor.username}` shows who asked.")
        return actor, found

    return await node.db.read(find)


def _require_confirmed(actor: Actor, arguments: JsonDict) -> None:
    if (arguments.get("confirm") or "").removeprefix("@").lower() != actor.username.lower():
        raise NotValid("Nothing was done: the name that was typed is another one.")


def _profile(actor: Actor) -> JsonDict:
    verified = dict(actor.details.verified)
    return {
        "handle": actor.handle,
        "display_name": actor.name,
        "about": actor.summary_source or to_plain_text(actor.summary_html),
        "fields": [[name, to_plain_text(value)] for name, value in actor.fields],
        "verified": verified,
        "approve_followers": actor.manually_approves,
        "discoverable": actor.discoverable,
        "indexable": actor.indexable,
        "hide_collections": actor.details.hide_collections,
        "bot": actor.type == "Service",
        "by_ai_alone": actor.details.autonomous,
        "attribution_domains": list(actor.details.attribution_domains),
        "avatar": actor.icon.url if actor.icon is not None else None,
        "avatar_alt": actor.details.icon_description,
        "header": actor.image.url if actor.image is not None else None,
        "header_alt": actor.details.image_description,
        "aliases": list(actor.also_known_as),
        "moved_to": actor.moved_to,
    }
