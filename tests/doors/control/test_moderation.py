"""What the operator does to keep the peace, by the operations behind the commands."""

from __future__ import annotations

from typing import Any

import pytest

from fediverse_node.actors import queries as actors
from fediverse_node.federation.outbox.publish import Draft, publish
from fediverse_node.follows import queries as follows
from fediverse_node.kernel.errors import NotFound, NotValid
from fediverse_node.moderation import queries as moderation
from fediverse_node.web.control.routes import OPERATIONS
from tests.fakes.remote_server import RemoteServer
from tests.fixtures.nodes import LiveNode, Person

RULE = {
    "severity": "suspend",
    "reject_media": False,
    "reject_reports": False,
    "comment": "",
    "obfuscate": False,
}


async def do(node: LiveNode, operation: str, **arguments: Any) -> dict[str, Any]:
    return await OPERATIONS[operation](node.node, arguments, lambda _: None)


async def rules(node: LiveNode) -> list[str]:
    return [each["domain"] for each in (await do(node, "domain.list"))["domains"]]


@pytest.fixture
async def alice(alpha: LiveNode) -> Person:
    return await alpha.add_person("alice")


async def test_somebody_elsewhere_is_blocked_and_let_be_by_handle(alpha: LiveNode, alice: Person) -> None:
    async with RemoteServer() as there:
        bob = there.add_actor("bob")
        assert await bob.send(alpha.addresses.inbox("alice"), bob.follow(alice.actor.uri)) == 202
        made = await do(alpha, "block", name="alice", handle=bob.handle)
        assert made["uri"] == bob.uri
        known = await alpha.node.db.read(lambda tx: actors.by_uri(tx, bob.uri))
        assert known is not None
        assert await alpha.node.db.read(lambda tx: follows.find(tx, known.id, alice.actor.id)) is None
        await do(alpha, "unblock", name="alice", handle=bob.handle)
        assert (
            await alpha.node.db.read(lambda tx: moderation.apart(tx, alice.actor.id, [known.id]))
            == frozenset()
        )


async def test_a_report_is_listed_shown_and_closed(alpha: LiveNode, alice: Person) -> None:
    await alpha.add_person("bob")
    post = await publish(alpha.desk, alice.actor, Draft(text="Buy this"))
    about = {"posts": [post.uri], "comment": "Advertising", "forward": False}
    made = await do(alpha, "report", name="bob", handle="alice", **about)
    assert (made["from"], made["about"]) == (f"@bob@{alpha.domain}", f"@alice@{alpha.domain}")
    assert (await do(alpha, "reports.list", closed=False))["reports"] == [made]
    assert (await do(alpha, "reports.show", id=made["id"]))["posts"] == [post.uri]
    assert (await do(alpha, "reports.close", id=made["id"]))["closed_at"] is not None
    assert (await do(alpha, "reports.list", closed=False))["reports"] == []
    assert len((await do(alpha, "reports.list", closed=True))["reports"]) == 1
    with pytest.raises(NotFound):
        await do(alpha, "reports.show", id="1")
    with pytest.raises(NotFound):
        await do(alpha, "report", name="bob", handle="nobody", **about)


async def test_a_server_is_shut_out_and_let_in(alpha: LiveNode) -> None:
    # ADM-06
    made = await do(alpha, "domain.block", domain="Bücher.Example.", **RULE)
    assert made["domain"] == "xn--bcher-kva.example"
    assert await rules(alpha) == ["xn--bcher-kva.example"]
    await do(alpha, "domain.block", domain="bücher.example", **{**RULE, "severity": "silence"})
    assert (await do(alpha, "domain.list"))["domains"][0]["severity"] == "silence"
    await do(alpha, "domain.unblock", domain="BÜCHER.example")
    assert await rules(alpha) == []
    with pytest.raises(NotFound):
        await do(alpha, "domain.unblock", domain="bücher.example")
    with pytest.raises(NotValid):
        await do(alpha, "domain.block", domain=alpha.domain, **RULE)


async def test_a_list_is_tried_taken_over_and_given_back(alpha: LiveNode) -> None:
    text = "#domain,#severity\nbad.example,suspend\nloud.example,silence\n"
    tried = await do(alpha, "domain.import", csv=text, dry_run=True)
    assert [(each["change"], each["domain"]) for each in tried["changes"]] == [
        ("add", "bad.example"),
        ("add", "loud.example"),
    ]
    assert await rules(alpha) == []
    await do(alpha, "domain.import", csv=text, dry_run=False)
    assert await rules(alpha) == ["bad.example", "loud.example"]
    written = (await do(alpha, "domain.list"))["csv"]
    assert (await do(alpha, "domain.import", csv=written, dry_run=False))["changes"] == []
    changed = await do(alpha, "domain.import", csv="loud.example,suspend\n", dry_run=False)
    assert [(each["change"], each["domain"]) for each in changed["changes"]] == [("change", "loud.example")]
    assert await rules(alpha) == ["bad.example", "loud.example"]


@pytest.mark.parametrize("dry_run", [True, False], ids=["tried", "taken over"])
async def test_a_bad_line_of_a_list_is_named_and_the_others_are_taken(
    alpha: LiveNode,
    dry_run: bool,  # noqa: FBT001 a column of the table
) -> None:
    text = f"new.example,suspend\nx y,suspend\n\nbad.example,banish\n{alpha.domain},silence\nlast.example\n"
    found = await do(alpha, "domain.import", csv=text, dry_run=dry_run)
    assert [each["domain"] for each in found["changes"]] == ["new.example", "last.example"]
    assert [(each["line"], each["text"]) for each in found["refused"]] == [
        (2, "x y,suspend"),
        (4, "bad.example,banish"),
        (5, f"{alpha.domain},silence"),
    ]
    assert await rules(alpha) == ([] if dry_run else ["last.example", "new.example"])


async def test_nobody_reports_themselves(alpha: LiveNode, alice: Person) -> None:
    await alpha.add_person("bob")
    about = {"posts": [], "comment": "", "forward": False}
    with pytest.raises(NotValid, match="report themselves"):
        await do(alpha, "report", name="alice", handle="alice", **about)
    assert (await do(alpha, "report", name="bob", handle="alice", **about))["about"] == alice.actor.handle


async def test_an_account_here_is_suspended_and_comes_back(alpha: LiveNode, alice: Person) -> None:
    async def status() -> int:
        async with alpha.http.get("/api/v1/preferences", headers=alice.bearer) as answer:
            return answer.status

    assert await status() == 200
    assert (await do(alpha, "account.suspend", handle="alice"))["suspended"] is True
    assert await status() == 403
    async with alpha.http.get("/@alice") as page:
        assert page.status == 404
    assert (await do(alpha, "account.unsuspend", handle="alice"))["suspended"] is False
    assert await status() == 200
    with pytest.raises(NotFound):
        await do(alpha, "account.suspend", handle="@nobody@elsewhere.example")
    with pytest.raises(NotValid):
        await do(alpha, "account.suspend", handle=alpha.instance_actor.uri)
