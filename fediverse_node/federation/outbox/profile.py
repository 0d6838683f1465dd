"""Changing a profile, and telling everybody who follows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fediverse_node.actors import queries as actors
from fediverse_node.actors.addresses import Addresses
from fediverse_node.actors.model import Actor
from fediverse_node.federation.builders import update
from fediverse_node.federation.delivery import audience, queue
from fediverse_node.federation.outbox.desk import Desk
from fediverse_node.federation.outbox.seal import seal
from fediverse_node.kernel.errors import NotFound, TooLarge
from fediverse_node.kernel.markup import render_plain
from fediverse_node.kernel.text import clean_line, clean_name, clean_text, find_hashtags, hashtag_key
from fediverse_node.storage.tx import Tx

MAX_SUMMARY = 5000
MAX_FIELDS = 8
MAX_FIELD = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileChanges:
    """What should be different. None leaves a thing as it is.

    Attributes:
        summary: plain text, as typed.
        fields: (name, text) pairs; all of them.
        bot: whether a program posts here.
    """

    name: str | None = None
    summary: str | None = None
    fields: tuple[tuple[str, str], ...] | None = None
    manually_approves: bool | None = None
    discoverable: bool | None = None
    indexable: bool | None = None
    bot: bool | None = None


async def change_profile(desk: Desk, actor: Actor, changes: ProfileChanges) -> Actor:
    """Change the profile of *actor*. Nothing is sent when nothing is different.

    Raises:
        TooLarge: a text is longer than it may be, or there are too many fields.
    """
    values = _values(changes, desk.addresses)
    signing = await desk.keys.key_of(actor.id, "ed25519")

    def unit(tx: Tx) -> Actor:
        before = actors.by_id(tx, actor.id)
        if before is None or not before.local:
            raise NotFound("There is no such account here.")
        different = {name: value for name, value in values.items() if getattr(before, name) != value}
        if not different:
            return before
        actors.change(tx, before.id, different)
        after = actors.by_id(tx, before.id)
        assert after is not None
        document = update.of_actor(
            after,
            actors.keys_of(tx, after.id),
            id_=desk.addresses.activity(tx.new_id()),
            addresses=desk.addresses,
            now=tx.now,
            hashtags=find_hashtags(after.summary_source or ""),
        )
        queue.enqueue(
            tx,
            actor=after,
            document=seal(document, signing, now=tx.now),
            inboxes=audience.of_followers(tx, after),
            public=True,
        )
        return after

    return await desk.db.write(unit)


def _values(changes: ProfileChanges, addresses: Addresses) -> dict[str, Any]:
    values: dict[str, Any] = {
        "manually_approves": changes.manually_approves,
        "discoverable": changes.discoverable,
        "indexable": changes.indexable,
        "name": None if changes.name is None else clean_name(changes.name),
        "type": None if changes.bot is None else ("Service" if changes.bot else "Person"),
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
    return {name: value for name, value in values.items() if value is not None}


def _field(name: str, text: str, addresses: Addresses) -> tuple[str, str]:
    if len(name) > MAX_FIELD or len(text) > MAX_FIELD:
        raise TooLarge(f"A profile field is longer than {MAX_FIELD} characters.")
    value = _html(clean_line(text), addresses)
    return clean_line(name), value.removeprefix("<p>").removesuffix("</p>")


def _html(text: str, addresses: Addresses) -> str:
    return render_plain(text, mentions={}, hashtag_url=lambda name: addresses.tag(hashtag_key(name))).html
