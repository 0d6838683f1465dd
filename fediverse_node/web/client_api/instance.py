"""What this server is, for apps: both shapes of Instance, and the lists that are truly empty."""

from __future__ import annotations

import html
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import get_args

import msgspec
from aiohttp import web

from fediverse_node import __version__
from fediverse_node.actors import queries as actors
from fediverse_node.actors.addresses import Addresses
from fediverse_node.config.sections import Config, Registration
from fediverse_node.federation.outbox import polling
from fediverse_node.federation.outbox.compose import ContentType
from fediverse_node.federation.outbox.profile import MAX_FIELD, MAX_FIELDS, MAX_SUMMARY
from fediverse_node.kernel.errors import NotFound
from fediverse_node.kernel.text import MAX_NAME, URL_LENGTH
from fediverse_node.peers import queries as peers
from fediverse_node.posts import figures
from fediverse_node.posts import queries as posts
from fediverse_node.posts.pins import MAX_PINS
from fediverse_node.push import keys as push_keys
from fediverse_node.storage.tx import Tx
from fediverse_node.uploads.model import MAX_PICTURES
from fediverse_node.web.caching import Document, headers, respond
from fediverse_node.web.client_api import house_words, media_entities, pictures, translate
from fediverse_node.web.client_api.entities_account import accounts
from fediverse_node.web.client_api.paging import MAX_ACCOUNTS
from fediverse_node.web.client_api.view import Answer, JsonDict, View, path_id
from fediverse_node.web.keys import ADDRESSES, DOCUMENTS, NODE

#: Apps parse it: Ice Cubes reads the first three characters as a number, others a semantic version.
VERSION = f"4.5.0 (compatible; fediverse-node {__version__})"
#: Mastodon's API versions say what an app may call: 2 adds grouped notifications, 7 quotes.
API_VERSION = 7
#: Counting costs, and the figures need not be of this second.
KEEP_SECONDS = 600.0
_HEADERS = headers(vary="Accept-Encoding", cache="public, max-age=180")


async def instance_v2(request: web.Request) -> web.Response:
    """Instance."""
    return await _kept(request, "api v2 instance", _v2)


async def instance_v1(request: web.Request) -> web.Response:
    """V1::Instance."""
    return await _kept(request, "api v1 instance", _v1)


async def health(request: web.Request) -> web.Response:
    """OK, once the database answered."""
    await request.app[NODE].db.read(lambda _: None)
    return web.Response(text="OK", headers={"Cache-Control": "no-store"})


def nothing(view: View) -> Answer:
    """A list of which nothing exists here."""
    del view
    return Answer(body=[])


def nothing_of(view: View) -> Answer:
    """Something of an account, of which nothing exists here.

    Raises:
        NotFound: there is no such account.
    """
    actor = actors.by_id(view.tx, path_id(view.path, "account"))
    if actor is None or not actor.active:
        raise NotFound("There is no such account.")
    return Answer(body=[])


def extended_description(view: View) -> Answer:
    """What the operator says of this server. When they wrote it is not known."""
    text = html.escape(view.house.config.instance.description)
    return Answer(body={"updated_at": None, "content": f"<p>{text}</p>" if text else ""})


def directory(view: View) -> Answer:
    """People of this server who want to be found, the newest first. Those of others are not listed."""
    limit = view.fields.number("limit", default=40, most=MAX_ACCOUNTS)
    if (view.fields.text("offset") or "0") != "0":
        return Answer(body=[])
    found = actors.newest_local(view.tx, limit)
    entities = accounts(view, found)
    return Answer(body=[entities[actor.id] for actor in found])


def preferences(view: View) -> Answer:
    """A person's defaults."""
    account = view.person.account
    return Answer(
        body={
            "posting:default:visibility": account.visibility,
            "posting:default:sensitive": False,
            "posting:default:language": account.language,
            "reading:expand:media": "default",
            "reading:expand:spoilers": False,
        }
    )


async def _kept(request: web.Request, key: str, shape: Callable[[_Facts], JsonDict]) -> web.Response:
    node, addresses = request.app[NODE], request.app[ADDRESSES]

    async def make() -> Document:
        facts = await node.db.read(lambda tx: _facts(tx, node.config, addresses))
        return Document(
            body=msgspec.json.encode(shape(facts)), content_type="application/json", headers=_HEADERS
        )

    return respond(request, await request.app[DOCUMENTS].get(key, make, keep_seconds=KEEP_SECONDS))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Facts:
    """What both shapes are made from."""

    config: Config
    addresses: Addresses
    people: int
    active: int
    posts: int
    servers: int
    push_key: str

    @property
    def thumbnail(self) -> str:
        return pictures.address(self.addresses, "thumbnail")


