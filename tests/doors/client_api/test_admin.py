"""Looking after the server by an app: who may, upon whom, and what it does."""

from __future__ import annotations

from typing import Any

import pytest

from fediverse_node.accounts import standing
from fediverse_node.actors import queries as actors
from fediverse_node.moderation import acts
from tests.fixtures.joining import APPROVAL, account_of, an_app, give_role
from tests.fixtures.nodes import SCOPES, LiveNode, Person, running_node
from tests.fixtures.rooms import stranger
from tests.fixtures.sign_in import Browser, give_password

ADMIN = f"{SCOPES} admin:read admin:write"
ACCOUNTS = "/api/v1/admin/accounts"
REPORTS = "/api/v1/admin/reports"
BLOCKS = "/api/v1/admin/domain_blocks"


async def ask(node: LiveNode, who: Person, method: str, path: str, **fields: Any) -> tuple[int, Any]:
    body: dict[str, Any] = {"params": fields} if method == "GET" else {"json": fields}
    async with node.http.request(method, path, headers=who.bearer, **body) as answer:
        return answer.status, await answer.json()


async def names(node: LiveNode, who: Person, path: str = ACCOUNTS, **fields: Any) -> list[str]:
    status, found = await ask(node, who, "GET", path, **fields)
    assert status == 200, found
    return [each["username"] for each in found]


@pytest.fixture
async def mo(alpha: LiveNode) -> Person:
    """Somebody who moderates."""
    made = await alpha.add_person("mo", scopes=ADMIN)
    await give_role(alpha, made)
    return made


async def test_only_a_moderator_with_the_scope_gets_in(alpha: LiveNode, mo: Person) -> None:
    # ADM-01, OAU-10
    plain = await alpha.add_person("plain", scopes=ADMIN)
    narrow = await alpha.add_person("narrow", scopes="read write")
    await give_role(alpha, narrow)
    finer = await alpha.add_person("finer", scopes="admin:read:accounts")
    await give_role(alpha, finer)
    assert (await ask(alpha, mo, "GET", ACCOUNTS))[0] == 200
    assert (await ask(alpha, finer, "GET", ACCOUNTS))[0] == 200
    assert (await ask(alpha, finer, "GET", REPORTS))[0] == 403
    for who, word in ((plain, "look after"), (narrow, "admin:read:accounts")):
        status, body = await ask(alpha, who, "GET", ACCOUNTS)
        assert (status, word in body["error"]) == (403, True)
    # The role goes, and the token is worth nothing here at once.
    await alpha.node.db.write(lambda tx: standing.give_role(tx, mo.account.id, None))
    assert (await ask(alpha, mo, "GET", ACCOUNTS))[0] == 403


async def test_everybody_is_listed_and_found_by_what_they_are(alpha: LiveNode, mo: Person) -> None:
    alice = await alpha.add_person("alice", name="Alice A.")
    await alpha.node.db.write(lambda tx: stranger(tx, "rob"))
    await ask(alpha, mo, "POST", f"{ACCOUNTS}/{alice.actor.id}/action", type="silence")
    assert await names(alpha, mo) == ["rob", "alice", "mo"]
    assert await names(alpha, mo, remote="true") == ["rob"]
    assert await names(alpha, mo, local="true", active="true") == ["mo"]
    assert await names(alpha, mo, silenced="true") == ["alice"]
    v2 = "/api/v2/admin/accounts"
    assert await names(alpha, mo, v2, permissions="staff") == ["mo"]
    assert await names(alpha, mo, v2, origin="remote", by_domain="there.example") == ["rob"]
    assert await names(alpha, mo, v2, username="ali", display_name="Alice") == ["alice"]
    assert await names(alpha, mo, v2, email="alice@mail.example") == []
    assert await names(alpha, mo, v2, ip="192.0.2.1") == []
    _, shown = await ask(alpha, mo, "GET", f"{ACCOUNTS}/{mo.actor.id}")
    assert (shown["role"]["name"], shown["confirmed"], shown["approved"]) == ("Moderator", True, True)
    assert (await ask(alpha, mo, "GET", f"{ACCOUNTS}/1"))[0] == 404


async def test_who_waits_is_let_in_or_goes_without_a_trace(database_url: str) -> None:
    async with running_node(database_url, settings=APPROVAL) as node:
        mo = await node.add_person("mo", scopes=ADMIN)
        await give_role(node, mo)
        app = await an_app(node)
        tokens = {name: (await app.join(username=name))[1]["access_token"] for name in ("carol", "dora")}
        assert await names(node, mo, pending="true") == ["dora", "carol"]
        assert await names(node, mo, suspended="true") == []
        [dora, carol] = (await ask(node, mo, "GET", ACCOUNTS, pending="true"))[1]
        assert (carol["approved"], carol["invite_request"]) == (False, "I know Alice.")
        # Somebody who is not in cannot be suspended, and not be let in by its end.
        assert (await ask(node, mo, "POST", f"{ACCOUNTS}/{carol['id']}/unsuspend"))[0] == 422
        status, now = await ask(node, mo, "POST", f"{ACCOUNTS}/{carol['id']}/approve")
        assert (status, now["approved"], now["suspended"]) == (200, True, False)
        assert (await ask(node, mo, "POST", f"{ACCOUNTS}/{carol['id']}/approve"))[0] == 422
        assert (await ask(node, mo, "POST", f"{ACCOUNTS}/{dora['id']}/reject"))[0] == 200
        me = "/api/v1/accounts/verify_credentials"
        assert (await app.call("GET", me, tokens["carol"]))[0] == 200
        assert (await app.call("GET", me, tokens["dora"]))[0] == 401
        assert await account_of(node, "dora") is None
        # Nobody ever saw her, so the name is free.
        assert (await app.join(username="dora"))[0] == 200


