"""Mastodon's Account and its relatives, from actors of ours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from fediverse_node.actors import pages
from fediverse_node.actors import queries as actor_rows
from fediverse_node.actors.addresses import Addresses
from fediverse_node.actors.model import Actor, Picture
from fediverse_node.follows import queries as follows
from fediverse_node.follows.model import Follow
from fediverse_node.kernel.clock import parse_rfc3339, to_rfc3339_millis
from fediverse_node.kernel.html import to_plain_text
from fediverse_node.media.model import EMOJI, owner_of_actor
from fediverse_node.moderation import ai_filters
from fediverse_node.moderation import queries as moderation
from fediverse_node.moderation.model import Policy, Stance
from fediverse_node.moderation.policy import policy
from fediverse_node.reading import queries as reading
from fediverse_node.web.client_api import pictures
from fediverse_node.web.client_api.auth import Caller
from fediverse_node.web.client_api.roles import role_entity
from fediverse_node.web.client_api.view import House, JsonDict, View
from fediverse_node.web.figures import AccountFigures

_BOTS = frozenset({"Application", "Service"})


def accounts(view: View, actors: Iterable[Actor], *, fresh: bool = False) -> dict[int, JsonDict]:
    """Account entities by actor id; with *fresh* their followers and posts are counted now.

    They are shared by everybody who asks: put something into a copy.
    """
    found = {actor.id: actor for actor in actors}
    figures = view.house.figures.of(view.tx, found, fresh=fresh)
    made = {id_: _kept(view.house, actor, figures[id_]) for id_, actor in found.items()}
    rules = policy(view.tx)
    if rules.quiets_some:
        limited = [id_ for id_, actor in found.items() if _limited(rules, actor)]
        made |= {id_: {**made[id_], "limited": True} for id_ in limited}
    moved = [actor for actor in found.values() if actor.moved_to is not None]
    if moved:
        _name_new_homes(view, moved, made)
    return made


def _kept(house: House, actor: Actor, figures: AccountFigures) -> JsonDict:
    """The Account as it was made before, while nothing it is made from has changed."""
    entry = house.people.get(actor.id)
    if entry is not None and entry[1] is figures and (entry[0] is actor or entry[0] == actor):
        known: JsonDict = entry[2]
        return known
    made = account(actor, figures, house.addresses)
    house.people.put(actor.id, (actor, figures, made))
    return made


def _limited(rules: Policy, actor: Actor) -> bool:
    """Whether they or their server were silenced: shown in full only to those who follow or look for them."""
    return rules.quiets(actor)


def one_account(view: View, actor: Actor) -> JsonDict:
    """One Account, its figures counted now."""
    return accounts(view, [actor], fresh=True)[actor.id]


def account(actor: Actor, figures: AccountFigures, addresses: Addresses) -> JsonDict:
    """Account, as Mastodon 4.5 has it."""
    avatar = avatar_of(actor, addresses)
    header = _picture(actor, actor.image, addresses, otherwise="header")
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
        "avatar_static": _still(actor.icon) or avatar,
        "avatar_description": actor.details.icon_description,
        "header": header,
        "header_static": _still(actor.image) or header,
        "header_description": actor.details.image_description,
        "followers_count": figures.followers,
        "following_count": figures.following,
        "statuses_count": figures.posts,
        "last_status_at": figures.last_post_at.date().isoformat() if figures.last_post_at else None,
        "hide_collections": actor.details.hide_collections,
        "emojis": emojis(actor.emojis, addresses),
        "fields": _fields(actor),
        "roles": [],
        "moved": None,
        "suspended": False,
        "limited": False,
        "memorial": None,
    }


def avatar_of(actor: Actor, addresses: Addresses) -> str:
    """The address of somebody's picture, or of the stand-in for one."""
    return _picture(actor, actor.icon, addresses, otherwise="avatar")


def _picture(actor: Actor, picture: Picture | None, addresses: Addresses, *, otherwise: str) -> str:
    if picture is None:
        return pictures.address(addresses, otherwise)
    return addresses.copy_of(picture.url, owner_of_actor(actor.id))


def _still(picture: Picture | None) -> str | None:
    """Of a picture of ours that moves, one that does not."""
    return picture.still if picture is not None else None


