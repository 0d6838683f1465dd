"""What the operator announces, and what people do with it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest

from fediverse_node.announcements import queries as announcements
from fediverse_node.announcements.model import Announcement
from fediverse_node.kernel.clock import to_rfc3339
from fediverse_node.kernel.errors import NotFound, NotValid
from fediverse_node.storage.tx import Tx
from fediverse_node.web.control.routes import OPERATIONS
from tests.doors.client_api.conftest import Client
from tests.fixtures.nodes import LiveNode
from tests.fixtures.sign_in import signed_in_browser

PATH = "/api/v1/announcements"


async def do(alpha: LiveNode, operation: str, **arguments: Any) -> Any:
    return await OPERATIONS[f"announcement.{operation}"](alpha.node, arguments, lambda _: None)


async def test_people_of_here_are_told_read_it_and_react(
    alpha: LiveNode, alice: Client, bob: Client, anybody: Client
) -> None:
    made = await do(alpha, "add", text="We **update** tonight. <script>x</script>")
    [said] = await alice.ok(PATH)
    assert (said["id"], said["read"], said["reactions"]) == (made["id"], False, [])
    assert "<strong>update</strong>" in said["content"]
    assert "<script>" not in said["content"]
    assert (await anybody.get(PATH)).status == 401
    assert alice.person is not None
    page = await (await signed_in_browser(alpha, alice.person)).get("/settings/posts")
    assert "<strong>update</strong>" in page.text
    await alice.do(f"{PATH}/{made['id']}/dismiss")
    heart = f"{PATH}/{made['id']}/reactions/{quote('❤️')}"
    for client in (alice, bob, bob):
        assert (await client.call("PUT", heart)).status == 200
    [said] = await alice.ok(PATH)
    assert said["read"] is True
    assert [(each["count"], each["me"]) for each in said["reactions"]] == [(2, True)]
    assert (await alice.call("DELETE", heart)).status == 200
    [said] = await alice.ok(PATH)
    assert [(each["count"], each["me"]) for each in said["reactions"]] == [(1, False)]
    assert (await bob.ok(PATH))[0]["read"] is False
    assert (await bob.call("PUT", f"{PATH}/{made['id']}/reactions/nonsense")).status == 422


async def test_what_has_ended_or_was_taken_back_is_not_shown(alpha: LiveNode, alice: Client) -> None:
    now = alpha.node.clock()
    soon = to_rfc3339(now + timedelta(days=1))
    kept = await do(alpha, "add", text="soon", starts=to_rfc3339(now), ends=soon)
    gone = await do(alpha, "add", text="gone")

    def ended(tx: Tx) -> None:
        announcements.add(
            tx,
            Announcement(
                id=tx.new_id(),
                text="ended",
                content_html="<p>ended</p>",
                starts_at=None,
                ends_at=tx.now - timedelta(hours=1),
                all_day=False,
                published_at=tx.now,
            ),
        )

    await alpha.node.db.write(ended)
    await alice.do(f"{PATH}/{gone['id']}/dismiss")
    await do(alpha, "remove", id=gone["id"])
    assert [each["id"] for each in await alice.ok(PATH)] == [kept["id"]]
    assert (await alice.ok(PATH))[0]["ends_at"].startswith(soon[:10])
    assert [each["text"] for each in (await do(alpha, "list"))["announcements"]] == ["ended", "soon"]
    assert (await alice.post(f"{PATH}/{gone['id']}/dismiss")).status == 404
    with pytest.raises(NotFound):
        await do(alpha, "remove", id=gone["id"])


@pytest.mark.parametrize(
    "fields",
    [
        {"text": " "},
        {"text": "x" * 5001},
        {"text": "x", "starts": "tomorrow"},
        {"text": "x", "ends": "2020-01-01"},
        {"text": "x", "starts": "2040-01-02", "ends": "2040-01-01"},
    ],
)
async def test_what_makes_no_sense_is_not_announced(alpha: LiveNode, fields: dict[str, str]) -> None:
    with pytest.raises(NotValid):
        await do(alpha, "add", **fields)
