"""Users of the dataset are told what was taken back: everything, in order, and until they have it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature

from fediverse_node.actors import queries as actors
from fediverse_node.datasets import users
from fediverse_node.datasets.herald import CONFIRM_GONE, Herald
from fediverse_node.federation.delivery.retry import GIVE_UP
from fediverse_node.signatures import keys, verify
from fediverse_node.signatures.base import HttpMessage
from fediverse_node.storage.engine import open_database
from tests.doors.datasets.conftest import Listener, Shop


async def test_what_is_taken_back_is_told_as_the_feed_says_it(shop: Shop, listener: Listener) -> None:
    before, after = await shop.allowed("Before"), await shop.allowed("After")
    await shop.says(before, allow=False)
    user, _ = await shop.user(listener.url)
    assert await shop.herald().run_once() == 0, "what ended before is in the feed"

    await shop.says(after, allow=False)
    assert await shop.herald().run_once() == 1
    assert await shop.herald().run_once() == 0

    feed = (await shop.get("/consent/revocations.jsonl")).lines
    assert listener.lines == feed[1:]
    told = await shop.as_it_is(user)
    assert (told.told, told.last_answer, told.attempts) == (feed[1]["seq"], "204", 0)


async def test_a_letter_is_signed_with_the_key_of_the_servers_own_actor(
    shop: Shop, listener: Listener
) -> None:
    post = await shop.allowed()
    await shop.user(listener.url)
    await shop.says(post, allow=False)
    await shop.herald().run_once()

    headers, body = listener.heard[0]
    message = HttpMessage.to("POST", listener.url, headers=tuple(headers.items()), body=body)
    claimed = verify.peek(message, expected_authority=message.authority, now=shop.clock())
    async with shop.node.http.get("/actor", headers={"Accept": "application/activity+json"}) as answer:
        actor = await answer.json()
    method = next(each for each in actor["assertionMethod"] if each["id"] == claimed.key_id)
    key = keys.from_multikey(method["publicKeyMultibase"], claimed.key_id)
    verify.check(claimed, message, key)
    assert headers["Content-Type"].startswith("application/jsonl")


async def test_the_recipe_in_the_documentation_checks_a_letter(shop: Shop, listener: Listener) -> None:
    text = (Path(__file__).parents[3] / "docs/howto/datasets.md").read_text()
    recipe: dict[str, Any] = {}
    exec(text.partition("```python\n")[2].partition("```")[0], recipe)  # noqa: S102 our own words
    post = await shop.allowed()
    await shop.user(listener.url)
    await shop.says(post, allow=False)
    await shop.herald().run_once()
    own = await shop.node.node.db.read(lambda tx: actors.keys_of(tx, shop.node.instance_actor.id))
    public = next(key.public_key for key in own if key.kind == "ed25519")
    key = keys.from_multikey(public, "key").public

    headers, body = listener.heard[0]
    about = (listener.url, headers["Host"], key)
    assert recipe["holds"](headers, body, *about)
    assert not recipe["holds"](headers, body + b"{}\n", *about)
    for wrong in ({**headers, "Content-Type": "text/plain"}, {**headers, "Content-Digest": "sha-256=:AAAA:"}):
        with pytest.raises(InvalidSignature):
            recipe["holds"](wrong, body, *about)


async def test_a_user_without_a_webhook_and_one_who_has_ended_are_told_nothing(
    shop: Shop, listener: Listener
) -> None:
    post = await shop.allowed()
    await shop.user()
    ended, _ = await shop.user(listener.url)
    await shop.node.node.db.write(lambda tx: users.end(tx, ended.id))
    await shop.says(post, allow=False)
    assert await shop.herald().run_once() == 0
    assert listener.heard == []


async def test_what_was_not_taken_is_sent_again_and_nothing_is_left_out(
    shop: Shop, listener: Listener
) -> None:
    first, second = await shop.allowed("One"), await shop.allowed("Two")
    user, _ = await shop.user(listener.url)
    listener.statuses = [503, 200]
    await shop.says(first, allow=False)
    await shop.herald().run_once()
    failed = await shop.as_it_is(user)
    assert (failed.attempts, failed.last_answer, failed.told) == (1, "503", user.told)
    assert await shop.herald().run_once() == 0, "it is not due yet"

    await shop.says(second, allow=False)
    shop.clock.ahead = timedelta(minutes=1)
    await shop.herald().run_once()

    feed = (await shop.get("/consent/revocations.jsonl")).lines
    assert [len(body.splitlines()) for _, body in listener.heard] == [1, 2]
    assert listener.lines[1:] == feed
    assert (await shop.as_it_is(user)).failing_since is None


async def test_who_does_not_answer_for_a_week_is_told_nothing_more(shop: Shop, listener: Listener) -> None:
    post = await shop.allowed()
    user, bearer = await shop.user(listener.url)
    listener.statuses = [500, 500, 500]
    await shop.says(post, allow=False)
    await shop.herald().run_once()
    shop.clock.ahead = GIVE_UP - timedelta(hours=1)
    await shop.herald().run_once()
    assert (await shop.as_it_is(user)).webhook == listener.url
    shop.clock.ahead = GIVE_UP + timedelta(days=1)
    await shop.herald().run_once()

    assert (await shop.as_it_is(user)).webhook is None
    assert await shop.herald().run_once() == 0
    # Their key is as good as before, and the feed has it all.
    assert (await shop.get("/datasets/stream?since=x", bearer)).status == 400


async def test_an_address_that_says_it_is_gone_is_believed_when_it_says_so_again(
    shop: Shop, listener: Listener
) -> None:
    post = await shop.allowed()
    user, _ = await shop.user(listener.url)
    listener.statuses = [410, 204, 410, 410]
    await shop.says(post, allow=False)
    await shop.herald().run_once()
    assert (await shop.as_it_is(user)).webhook == listener.url
    shop.clock.ahead = CONFIRM_GONE + timedelta(hours=1)
    await shop.herald().run_once()
    back = await shop.as_it_is(user)
    assert (back.webhook, back.gone_since) == (listener.url, None), "it was a mistake of theirs"

    again = await shop.allowed("Two")
    await shop.says(again, allow=False)
    await shop.herald().run_once()
    shop.clock.ahead += CONFIRM_GONE + timedelta(hours=1)
    await shop.herald().run_once()
    assert (await shop.as_it_is(user)).webhook is None


async def test_two_workers_tell_it_once(shop: Shop, listener: Listener) -> None:
    post = await shop.allowed()
    await shop.user(listener.url)
    await shop.says(post, allow=False)
    listener.hold.clear()
    async with asyncio.TaskGroup() as group:
        first = group.create_task(shop.herald().run_once())
        await listener.came.wait()  # the first is in the middle of it
        second = await shop.herald().run_once()
        listener.hold.set()
    assert (await first, second, len(listener.heard)) == (1, 0, 1)


async def test_two_processes_tell_it_once(shop: Shop, listener: Listener) -> None:
    """On PostgreSQL several processes share the work: claims of both at the same moment."""
    if shop.node.node.db.sole_writer:
        pytest.skip("a SQLite file belongs to one process")
    post = await shop.allowed()
    await shop.user(listener.url)
    await shop.says(post, allow=False)
    other = open_database(shop.node.node.config.database.url, clock=shop.clock)
    try:
        node = shop.node.node
        there = Herald(other, node.outbound, shop.node.addresses)
        told = await asyncio.gather(*(worker.run_once() for worker in (shop.herald(), there)))
    finally:
        await other.close()
    assert (sum(told), len(listener.heard)) == (1, 1)
