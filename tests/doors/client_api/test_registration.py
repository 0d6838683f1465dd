"""Joining by an app: what is asked, what is answered, and what somebody may do who is not in yet."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from fediverse_node.accounts import queries as accounts
from fediverse_node.joining import admitting, invitations
from fediverse_node.joining import queries as joining
from fediverse_node.joining.sign_up import sender_of
from fediverse_node.storage.tx import Tx
from tests.fixtures.joining import (
    APPROVAL,
    MAILS,
    OPEN,
    PASSWORD,
    account_of,
    an_app,
    give_role,
    letters_of,
    link_in,
)
from tests.fixtures.nodes import LiveNode, running_node
from tests.fixtures.sign_in import Browser

ME = "/api/v1/accounts/verify_credentials"
AGAIN = "/api/v1/emails/confirmations"
CHECK = "/api/v1/emails/check_confirmation"


@pytest.fixture
async def open_node(database_url: str) -> AsyncIterator[LiveNode]:
    """Everybody can join, and no mail server is named."""
    async with running_node(database_url, settings=OPEN) as node:
        yield node


@pytest.fixture
async def mailing(database_url: str) -> AsyncIterator[LiveNode]:
    """Everybody can join who confirms their address."""
    async with running_node(database_url, settings={**OPEN, **MAILS}) as node:
        yield node


async def test_whoever_joins_an_open_server_is_in_at_once_with_a_token(open_node: LiveNode) -> None:
    app = await an_app(open_node)
    status, body = await app.join(locale="ar", email=None, reason=None)
    assert status == 200, body
    assert (body["token_type"], body["scope"]) == ("Bearer", "read write follow push")
    _, me = await app.call("GET", ME, body["access_token"])
    assert (me["username"], me["source"]["language"]) == ("carol", "ar")
    status, written = await app.call("POST", "/api/v1/statuses", body["access_token"], status="Here I am")
    assert (status, written["account"]["username"]) == (200, "carol")
    # It is a token of that app, which it can hand back.
    browser = Browser(node=open_node)
    assert (await browser.sign_in("carol", PASSWORD)).status == 303


async def test_a_closed_server_takes_nobody_but_whoever_was_invited(alpha: LiveNode) -> None:
    app = await an_app(alpha)
    status, body = await app.join()
    assert (status, "no new accounts" in body["error"]) == (403, True)
    made = await alpha.node.db.write(lambda tx: invitations.create(tx, uses=1))
    assert (await app.join(invite_code=made.code))[0] == 200
    # ADM-09: for one person is for one person.
    assert (await app.join(username="dora", invite_code=made.code))[0] == 403
    assert await account_of(alpha, "dora") is None


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("username", "", "ERR_BLANK"),
        ("username", "caròl", "ERR_INVALID"),
        ("username", "x" * 31, "ERR_INVALID"),
        ("username", "Admin", "ERR_RESERVED"),
        ("username", "ALICE", "ERR_TAKEN"),
        ("email", None, "ERR_BLANK"),
        ("email", "carol@localhost", "ERR_INVALID"),
        # ADM-07, WEB-27
        ("email", "carol@mail.example\r\nBcc: all@mail.example", "ERR_INVALID"),
        ("email", '"carol x"@mail.example', "ERR_INVALID"),
        ("email", "carol%other.example@mail.example", "ERR_INVALID"),
        ("password", "short", "ERR_TOO_SHORT"),
        ("password", "x" * 257, "ERR_TOO_LONG"),
        ("agreement", False, "ERR_ACCEPTED"),
    ],
)
async def test_what_cannot_be_taken_is_named_field_by_field(
    mailing: LiveNode, field: str, value: object, code: str
) -> None:
    await mailing.add_person("alice")
    status, body = await (await an_app(mailing)).join(**{field: value})
    assert status == 422
    assert [(name, [each["error"] for each in faults]) for name, faults in body["details"].items()] == [
        (field, [code])
    ]
    assert body["details"][field][0]["description"] in body["error"]
    assert await letters_of(mailing) == []


async def test_only_an_app_of_itself_with_the_scope_may_ask(open_node: LiveNode) -> None:
    alice = await open_node.add_person("alice")
    app = await an_app(open_node)
    for token, status in ((None, 401), ("unknown", 401), (alice.token, 403)):
        assert (await app.call("POST", "/api/v1/accounts", token, username="carol"))[0] == status
    assert (await (await an_app(open_node, scopes="read write:media")).join())[0] == 403
    assert (await (await an_app(open_node, scopes="write:accounts")).join())[0] == 200


async def test_until_the_address_is_confirmed_a_token_opens_next_to_nothing(mailing: LiveNode) -> None:
    app = await an_app(mailing)
    _, issued = await app.join()
    token = issued["access_token"]
    for method, path in (("GET", ME), ("GET", "/api/v1/timelines/home"), ("POST", "/api/v1/statuses")):
        status, body = await app.call(method, path, token)
        assert (status, "not confirmed" in body["error"]) == (403, True), path
    assert await app.call("GET", CHECK, token) == (200, False)
    # Nobody sees them, and nobody can sign in.
    for path in ("/@carol", "/users/carol", "/api/v1/accounts/lookup?acct=carol"):
        async with mailing.http.get(path, headers={"Accept": "application/activity+json"}) as answer:
            assert answer.status == 404, path
    browser = Browser(node=mailing)
    assert (await browser.sign_in("carol", PASSWORD)).cookie is None

    [letter] = await letters_of(mailing)
    assert letter.recipient == "carol@mail.example"
    secret = link_in(letter)
    # Programs open links in letters: looking changes nothing.
    assert (await browser.get(f"/confirm?token={secret}")).status == 200
    assert (await app.call("GET", ME, token))[0] == 403
    assert (await browser.post("/confirm", token=secret)).status == 200
    assert (await app.call("GET", ME, token))[0] == 200
    assert await app.call("GET", CHECK, token) == (200, True)
    async with mailing.http.get("/users/carol", headers={"Accept": "application/activity+json"}) as answer:
        assert answer.status == 200
    # The link worked once.
    assert (await browser.post("/confirm", token=secret)).status == 404


async def test_the_letter_can_be_asked_for_again_and_go_elsewhere(mailing: LiveNode) -> None:
    app = await an_app(mailing)
    _, issued = await app.join()
    token = issued["access_token"]
    assert (await app.call("POST", AGAIN, token))[0] == 200
    assert (await app.call("POST", AGAIN, token, email="carol@new.example"))[0] == 200
    assert (await app.call("POST", AGAIN, token, email="carol@"))[0] == 422
    sent = await letters_of(mailing)
    assert [letter.recipient for letter in sent] == [
        "carol@mail.example",
        "carol@mail.example",
        "carol@new.example",
    ]
    await Browser(node=mailing).post("/confirm", token=link_in(sent[-1]))
    assert (await app.call("POST", AGAIN, token))[0] == 403
    alice = await mailing.add_person("alice")
    assert (await app.call("POST", AGAIN, alice.token))[0] == 403


async def test_an_address_that_is_known_is_taken_like_any_other(mailing: LiveNode) -> None:
    """OAU-18: nobody learns who has an account here, and nobody gets at one by an address."""
    app = await an_app(mailing)
    first, second = await app.join(), await app.join(username="dora")
    assert first[0] == second[0] == 200
    assert first[1].keys() == second[1].keys()
    sent = await letters_of(mailing)
    await Browser(node=mailing).post("/confirm", token=link_in(sent[1]))
    carol, dora = await account_of(mailing, "carol"), await account_of(mailing, "dora")
    assert carol is not None
    assert dora is not None
    assert (carol.waits, dora.waits) == (True, False)


async def test_where_people_are_let_in_one_by_one_they_wait_and_those_who_decide_hear_of_it(
    database_url: str,
) -> None:
    async with running_node(database_url, settings={**APPROVAL, **MAILS}) as node:
        moderator, plain = await node.add_person("mo"), await node.add_person("alice")
        await give_role(node, moderator, mail_to="mo@mail.example")
        await node.node.db.write(
            lambda tx: joining.set_email(tx, plain.account.id, "alice@mail.example", confirmed=True)
        )
        app = await an_app(node)
        status, body = await app.join(reason=" ")
        assert (status, list(body["details"])) == (422, ["reason"])
        _, issued = await app.join()
        [letter] = await letters_of(node)
        await Browser(node=node).post("/confirm", token=link_in(letter))
        assert (await app.call("GET", ME, issued["access_token"]))[1]["error"].endswith("for approval.")
        told = (await letters_of(node))[1:]
        assert [(each.recipient, "I know Alice." in each.body) for each in told] == [
            ("mo@mail.example", True)
        ]

        def let_in(tx: Tx) -> None:
            found = accounts.by_username(tx, "carol")
            assert found is not None
            admitting.approve(tx, sender_of(node.node.config), *found)

        await node.node.db.write(let_in)
        assert (await app.call("GET", ME, issued["access_token"]))[0] == 200
        assert (await letters_of(node))[-1].subject == "You are in: alpha"


async def test_sign_ups_from_one_place_and_letters_to_one_address_are_counted(database_url: str) -> None:
    # DOS-19
    settings = {**OPEN, **MAILS, "FEDIVERSE_NODE_LIMITS__RATE_LIMITS": "true"}
    async with running_node(database_url, settings=settings) as node:
        app = await an_app(node)
        found = [(await app.join(username=f"user{number}"))[0] for number in range(4)]
        # Three letters an hour go to one address.
        assert found == [200, 200, 200, 429]
        found = [(await app.join(username=""))[0] for _ in range(2)]
        assert found == [422, 429]


@pytest.mark.parametrize(
    ("settings", "enabled", "approval"),
    [({}, False, False), (APPROVAL, True, True), (OPEN, True, False)],
)
async def test_what_the_server_says_of_joining_is_true(
    database_url: str, settings: dict[str, str], *, enabled: bool, approval: bool
) -> None:
    message = {"FEDIVERSE_NODE_REGISTRATION__MESSAGE": "Ask <me>"}
    async with running_node(database_url, settings={**settings, **message}) as node:
        async with node.http.get("/api/v2/instance") as answer:
            said = (await answer.json())["registrations"]
        async with node.http.get("/api/v1/instance") as answer:
            before = await answer.json()
        async with node.http.get("/nodeinfo/2.0") as answer:
            assert (await answer.json())["openRegistrations"] is enabled
    assert (said["enabled"], said["approval_required"], said["reason_required"]) == (
        enabled,
        approval,
        approval,
    )
    assert said["message"] == (None if enabled else "<p>Ask &lt;me&gt;</p>")
    assert (before["registrations"], before["approval_required"]) == (enabled, approval)
