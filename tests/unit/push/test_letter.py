from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from fediverse_node.notifications.model import Notification, NotificationType
from fediverse_node.push.choosing import Event
from fediverse_node.push.envelope import MOST
from fediverse_node.push.letter import MOST_BODY, written
from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Tx
from tests.fixtures.rooms import note, person


async def an_event(db: Database, kind: NotificationType = "mention", **changes: Any) -> Event:
    def unit(tx: Tx) -> Event:
        bob = replace(person(tx, "bob"), name="Bob", summary_html="<p>Likes tea</p>")
        post = replace(note(tx, bob), content_html="<p>one<br>two &amp; three</p>")
        told = Notification(
            id=7, actor_id=1, type=kind, from_actor_id=bob.id, post_id=post.id, created_at=tx.now
        )
        return replace(Event(notification=told, cause=bob, post=post, covered_by=None), **changes)

    return await db.write(unit)


def said(event: Event, **changes: str) -> dict[str, Any]:
    how = {"token": "t" * 43, "language": "en", "icon": "https://here.example/bob.png", **changes}
    found: dict[str, Any] = json.loads(written(event, **how))
    return found


async def test_a_message_is_what_apps_for_mastodon_read(db: Database) -> None:
    assert said(await an_event(db)) == {
        "access_token": "t" * 43,
        "preferred_locale": "en",
        "notification_id": 7,
        "notification_type": "mention",
        "icon": "https://here.example/bob.png",
        "title": "Bob mentioned you",
        "body": "one two & three",
    }


async def test_a_warning_stands_for_the_text_and_a_filter_for_both(db: Database) -> None:
    event = await an_event(db)
    assert event.post is not None
    warned = replace(event, post=replace(event.post, summary="spiders"))
    assert said(warned)["body"] == "spiders"
    assert said(replace(warned, covered_by="animals"))["body"] == "animals"


async def test_without_a_post_it_says_who_it_was(db: Database) -> None:
    found = said(await an_event(db, "follow", post=None), language="ar")
    assert found["body"] == "Likes tea"
    assert "Bob" in found["title"]
    assert "follows" not in found["title"]


async def test_however_long_everything_is_it_fits(db: Database) -> None:
    event = await an_event(db)
    assert event.post is not None
    long = replace(
        event,
        cause=replace(event.cause, name="\U0001f408" * 5000),
        post=replace(event.post, content_html="<p>" + "\x01\U0001f408" * 5000 + "</p>"),
    )
    text = written(long, token="t" * 512, language="en", icon="https://x.example/" + "y" * 5000)
    assert len(text) <= MOST
    assert len(json.loads(text)["body"]) == MOST_BODY
    assert json.loads(text)["icon"] == ""
