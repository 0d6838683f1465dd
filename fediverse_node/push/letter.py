"""What a message says: Mastodon's payload, which apps for Mastodon read."""

from __future__ import annotations

from typing import Final

import msgspec

from fediverse_node.actors.model import Actor
from fediverse_node.kernel.html import to_plain_text
from fediverse_node.push import words
from fediverse_node.push.choosing import Event

#: As many characters as Mastodon sends: it is shown on a locked screen, in two lines.
MOST_BODY: Final = 140
_MOST_TITLE: Final = 160
#: A message has 3,993 bytes in all (`envelope.MOST`).
_MOST_ICON: Final = 1024


def written(event: Event, *, token: str, language: str, icon: str) -> bytes:
    """The message as JSON, always small enough for one record.

    Args:
        event: what it is about.
        token: the access token of the app, by which it knows whom of its people this is for.
        language: in which the first line is said (BCP 47).
        icon: the address of a picture of whoever did it.
    """
    told = event.notification
    payload = {
        "access_token": token,
        "preferred_locale": language,
        "notification_id": told.id,
        "notification_type": told.type,
        "icon": icon if len(icon) <= _MOST_ICON else "",
        "title": _cut(words.title(told.type, _name(event.cause), language), _MOST_TITLE),
        "body": _cut(_body(event), MOST_BODY),
    }
    return msgspec.json.encode(payload)


def _body(event: Event) -> str:
    if event.covered_by is not None:
        return event.covered_by
    if event.post is None:
        return to_plain_text(event.cause.summary_html)
    # A warning stands before the text everywhere; here it stands alone.
    return event.post.summary or to_plain_text(event.post.content_html)


def _name(actor: Actor) -> str:
    return actor.name or actor.username


def _cut(text: str, most: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"
