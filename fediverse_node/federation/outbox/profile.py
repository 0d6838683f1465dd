"""Changing a profile, and telling everybody who follows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from fediverse_node.actors import errands, pages, retired
from fediverse_node.actors import queries as actors
from fediverse_node.actors.addresses import Addresses
from fediverse_node.actors.model import Actor, Details
from fediverse_node.deliveries.model import StoredActivity
from fediverse_node.federation.builders import update
from fediverse_node.federation.delivery import audience, queue
from fediverse_node.federation.outbox import portraits
from fediverse_node.federation.outbox.compose import emojis_in
from fediverse_node.federation.outbox.desk import Desk
from fediverse_node.federation.outbox.seal import seal
from fediverse_node.kernel.errors import NotFound, NotValid, TooLarge
from fediverse_node.kernel.markup import render_plain
from fediverse_node.kernel.text import clean_line, clean_name, clean_text, find_hashtags, hashtag_key
from fediverse_node.kernel.urls import canonical_host
from fediverse_node.signatures.base import SigningKey
from fediverse_node.storage.tx import Tx
from fediverse_node.uploads.model import Role

MAX_SUMMARY = 5000
MAX_FIELDS = 16
MAX_FIELD = 255
MAX_DOMAINS = 256
MAX_ALIASES = 256
MAX_DESCRIPTION = 1500
_STILL_A_BOT: Final = "An account whose posts are written by AI alone is a bot. Say first that they are not."


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileChanges:
    """What should be different. None leaves a thing as it is.

    Attributes:
        summary: plain text, as typed.
        fields: (name, text) pairs; all of them.
        bot: whether a program posts here.
        autonomous: whether what is posted here is a model's, and nobody reads it first. Such an account is
            a bot, and each of its posts says so.
        attribution_domains: sites that may name them as an author; all of them.
        hide_collections: show how many follow and are followed, and not who.
        icon_description, image_description: what the pictures show.
        also_known_as: ids of other accounts of theirs; all of them. Without this one there, no server
            believes that such an account moved here.
        portraits: uploads that are its pictures from now on, or `portraits.NONE`.
    """

    name: str | None = None
    summary: str | None = None
    fields: tuple[tuple[str, str], ...] | None = None
    manually_approves: bool | None = None
    discoverable: bool | None = None
    indexable: bool | None = None
    bot: bool | None = None
    autonomous: bool | None = None
    attribution_domains: tuple[str, ...] | None = None
    hide_collections: bool | None = None
    icon_description: str | None = None
    image_description: str | None = None
    also_known_as: tuple[str, ...] | None = None
    portraits: Mapping[Role, int] = field(default_factory=dict)


async def change_profile(desk: Desk, actor: Actor, changes: ProfileChanges) -> Actor:
    """Change the profile of *actor*. Nothing is sent when nothing is different.

    Raises:
        TooLarge: a text is longer than it may be, or there are too many of something.
        NotValid: a domain is none.
        NotFound, Conflict: a picture is not there any more.
    """
    values, details = _values(changes, desk.addresses), _detail_values(changes)
    signing = await desk.keys.key_of(actor.id, "ed25519")

    def unit(tx: Tx) -> Actor:
        before = actors.by_id(tx, actor.id)
        if before is None or not before.local:
            raise NotFound("There is no such account here.")
        fields = values.get("fields", before.fields)
        wanted = {**values, **_emojis(tx, before, values, desk.addresses)}
        wanted["details"] = after_details = _details(before, details, fields)
        if after_details.autonomous and wanted.get("type") == "Person":
            raise NotValid(_STILL_A_BOT)
        different = {name: value for name, value in wanted.items() if getattr(before, name) != value}
        if changes.portraits:
            different |= portraits.worn(tx, before, changes.portraits, desk.addresses)
        if not different:
            return before
        if "details" in different:
            different["details"] = actors.details_value(different["details"])
        actors.change(tx, before.id, different)
        after = actors.by_id(tx, before.id)
        assert after is not None
        if "fields" in different and pages.own_pages(after.fields):
            errands.ask(tx, after.id, "links")
        tell_of_profile(tx, desk, after, signing)
        return after

    return await desk.db.write(unit)


def tell_of_profile(tx: Tx, desk: Desk, actor: Actor, signing: SigningKey) -> StoredActivity:
    """Put an Update with the profile of *actor*, as it is now, in the post to all who follow."""
    document = update.of_actor(
        actor,
        retired.shown_keys(tx, actor.id),
        id_=desk.addresses.activity(tx.new_id()),
        addresses=desk.addresses,
        now=tx.now,
        hashtags=find_hashtags(actor.summary_source or ""),
    )
    return queue.enqueue(
        tx,
        actor=actor,
        document=seal(document, signing, now=tx.now),
        inboxes=audience.of_followers(tx, actor),
        public=True,
    )


def _values(changes: ProfileChanges, addresses: Addresses) -> dict[str, Any]:
    values: dict[str, Any] = {
        "manually_approves": changes.manually_approves,
        "discoverable": changes.discoverable,
        "indexable": changes.indexable,
        "name": None if changes.name is None else clean_name(changes.name),
        "type": _type(changes),
    }
    if changes.summary is not None:
        source = clean_text(changes.summary).strip()
        if len(source) > MAX_SUMMARY:
            raise TooLarge(f"The profile text is longer than {MAX_SUMMARY} characters.")
        values |= {"summary_source": source, "summary_html": _html(source, addresses)}
    if changes.fields is not None:
        if len(changes.fields) > MAX_FIELDS:
            raise TooLarge(f"A profile has at most {MAX_FIELDS} fields.")
        values["fields"] = tuple(
            _field(name, text, addresses) for name, text in changes.fields if name.strip()
        )
    if changes.also_known_as is not None:
        if len(changes.also_known_as) > MAX_ALIASES:
            raise TooLarge(f"An account has at most {MAX_ALIASES} other names.")
        values["also_known_as"] = changes.also_known_as
    return {name: value for name, value in values.items() if value is not None}


def _type(changes: ProfileChanges) -> str | None:
    """`Service` is what other servers show as automated."""
    if changes.autonomous:
        if changes.bot is False:
            raise NotValid(_STILL_A_BOT)
        return "Service"
    return None if changes.bot is None else ("Service" if changes.bot else "Person")


def _emojis(tx: Tx, before: Actor, values: dict[str, Any], addresses: Addresses) -> dict[str, Any]:
    """The emoji of this server that the profile uses, where one of its texts is new."""
    if values.keys().isdisjoint({"name", "summary_source", "fields"}):
        return {}
    fields = values.get("fields", before.fields)
    said = [values.get(name, getattr(before, name)) for name in ("name", "summary_source")]
    return {"emojis": emojis_in(tx, addresses, *said, *(text for field in fields for text in field))}


def _detail_values(changes: ProfileChanges) -> dict[str, Any]:
    values: dict[str, Any] = {"hide_collections": changes.hide_collections, "autonomous": changes.autonomous}
    for name in ("icon_description", "image_description"):
        text = getattr(changes, name)
        if text is not None and len(text) > MAX_DESCRIPTION:
            raise TooLarge(f"The description of a picture is longer than {MAX_DESCRIPTION} characters.")
        values[name] = None if text is None else clean_text(text).strip()
    if changes.attribution_domains is not None:
        if len(changes.attribution_domains) > MAX_DOMAINS:
            raise TooLarge(f"At most {MAX_DOMAINS} sites may name an author.")
        values["attribution_domains"] = tuple(dict.fromkeys(map(_domain, changes.attribution_domains)))
    return {name: value for name, value in values.items() if value is not None}


def _details(before: Actor, changes: dict[str, Any], fields: tuple[tuple[str, str], ...]) -> Details:
    """What was verified stays so for as long as the page is named."""
    own = pages.own_pages(fields)
    kept = tuple(pair for pair in before.details.verified if pair[0] in own)
    return replace(before.details, **changes, verified=kept)


def _domain(text: str) -> str:
    """A site, as people write it: with or without `https://`.

    Raises:
        NotValid: it is no host name.
    """
    name = text.strip().removeprefix("https://").removeprefix("http://").removeprefix("*.").rstrip("/")
    wrong = NotValid(f"“{name[:100]}” is not the name of a site, such as example.org.")
    if any(character in name for character in "/?#@:"):
        raise wrong
    try:
        return canonical_host(name)
    except NotValid as error:
        raise wrong from error


def _field(name: str, text: str, addresses: Addresses) -> tuple[str, str]:
    if len(name) > MAX_FIELD or len(text) > MAX_FIELD:
        raise TooLarge(f"A profile field is longer than {MAX_FIELD} characters.")
    value = _html(clean_line(text), addresses)
    return clean_line(name), pages.claim(value).removeprefix("<p>").removesuffix("</p>")


def _html(text: str, addresses: Addresses) -> str:
    return render_plain(text, mentions={}, hashtag_url=lambda name: addresses.tag(hashtag_key(name))).html
