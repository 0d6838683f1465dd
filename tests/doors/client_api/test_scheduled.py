"""Posts that appear later: written down, moved, taken back, and published once."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from fediverse_node.federation.outbox import timekeeper
from fediverse_node.federation.outbox.timekeeper import Timekeeper
from fediverse_node.kernel.clock import to_rfc3339_millis
from fediverse_node.kernel.errors import NotNow
from fediverse_node.scheduled import model
from fediverse_node.scheduled.tables import scheduled_posts
from fediverse_node.storage.folder import Folder
from fediverse_node.uploads import queries as uploads
from tests.doors.client_api.conftest import Client
from tests.fixtures.pictures import kept

URL = "/api/v1/scheduled_statuses"
STATUSES = "/api/v1/statuses"


def at(client: Client, **ahead: float) -> str:
    """A moment from now, in the words of an app."""
    return to_rfc3339_millis(client.node.node.clock() + timedelta(**ahead))


async def schedule(client: Client, text: str = "later", **fields: Any) -> dict[str, Any]:
    body = {"status": text, "scheduled_at": at(client, hours=2), **fields}
    heard = await client.post(STATUSES, body)
    assert heard.status == 200, heard
    made: dict[str, Any] = heard.body
    return made


async def come(client: Client) -> int:
    """The time of everything that waits comes. Gives how many posts appear."""
    change = scheduled_posts.update().where(scheduled_posts.c.due_at.is_not(None))
    await client.node.node.db.write(lambda tx: tx.execute(change.values(due_at=tx.now)))
    return await Timekeeper(client.node.desk).run_once()


async def said(client: Client) -> list[dict[str, Any]]:
    assert client.person is not None
    found: list[dict[str, Any]] = await client.ok(f"/api/v1/accounts/{client.person.actor.id}/statuses")
    return found


async def test_it_waits_and_then_appears_as_it_was_written(alice: Client, bob: Client) -> None:
    made = await schedule(
        alice,
        "cats or dogs, @bob?",
        spoiler_text="pets",
        training_sensitive=True,
        language="en",
        visibility="public",
        training_use="yes",
        poll={"options": ["cats", "dogs"], "expires_in": 600},
    )
    assert made["params"]["text"] == "cats or dogs, @bob?"
    assert made["params"]["poll"]["options"] == ["cats", "dogs"]
    assert made["media_attachments"] == []
    assert await alice.ok(URL) == [made] == [await alice.ok(f"{URL}/{made['id']}")]
    assert await said(alice) == await bob.ok("/api/v1/notifications") == []
    assert await Timekeeper(alice.node.desk).run_once() == 0

    assert await come(alice) == 1

    (post,) = await said(alice)
    assert (post["spoiler_text"], post["language"], post["visibility"]) == ("pets", "en", "public")
    assert [each["title"] for each in post["poll"]["options"]] == ["cats", "dogs"]
    assert post["fediverse_node"]["training_use"] == "yes"
    (told,) = await bob.ok("/api/v1/notifications")
    assert told["status"]["id"] == post["id"]
    assert await alice.ok(URL) == []
    assert await come(alice) == 0


async def test_only_its_author_sees_moves_or_deletes_it(alice: Client, bob: Client) -> None:
    made = await schedule(alice)
    path = f"{URL}/{made['id']}"
    later = {"scheduled_at": at(bob, days=1)}
    assert await bob.ok(URL) == []
    assert (await bob.get(path)).status == 404
    assert (await bob.call("PUT", path, json=later)).status == 404
    assert (await bob.call("DELETE", path)).status == 404
    assert await alice.ok(path) == made
    moved = (await alice.call("PUT", path, json=later)).body
    assert moved == {**made, "scheduled_at": later["scheduled_at"]}
    assert (await alice.call("DELETE", path)).body == {}
    assert (await alice.get(path)).status == 404
    assert await come(alice) == 0


async def test_it_needs_five_minutes_and_what_could_not_be_posted_is_refused(alice: Client) -> None:
    for moment in (at(alice, minutes=4), at(alice, hours=-1), at(alice, days=9999), "2027-13-01T00:00:00Z"):
        assert (await alice.post(STATUSES, {"status": "x", "scheduled_at": moment})).status == 422
    soon = at(alice, minutes=6)
    for impossible in ({"status": ""}, {"media_ids": ["7"]}, {"visibility": "direct", "local_only": True}):
        body = {"status": "x", "scheduled_at": soon, **impossible}
        assert (await alice.post(STATUSES, body)).status == 422
    assert (await alice.post(STATUSES, {"status": "x", "scheduled_at": soon})).status == 200
    assert len(await alice.ok(URL)) == 1
    assert await said(alice) == []
    (made,) = await alice.ok(URL)
    path = f"{URL}/{made['id']}"
    assert (await alice.call("PUT", path, json={"scheduled_at": at(alice, minutes=1)})).status == 422
    assert (await alice.call("PUT", path, json={"status": "other"})).status == 422


async def test_so_many_wait_and_no_more(alice: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fediverse_node.scheduled.queries.MOST_A_DAY", 2)
    monkeypatch.setattr("fediverse_node.scheduled.queries.MOST", 3)
    assert (model.MOST, model.MOST_A_DAY) == (300, 25)
    one_day = to_rfc3339_millis(
        (alice.node.node.clock() + timedelta(days=3)).replace(hour=12, minute=0, second=0)
    )
    for _ in range(2):
        await schedule(alice, scheduled_at=one_day)
    assert (await alice.post(STATUSES, {"status": "x", "scheduled_at": one_day})).status == 422
    await schedule(alice, scheduled_at=at(alice, days=5))
    assert (await alice.post(STATUSES, {"status": "x", "scheduled_at": at(alice, days=7)})).status == 422
    assert len(await alice.ok(URL)) == 3


async def test_the_same_key_schedules_once(alice: Client, bob: Client) -> None:
    body = {"status": "once", "scheduled_at": at(alice, hours=1)}
    first = await alice.post(STATUSES, body, key="abc")
    again = await alice.post(STATUSES, body, key="abc")
    other = await bob.post(STATUSES, body, key="abc")
    assert first.body == again.body != other.body
    assert await come(alice) == 2


async def test_two_workers_publish_it_once(alice: Client) -> None:
    await schedule(alice)
    change = scheduled_posts.update()
    await alice.node.node.db.write(lambda tx: tx.execute(change.values(due_at=tx.now)))
    workers = [Timekeeper(alice.node.desk) for _ in range(2)]
    assert sum(await asyncio.gather(*(worker.run_once() for worker in workers))) == 1
    assert len(await said(alice)) == 1


async def test_whoever_dies_while_publishing_loses_and_doubles_nothing(
    alice: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    await schedule(alice)
    with monkeypatch.context() as patch:
        # The post is written, its row is taken, and then the machine fails: neither happened.
        patch.setattr("fediverse_node.federation.outbox.publish.relaying.offer", _fail)
        assert await come(alice) == 0
    assert await said(alice) == []
    assert (await alice.ok(URL))[0]["fediverse_node"]["failure"] is None
    assert await come(alice) == 1
    assert len(await said(alice)) == 1


def _fail(*_: object) -> None:
    raise OSError


async def test_what_passes_is_tried_again(alice: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    async def not_now(*_: object, **__: object) -> None:
        raise NotNow(retry_after=1)

    await schedule(alice)
    with monkeypatch.context() as patch:
        patch.setattr(timekeeper, "publish", not_now)
        assert await come(alice) == 0
    assert (await alice.ok(URL))[0]["fediverse_node"]["failure"] is None
    assert await come(alice) == 1


async def test_what_has_become_impossible_says_so_and_can_be_moved(alice: Client, bob: Client) -> None:
    question = await bob.write("who is there?")
    made = await schedule(alice, "me", in_reply_to_id=question["id"])
    path = f"{URL}/{made['id']}"
    assert alice.person is not None
    await alice.node.suspend(alice.person.actor)
    assert await come(alice) == 0
    await alice.node.change(alice.person.actor, suspended_at=None)
    assert "suspended" in (await alice.ok(path))["fediverse_node"]["failure"]
    assert await come(alice) == 0
    moved = (await alice.call("PUT", path, json={"scheduled_at": at(alice, days=1)})).body
    assert moved["fediverse_node"]["failure"] is None
    await bob.call("DELETE", f"{STATUSES}/{question['id']}")
    assert await come(alice) == 0
    assert "not here" in (await alice.ok(path))["fediverse_node"]["failure"]
    assert await said(alice) == []


async def test_a_picture_is_kept_until_its_post_appears(alice: Client, tmp_path: Path) -> None:
    assert alice.person is not None
    folder, account_id, db = Folder(tmp_path, free_at_least=0), alice.person.account.id, alice.node.node.db
    shown, stray = [await db.write(lambda tx: kept(tx, folder, account_id)) for _ in range(2)]
    made = await schedule(alice, media_ids=[str(shown.id)])
    assert [each["id"] for each in made["media_attachments"]] == [str(shown.id)]
    taken = {"status": "x", "scheduled_at": at(alice, hours=1), "media_ids": [str(shown.id)]}
    assert (await alice.post(STATUSES, taken)).status == 409
    tomorrow = alice.node.node.clock() + timedelta(days=2)
    assert await db.write(lambda tx: uploads.remove_unattached(tx, tomorrow)) == 1
    left = await db.read(lambda tx: uploads.by_ids(tx, [shown.id, stray.id]))
    assert set(left) == {shown.id}
    assert await come(alice) == 1
    (post,) = await said(alice)
    assert [each["id"] for each in post["media_attachments"]] == [str(shown.id)]


async def test_a_picture_of_a_deleted_one_is_free_again(alice: Client, tmp_path: Path) -> None:
    assert alice.person is not None
    folder, account_id, db = Folder(tmp_path, free_at_least=0), alice.person.account.id, alice.node.node.db
    picture = await db.write(lambda tx: kept(tx, folder, account_id))
    made = await schedule(alice, media_ids=[str(picture.id)])
    await alice.call("DELETE", f"{URL}/{made['id']}")
    assert (await alice.write("now", media_ids=[str(picture.id)]))["media_attachments"]


async def test_a_published_post_cannot_be_scheduled(alice: Client) -> None:
    post = await alice.write("now")
    body = {"status": "then", "scheduled_at": at(alice, hours=1)}
    assert (await alice.call("PUT", f"{STATUSES}/{post['id']}", json=body)).status == 422
