"""A user of the dataset says where they are told, with their key; so does the operator."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from fediverse_node.kernel.errors import NotFound
from fediverse_node.outbound.errors import Refused
from fediverse_node.web.control.routes import OPERATIONS
from tests.doors.datasets.conftest import Listener, Shop

WEBHOOK = "/datasets/webhook"


async def put(shop: Shop, body: Any, headers: Mapping[str, str] | None = None) -> int:
    async with shop.node.http.put(WEBHOOK, json=body, headers=headers) as answer:
        return answer.status


async def test_a_user_moves_their_webhook_and_is_told_what_they_missed(
    shop: Shop, listener: Listener
) -> None:
    post = await shop.allowed()
    user, key = await shop.user()
    await shop.says(post, allow=False)
    assert await shop.herald().run_once() == 0
    assert await put(shop, {"webhook": listener.url}, key) == 200
    assert await shop.herald().run_once() == 1
    assert [line["kind"] for line in listener.lines] == ["withdraw"]
    shown = await shop.get(WEBHOOK, headers=key)
    assert (shown.json["webhook"], shown.json["last_answer"]) == (listener.url, "204")
    assert shown.headers["Cache-Control"] == "no-store"
    assert await put(shop, {"webhook": None}, key) == 200
    assert (await shop.as_it_is(user)).webhook is None


async def test_only_a_key_changes_it_and_only_to_an_address(shop: Shop, listener: Listener) -> None:
    user, key = await shop.user(listener.url)
    assert await put(shop, {"webhook": None}) == 401
    assert await put(shop, {"webhook": None}, {"Authorization": "Bearer x"}) == 401
    for address in ("ftp://lab.example", "http://10.0.0.1/", "nowhere"):
        assert await put(shop, {"webhook": address}, key) == 403
    for wrong in ({"url": "x"}, {"webhook": 3}):
        assert await put(shop, wrong, key) == 400
    assert (await shop.get(WEBHOOK)).status == 401
    assert (await shop.as_it_is(user)).webhook == listener.url


async def test_the_operator_changes_it_too(shop: Shop, listener: Listener) -> None:
    user, _ = await shop.user()
    change, node = OPERATIONS["dataset.user.webhook"], shop.node.node
    assert (await change(node, {"id": str(user.id), "webhook": listener.url}, print))[
        "webhook"
    ] == listener.url
    assert (await shop.as_it_is(user)).webhook == listener.url
    await change(node, {"id": str(user.id)}, print)
    assert (await shop.as_it_is(user)).webhook is None
    with pytest.raises(NotFound):
        await change(node, {"id": "77", "webhook": listener.url}, print)
    with pytest.raises(Refused):
        await change(node, {"id": str(user.id), "webhook": "nowhere"}, print)
