"""What an author sees of releases, and what an operator does with them at the command line's other end."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from fediverse_node.datasets.holding import holding
from fediverse_node.kernel.errors import NotFound, NotValid
from fediverse_node.web.control.routes import OPERATIONS
from tests.doors.datasets.conftest import Shop

MINE = "/api/fediverse_node/v1/datasets/mine"


async def run(shop: Shop, operation: str, /, **arguments: Any) -> Any:
    return await OPERATIONS[operation](shop.node.node, arguments, lambda _: None)


async def test_an_author_sees_which_releases_hold_what_of_theirs(shop: Shop) -> None:
    bob = await shop.node.add_person("bob")
    kept, taken_back = await shop.allowed("One"), await shop.allowed("Two")
    first = (await shop.releases()).release
    await shop.says(taken_back, allow=False)
    await shop.librarian()
    second = await shop.current()
    assert second is not None

    mine = (await shop.get(MINE, shop.alice.bearer)).json

    assert [(each["url"].rpartition("/")[2], each["state"], each["posts_count"]) for each in mine] == [
        (second.sha256, "current", 1),
        (first.sha256, "superseded", 2),
    ]
    assert [each["posts"] for each in mine] == [[kept.uri], [taken_back.uri, kept.uri]]
    assert (await shop.get(MINE, bob.bearer)).json == []
    assert (await shop.get(MINE)).status == 401
    limited = await shop.node.node.db.read(lambda tx: holding(tx, shop.alice.actor.uri, named=1))
    assert [(found.count, len(found.posts)) for found in limited] == [(1, 1), (2, 1)]


async def test_a_year_after_its_end_nobody_is_told_of_a_release_any_more(shop: Shop) -> None:
    await shop.allowed("One")
    taken_back = await shop.allowed("Two")
    await shop.releases()
    await shop.says(taken_back, allow=False)
    await shop.librarian()

    async def counts() -> list[int]:
        await shop.librarian()
        found = await shop.node.node.db.read(lambda tx: holding(tx, shop.alice.actor.uri))
        return [each.count for each in found]

    shop.clock.ahead = timedelta(days=300)
    assert await counts() == [1, 2]
    shop.clock.ahead = timedelta(days=366)
    assert await counts() == [1]


async def test_an_operator_publishes_and_takes_down(shop: Shop) -> None:
    await shop.allowed("A longer text")
    await shop.allowed("Short")
    made = await run(shop, "dataset.release", filters={"min_length": 10})
    again = await run(shop, "dataset.release", filters={"min_length": 10})
    assert (made["new"], made["rows"], again["new"], again["url"]) == (True, 1, False, made["url"])
    await shop.get(f"{made['url']}/data/train.jsonl".removeprefix(shop.node.base_url))

    listed = (await run(shop, "dataset.list"))["releases"]
    assert [(each["state"], each["downloads"]) for each in listed] == [("current", 1)]
    ended = await run(shop, "dataset.withdraw")
    assert ended["url"] == made["url"]
    with pytest.raises(NotFound):
        await run(shop, "dataset.withdraw")
    with pytest.raises(NotValid, match="settings"):
        await run(shop, "dataset.release", filters={"unknown": 1})
    with pytest.raises(NotValid, match="authors"):
        await run(shop, "dataset.release", filters={"min_authors": 2})


async def test_an_operator_lets_users_in_and_ends_them(keyed: Shop) -> None:
    added = await run(
        keyed, "dataset.user.add", name="Lab", contact="data@lab.example", webhook="http://127.0.0.1:9/"
    )
    bearer = {"Authorization": f"Bearer {added['key']}"}
    await keyed.allowed()
    release = (await keyed.releases()).release
    assert (await keyed.file(release, headers=bearer)).status == 200

    [listed] = (await run(keyed, "dataset.user.list"))["users"]
    assert (listed["name"], listed["webhook"], listed["ended"]) == ("Lab", "http://127.0.0.1:9/", None)
    assert "key" not in listed
    await run(keyed, "dataset.user.end", id=added["id"])
    assert (await keyed.file(release, headers=bearer)).status == 401
    for unknown in (added["id"], "0", "x"):
        with pytest.raises(NotFound):
            await run(keyed, "dataset.user.end", id=unknown)
    for missing in ({"name": "", "contact": "x"}, {"name": "x", "contact": " "}):
        with pytest.raises(NotValid):
            await run(keyed, "dataset.user.add", **missing)