def _name_new_homes(view: View, moved: Iterable[Actor], made: dict[int, JsonDict]) -> None:
    """Say where people went, as far as the new account is known here."""
    uris = {actor.id: actor.moved_to for actor in moved if actor.moved_to is not None}
    homes = {uri: home for uri, home in actor_rows.by_uris(view.tx, uris.values()).items() if home.active}
    figures, rules = view.house.figures.of(view.tx, [home.id for home in homes.values()]), policy(view.tx)
    for id_, uri in uris.items():
        if (home := homes.get(uri)) is not None:
            there = account(home, figures[home.id], view.house.addresses)
            made[id_] = {**made[id_], "moved": {**there, "limited": _limited(rules, home)}}


def _fields(actor: Actor) -> list[JsonDict]:
    verified = dict(actor.details.verified)
    return [
        {"name": name, "value": value, "verified_at": _verified_at(value, verified)}
        for name, value in actor.fields
    ]


def _verified_at(value: str, verified: Mapping[str, str]) -> str | None:
    """When the page that a field names was seen to link back; never said of profiles elsewhere."""
    if not verified:
        return None
    said = next((verified[page] for page in pages.own_pages([("", value)]) if page in verified), None)
    moment = parse_rfc3339(said) if said is not None else None
    return to_rfc3339_millis(moment) if moment is not None else None


def credential_account(view: View, caller: Caller) -> JsonDict:
    """CredentialAccount: their own Account, with what only they may know."""
    actor, owner = caller.actor, caller.account
    asked = follows.count_requests(view.tx, actor.id)
    source = {
        "privacy": owner.visibility,
        "sensitive": False,
        "language": owner.language,
        "note": actor.summary_source or to_plain_text(actor.summary_html),
        "fields": [{**each, "value": to_plain_text(each["value"])} for each in _fields(actor)],
        "follow_requests_count": asked,
        "discoverable": actor.discoverable,
        "indexable": actor.indexable,
        "hide_collections": actor.details.hide_collections,
        "attribution_domains": list(actor.details.attribution_domains),
        "quote_policy": "nobody",
    }
    role = role_entity(owner.role)
    extension = {
        "ai_filter": ai_filters.of_person(view.tx, actor.id),
        "ai_autonomous": actor.details.autonomous,
        "licence": owner.licence,
        "training_never_ask": owner.never_ask,
        "training_credit": owner.credit,
    }
    return {**one_account(view, actor), "source": source, "role": role, "fediverse_node": extension}


def relationships(view: View, actor_ids: list[int]) -> list[JsonDict]:
    """Relationship of the caller with each of *actor_ids*, with a fixed number of statements."""
    me = view.person.actor.id
    outgoing = follows.outgoing(view.tx, me, actor_ids)
    incoming = follows.incoming(view.tx, me, actor_ids)
    stance = moderation.stance(view.tx, me, actor_ids)
    notes = reading.notes_of(view.tx, me, actor_ids)
    people = actor_rows.by_ids(view.tx, actor_ids) if stance.domains else {}
    shunned = {id_ for id_, each in people.items() if not each.local and stance.shuns(each.domain)}
    return [
        {
            **_relationship(id_, outgoing, incoming),
            **_distance(id_, stance),
            "domain_blocking": id_ in shunned,
            "note": notes.get(id_, ""),
        }
        for id_ in actor_ids
    ]


def acct(actor: Actor) -> str:
    """The handle as Mastodon's API writes it: without a host for people here."""
    return actor.username if actor.local else f"{actor.username}@{actor.domain}"


def emojis(pairs: Iterable[tuple[str, str]], addresses: Addresses) -> list[JsonDict]:
    """CustomEmoji entities."""
    offered = [(shortcode, addresses.copy_of(url, EMOJI)) for shortcode, url in pairs]
    return [
        {
            "shortcode": shortcode.strip(":"),
            "url": url,
            "static_url": url,
            "visible_in_picker": False,
            "category": None,
        }
        for shortcode, url in offered
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
        "requested": out == "pending",
        "requested_by": back == "pending",
        "endorsed": False,
    }


def _distance(id_: int, stance: Stance) -> JsonDict:
    mute = stance.muting.get(id_)
    return {
        "blocking": id_ in stance.blocking,
        "blocked_by": id_ in stance.blocked_by,
        "muting": mute is not None,
        "muting_notifications": mute is not None and mute.notifications,
        "muting_expires_at": to_rfc3339_millis(mute.expires_at) if mute and mute.expires_at else None,
    }


def _day(moment: datetime) -> str:
    return to_rfc3339_millis(moment.replace(hour=0, minute=0, second=0, microsecond=0))