async def test_disabled_is_signed_out_and_may_come_back(alpha: LiveNode, mo: Person) -> None:
    alice = await alpha.add_person("alice")
    await give_password(alpha, alice)
    path = f"{ACCOUNTS}/{alice.actor.id}"
    assert await ask(alpha, mo, "POST", f"{path}/action", type="disable") == (200, {})
    assert (await ask(alpha, alice, "GET", "/api/v1/timelines/home"))[0] in {401, 403}
    assert (await Browser(node=alpha).sign_in("alice")).cookie is None
    assert (await ask(alpha, mo, "GET", path))[1]["disabled"] is True
    assert (await ask(alpha, mo, "POST", f"{path}/enable"))[1]["disabled"] is False
    assert (await Browser(node=alpha).sign_in("alice")).cookie is not None


async def test_suspended_is_gone_until_it_ends(alpha: LiveNode, mo: Person) -> None:
    alice, bob = await alpha.add_person("alice"), await alpha.add_person("bob")
    report = await ask(alpha, bob, "POST", "/api/v1/reports", account_id=str(alice.actor.id))
    path = f"{ACCOUNTS}/{alice.actor.id}"
    assert await ask(alpha, mo, "POST", f"{path}/action", type="suspend", text="spam") == (200, {})
    assert (await ask(alpha, alice, "GET", "/api/v1/timelines/home"))[0] == 403
    _, shown = await ask(alpha, mo, "GET", path)
    assert (shown["suspended"], shown["account"]["suspended"]) == (True, True)
    # What was reported about them is dealt with by it.
    assert (await ask(alpha, mo, "GET", f"{REPORTS}/{report[1]['id']}"))[1]["action_taken"] is True
    assert (await ask(alpha, mo, "POST", f"{path}/unsuspend"))[1]["suspended"] is False
    assert (await ask(alpha, alice, "GET", "/api/v1/timelines/home"))[0] == 200
    done = await alpha.node.db.read(lambda tx: acts.listing(tx, limit=10))
    assert [(each.action, each.account_id, each.note) for each in done] == [
        ("unsuspend", mo.account.id, ""),
        ("suspend", mo.account.id, "spam"),
    ]


async def test_silenced_is_heard_by_followers_only(alpha: LiveNode, mo: Person) -> None:
    alice, bob, carol = [await alpha.add_person(name) for name in ("alice", "bob", "carol")]
    await ask(alpha, bob, "POST", f"/api/v1/accounts/{alice.actor.id}/follow")
    await ask(alpha, alice, "POST", "/api/v1/statuses", status="Loud")

    async def hears(who: Person) -> bool:
        return bool((await ask(alpha, who, "GET", "/api/v1/timelines/public"))[1])

    assert [await hears(who) for who in (bob, carol)] == [True, True]
    path = f"{ACCOUNTS}/{alice.actor.id}"
    await ask(alpha, mo, "POST", f"{path}/action", type="silence")
    assert [await hears(who) for who in (bob, carol, alice)] == [True, False, True]
    assert (await ask(alpha, carol, "GET", f"/api/v1/accounts/{alice.actor.id}"))[1]["limited"] is True
    assert (await ask(alpha, mo, "POST", f"{path}/unsilence"))[1]["silenced"] is False
    assert await hears(carol)


async def test_nobody_acts_upon_themselves_or_upon_their_like(alpha: LiveNode, mo: Person) -> None:
    other, owner = await alpha.add_person("other"), await alpha.add_person("owner", scopes=ADMIN)
    await give_role(alpha, other)
    await give_role(alpha, owner, "owner")

    async def suspends(who: Person, whom: Person) -> int:
        return (await ask(alpha, who, "POST", f"{ACCOUNTS}/{whom.actor.id}/action", type="suspend"))[0]

    assert [await suspends(mo, whom) for whom in (mo, other, owner)] == [403, 403, 403]
    assert await suspends(owner, owner) == 403
    assert await suspends(owner, other) == 200
    status, body = await ask(
        alpha, mo, "POST", f"{ACCOUNTS}/{alpha.instance_actor.id}/action", type="suspend"
    )
    assert (status, body["error"]) == (404, "There is no such account.")