def _facts(tx: Tx, config: Config, addresses: Addresses) -> _Facts:
    return _Facts(
        config=config,
        addresses=addresses,
        people=actors.count_local(tx),
        active=figures.active_authors(tx, tx.now - timedelta(days=30)),
        posts=posts.count_local(tx),
        servers=peers.count(tx),
        push_key=push_keys.public(tx),
    )


def _v2(facts: _Facts) -> JsonDict:
    instance = facts.config.instance
    return {
        "domain": facts.config.domain,
        "title": instance.name,
        "version": VERSION,
        # Where this server says what it runs, and where its source is.
        "source_url": facts.addresses.profile(facts.addresses.domain),
        "description": instance.description,
        "usage": {"users": {"active_month": facts.active}},
        "thumbnail": {"url": facts.thumbnail, "blurhash": None, "description": None, "versions": None},
        "icon": [],
        "languages": instance.languages,
        "configuration": _configuration(facts),
        "registrations": _registrations(facts.config.registration),
        "api_versions": {"mastodon": API_VERSION},
        "contact": {"email": instance.contact, "account": None},
        "rules": house_words.rule_entities(instance),
        "wrapstodon": None,
    }


def _v1(facts: _Facts) -> JsonDict:
    instance = facts.config.instance
    limits = _configuration(facts)
    return {
        "uri": facts.config.domain,
        "title": instance.name,
        "short_description": instance.description,
        "description": instance.description,
        "email": instance.contact,
        "version": VERSION,
        "urls": {"streaming_api": _streams(facts)},
        "stats": {
            "user_count": facts.people,
            "status_count": facts.posts,
            "domain_count": facts.servers,
        },
        "thumbnail": facts.thumbnail,
        "languages": instance.languages,
        "registrations": facts.config.registration.mode != "closed",
        "approval_required": facts.config.registration.mode == "approval",
        "invites_enabled": facts.config.registration.people_invite,
        "configuration": {
            name: limits[name] for name in ("accounts", "statuses", "media_attachments", "polls")
        },
        "contact_account": None,
        "rules": house_words.rule_entities(instance),
        # Older apps look here for the longest post.
        "max_toot_chars": facts.config.limits.post_characters,
    }


def _registrations(rules: Registration) -> JsonDict:
    message = rules.message if rules.mode == "closed" else ""
    return {
        "enabled": rules.mode != "closed",
        "approval_required": rules.mode == "approval",
        "reason_required": rules.mode == "approval",
        "message": f"<p>{html.escape(message)}</p>" if message else None,
        "min_age": None,
        # Apps that are given an address open it instead of asking themselves.
        "url": None,
    }


def _streams(facts: _Facts) -> str:
    """Where streams are: apps put the path behind it themselves."""
    return f"ws{facts.addresses.origin.removeprefix('http')}"


def _configuration(facts: _Facts) -> JsonDict:
    """Limits. Where something is not offered, its limit is nought."""
    return {
        "urls": {
            "streaming": _streams(facts),
            "status": None,
            "about": facts.addresses.profile(facts.addresses.domain),
            "privacy_policy": None,
            "terms_of_service": None,
        },
        "vapid": {"public_key": facts.push_key},
        "accounts": {
            "max_featured_tags": 0,
            "max_pinned_statuses": MAX_PINS,
            "max_display_name_length": MAX_NAME,
            "max_note_length": MAX_SUMMARY,
            "max_profile_fields": MAX_FIELDS,
            "profile_field_name_limit": MAX_FIELD,
            "profile_field_value_limit": MAX_FIELD,
        },
        "statuses": {
            "max_characters": facts.config.limits.post_characters,
            "max_media_attachments": MAX_PICTURES if facts.config.media.account_megabytes else 0,
            "characters_reserved_per_url": URL_LENGTH,
            "supported_mime_types": list(get_args(ContentType)),
        },
        "media_attachments": media_entities.limits(facts.config.media),
        "polls": {
            "max_options": polling.MAX_OPTIONS,
            "max_characters_per_option": polling.MAX_OPTION,
            "min_expiration": polling.MIN_SECONDS,
            "max_expiration": polling.MAX_SECONDS,
        },
        "translation": {"enabled": translate.is_offered(facts.config.assist)},
        "timelines_access": None,
        "limited_federation": None,
    }
