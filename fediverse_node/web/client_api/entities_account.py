"""Mastodon's Account and its relatives, from actors of ours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from fediverse_node.actors.addresses import Addresses
from fediverse_node.actors.model import Actor
from fediverse_node.follows import queries as follows
from fediverse_node.follows.model import Follow
from fediverse_node.kernel.clock import to_rfc3339_millis
from fediverse_node.kernel.html import to_plain_text
from fediverse_node.web.client_api import pictures
from fediverse_node.web.client_api.auth import Caller
from fediverse_node.web.client_api.view import JsonDict, View
from fediverse_node.web.figures import AccountFigures

_BOTS = frozenset({"Application", "Service"})


def accounts(view: View, actors: Iterable[Actor], *, fresh: bool = False) -> dict[int, JsonDict]:
    """Account entities by actor id; with *fresh* their followers and posts are counted now."""
    found = {actor.id: actor for actor in actors}
    figures = view.house.figures.of(view.tx, found, fresh=fresh)
    return {id_: account(actor, figures[id_], view.house.addresses) for id_, actor in found.items()}


def one_account(view: View, actor: Actor) -> JsonDict:
    """One Account, its figures counted now."""
    return accounts(view, [actor], fresh=True)[actor.id]


def account(actor: Actor, figures: AccountFigures, addresses: Addresses) -> JsonDict:
    """Account, as Mastodon 4.5 has it."""
    avatar = actor.icon.url if actor.icon else pictures.address(addresses, "avatar")
    header = actor.image.url if actor.image else pictures.address(addresses, "header")
    return {
        "id": str(actor.id),
        "username": actor.username,
        "acct": acct(actor),
        "display_name": actor.name,
        "locked": actor.manually_approves,
        "bot": actor.type in _BOTS,
        "discoverable": actor.discoverable,
        "indexable": actor.indexable,
        "noindex": not actor.indexable,
        "group": actor.type == "Group",
        "created_at": _day(actor.published_at or actor.created_at),
        "note": actor.summary_html,
        "url": actor.url or actor.uri,
        "uri": actor.uri,
        "avatar": avatar,
        "avatar_static": avatar,
        "avatar_description": "",
        "header": header,
        "header_static": header,
        "header_description": "",
        "followers_count": figures.followers,
        "following_count": figures.following,
        "statuses_count": figures.posts,
        "last_status_at": figures.last_post_at.date().isoformat() if figures.last_post_at else None,
        "hide_collections": False,
        "emojis": emojis(actor.emojis),
        "fields": [{"name": name, "value": value, "verified_at": None} for name, value in actor.fields],
        "roles": [],
        "moved": None,
        "suspended": False,
        "limited": False,
        "memorial": None,
    }


def credential_account(view: View, caller: Caller) -> JsonDict:
    """CredentialAccount: their own Account, with what only they may know."""
    actor, owner = caller.actor, caller.account
    asked = follows.count_requests(view.tx, actor.id)
    source = {
        "privacy": owner.visibility,
        "sensitive": False,
        "language": owner.language,
        "note": actor.summary_source or to_plain_text(actor.summary_html),
        "fields": [
            {"name": name, "value": to_plain_text(value), "verified_at": None} for name, value in actor.fields
        ],
        "follow_requests_count": asked,
        "discoverable": actor.discoverable,
        "indexable": actor.indexable,
        "hide_collections": False,
        "attribution_domains": [],
        "quote_policy": "nobody",
    }
    role = {"id": "-99", "name": "", "color": "", "permissions": "0", "highlighted": False}
    return {**one_account(view, actor), "source": source, "role": role}


def relationships(view: View, actor_ids: list[int]) -> list[JsonDict]:
    """Relationship of the caller with each of *actor_ids*, in two statements."""
    me = view.person.actor.id
    outgoing = follows.outgoing(view.tx, me, actor_ids)
    incoming = follows.incoming(view.tx, me, actor_ids)
    return [_relationship(id_, outgoing, incoming) for id_ in actor_ids]


def acct(actor: Actor) -> str:
    """The handle as Mastodon's API writes it: without a host for people here."""
    return actor.username if actor.local else f"{actor.username}@{actor.domain}"


def emojis(pairs: Iterable[tuple[str, str]]) -> list[JsonDict]:
    """CustomEmoji entities."""
    return [
        {
            "shortcode": shortcode.strip(":"),
            "url": url,
            "static_url": url,
            "visible_in_picker": False,
            "category": None,
        }
        for shortcode, url in pairs
    ]


def _relationship(id_: int, outgoing: Mapping[int, Follow], incoming: Mapping[int, Follow]) -> JsonDict:
    out = outgoing[id_].state if id_ in outgoing else None
    back = incoming[id_].state if id_ in incoming else None
    return {
        "id": str(id_),
        "following": out == "accepted",
        "showing_reblogs": out == "accepted",
        "notifying": False,
        "languages": None,
        "followed_by": back == "accepted",
        "blocking": False,
        "blocked_by": False,
        "muting": False,
        "muting_notifications": False,
        "muting_expires_at": None,
        "requested": out == "pending",
        "requested_by": back == "pending",
        "domain_blocking": False,
        "endorsed": False,
        "note": "",
    }


def _day(moment: datetime) -> str:
    return to_rfc3339_millis(moment.replace(hour=0, minute=0, second=0, microsecond=0))