async def test_what_is_not_offered_is_refused(alpha: LiveNode, mo: Person) -> None:
    alice = await alpha.add_person("alice")
    for kind in ("sensitive", "explode", None):
        sent = {} if kind is None else {"type": kind}
        assert (await ask(alpha, mo, "POST", f"{ACCOUNTS}/{alice.actor.id}/action", **sent))[0] == 422
    assert await ask(alpha, mo, "POST", f"{ACCOUNTS}/{alice.actor.id}/action", type="none") == (200, {})
    assert await ask(alpha, mo, "GET", "/api/v1/admin/domain_allows") == (200, [])
    assert (await ask(alpha, mo, "POST", "/api/v1/admin/domain_allows", domain="a.example"))[0] == 422


async def test_a_report_is_looked_at_taken_up_resolved_and_opened_again(alpha: LiveNode, mo: Person) -> None:
    alice, bob = await alpha.add_person("alice"), await alpha.add_person("bob")
    _, public = await ask(alpha, alice, "POST", "/api/v1/statuses", status="Buy this")
    _, secret = await ask(alpha, alice, "POST", "/api/v1/statuses", status="@bob mine", visibility="direct")
    _, made = await ask(
        alpha,
        bob,
        "POST",
        "/api/v1/reports",
        account_id=str(alice.actor.id),
        status_ids=[public["id"], secret["id"]],
        comment="Advertising",
        category="spam",
    )
    _, [report] = await ask(alpha, mo, "GET", REPORTS)
    assert (report["id"], report["category"], report["comment"]) == (made["id"], "spam", "Advertising")
    assert (report["account"]["username"], report["target_account"]["username"]) == ("bob", "alice")
    # ADM-02: what was for bob alone is not shown to anybody else.
    assert [each["id"] for each in report["statuses"]] == [public["id"]]
    path = f"{REPORTS}/{report['id']}"
    assert (await ask(alpha, mo, "POST", f"{path}/assign_to_self"))[1]["assigned_account"]["username"] == "mo"
    assert (await ask(alpha, mo, "POST", f"{path}/unassign"))[1]["assigned_account"] is None
    _, done = await ask(alpha, mo, "POST", f"{path}/resolve")
    assert (done["action_taken"], done["action_taken_by_account"]["username"]) == (True, "mo")
    assert (await ask(alpha, mo, "GET", REPORTS))[1] == []
    assert len((await ask(alpha, mo, "GET", REPORTS, resolved="true"))[1]) == 1
    assert (await ask(alpha, mo, "POST", f"{path}/reopen"))[1]["action_taken"] is False
    assert len((await ask(alpha, mo, "GET", REPORTS, target_account_id=str(alice.actor.id)))[1]) == 1
    assert (await ask(alpha, mo, "GET", REPORTS, account_id=str(alice.actor.id)))[1] == []
    assert (await ask(alpha, mo, "GET", f"{REPORTS}/1"))[0] == 404


async def test_rules_for_servers_are_made_changed_and_taken_back(alpha: LiveNode, mo: Person) -> None:
    bad = await alpha.node.db.write(lambda tx: stranger(tx, "rob", domain="bad.example").id)
    status, made = await ask(
        alpha, mo, "POST", BLOCKS, domain="BAD.example.", severity="suspend", public_comment="spam"
    )
    assert (status, made["domain"], made["severity"]) == (200, "bad.example", "suspend")
    assert made["created_at"]
    assert await alpha.node.db.read(lambda tx: actors.standing(tx, bad)) == (True, False)
    assert (await ask(alpha, mo, "POST", BLOCKS, domain="bad.example"))[0] in {409, 422}
    path = f"{BLOCKS}/{made['id']}"
    _, changed = await ask(alpha, mo, "PUT", path, severity="silence", reject_media=True)
    assert (changed["severity"], changed["reject_media"], changed["public_comment"]) == (
        "silence",
        True,
        "spam",
    )
    assert [each["id"] for each in (await ask(alpha, mo, "GET", BLOCKS))[1]] == [made["id"]]
    assert (await ask(alpha, mo, "GET", path))[1] == changed
    assert await ask(alpha, mo, "DELETE", path) == (200, {})
    assert (await ask(alpha, mo, "GET", path))[0] == 404
    assert (await ask(alpha, mo, "POST", BLOCKS, domain=alpha.domain))[0] == 422


async def test_rules_are_paged(alpha: LiveNode, mo: Person) -> None:
    for number in range(3):
        await ask(alpha, mo, "POST", BLOCKS, domain=f"bad{number}.example")
    _, every = await ask(alpha, mo, "GET", BLOCKS)
    _, first = await ask(alpha, mo, "GET", BLOCKS, limit="2")
    _, rest = await ask(alpha, mo, "GET", BLOCKS, limit="2", max_id=first[-1]["id"])
    assert first + rest == every
    assert len(every) == 3
    _, before = await ask(alpha, mo, "GET", BLOCKS, limit="1", min_id=every[-1]["id"])
    assert before == [every[1]]
