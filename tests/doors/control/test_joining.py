"""Who comes in and who moderates, by the operations behind the commands."""

from __future__ import annotations

from typing import Any

import pytest

from fediverse_node.joining import queries as joining
from fediverse_node.kernel.errors import NotFound, NotValid
from fediverse_node.web.control.routes import OPERATIONS
from tests.fixtures.joining import APPROVAL, MAILS, OPEN, PASSWORD, an_app
from tests.fixtures.nodes import LiveNode, running_node
from tests.fixtures.sign_in import Browser


async def do(node: LiveNode, operation: str, **arguments: Any) -> dict[str, Any]:
    return await OPERATIONS[operation](node.node, arguments, lambda _: None)


async def test_an_invitation_is_made_listed_and_taken_back(alpha: LiveNode) -> None:
    made = await do(alpha, "invite.create", uses=2, days=None, note="the choir")
    assert made["link"] == f"{alpha.base_url}/join/{made['code']}"
    [listed] = (await do(alpha, "invite.list"))["invitations"]
    assert (listed["uses_left"], listed["note"], listed["by"], listed["works"]) == (
        2,
        "the choir",
        None,
        True,
    )
    assert (await do(alpha, "invite.revoke", code=made["link"]))["code"] == made["code"]
    assert (await do(alpha, "invite.list"))["invitations"][0]["works"] is False
    for code in (made["code"], "unknown"):
        with pytest.raises(NotFound):
            await do(alpha, "invite.revoke", code=code)


async def test_who_waits_is_listed_let_in_and_refused(database_url: str) -> None:
    async with running_node(database_url, settings=APPROVAL) as node:
        app = await an_app(node)
        for name in ("carol", "dora"):
            assert (await app.join(username=name))[0] == 200
        waiting = (await do(node, "account.waiting"))["accounts"]
        assert [(each["name"], each["pending"], each["unconfirmed"]) for each in waiting] == [
            ("carol", True, False),
            ("dora", True, False),
        ]
        assert await do(node, "account.approve", name="carol") == {
            "handle": f"@carol@{node.domain}",
            "waits": False,
        }
        await do(node, "account.refuse", name="dora")
        assert (await do(node, "account.waiting"))["accounts"] == []
        with pytest.raises(NotValid, match="does not wait"):
            await do(node, "account.refuse", name="carol")
        with pytest.raises(NotFound):
            await do(node, "account.approve", name="dora")
        done = (await do(node, "account.acts"))["acts"]
        assert [(each["action"], each["by"]) for each in done] == [("reject", None), ("approve", None)]


async def test_the_operator_confirms_where_no_letter_arrives(database_url: str) -> None:
    async with running_node(database_url, settings={**OPEN, **MAILS}) as node:
        assert (await (await an_app(node)).join())[0] == 200
        confirmed = await do(node, "account.confirm", name="carol")
        assert (confirmed["address"], confirmed["waits"]) == ("carol@mail.example", False)
        assert (await Browser(node=node).sign_in("carol", PASSWORD)).cookie is not None
        await do(node, "account.confirm", name="carol", address="new@mail.example")
        assert (await do(node, "account.confirm", name="carol"))["address"] == "new@mail.example"
        await node.add_person("alice")
        with pytest.raises(NotValid, match="--address"):
            await do(node, "account.confirm", name="alice")


async def test_a_link_for_a_new_password_is_handed_out(alpha: LiveNode) -> None:
    alice = await alpha.add_person("alice")
    made = await do(alpha, "account.reset_link", name="alice")
    assert made["link"].startswith(f"{alpha.base_url}/reset?token=")
    secret = made["link"].partition("token=")[2]
    browser = Browser(node=alpha)
    changed = await browser.post("/reset/password", token=secret, new_password=PASSWORD, repeated=PASSWORD)
    assert changed.status == 200
    assert (await browser.sign_in("alice", PASSWORD)).cookie is not None
    await alpha.suspend(alice.actor)
    with pytest.raises(NotValid):
        await do(alpha, "account.reset_link", name="alice")


async def test_roles_are_given_and_the_last_owner_stays(alpha: LiveNode) -> None:
    # ADM-01
    for name in ("alice", "bob"):
        await alpha.add_person(name)
    with pytest.raises(NotValid, match="does not moderate"):
        await do(alpha, "token.create", name="alice", scopes="admin:read")
    assert (await do(alpha, "account.role", name="alice", role="owner"))["role"] == "owner"
    with pytest.raises(NotValid, match="only owner"):
        await do(alpha, "account.role", name="alice", role="none")
    assert (await do(alpha, "token.create", name="alice", scopes="admin:read"))["token"]
    await do(alpha, "account.role", name="bob", role="owner")
    assert (await do(alpha, "account.role", name="alice", role="none"))["role"] is None


async def test_a_deleted_account_leaves_no_address_behind(alpha: LiveNode) -> None:
    alice = await alpha.add_person("alice")
    await do(alpha, "account.confirm", name="alice", address="alice@mail.example")
    await do(alpha, "account.delete", name="alice", confirm="alice")
    number = alice.account.id
    assert await alpha.node.db.read(lambda tx: joining.emails_of(tx, [number])) == {}
