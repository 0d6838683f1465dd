"""The pages by which people come in, and get back in."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from fediverse_node.joining import invitations, links
from fediverse_node.joining import queries as joining
from fediverse_node.joining.clerk import Clerk
from fediverse_node.joining.sign_up import sender_of
from tests.fixtures.joining import APPROVAL, MAILS, OPEN, PASSWORD, account_of, letters_of, link_in
from tests.fixtures.nodes import LiveNode, Person, running_node
from tests.fixtures.sign_in import Browser, give_password, signed_in_browser

NEW = "another horse battery staple"


def typed(**changes: str) -> dict[str, str]:
    usual = {"name": "carol", "email": "carol@mail.example", "password": PASSWORD, "agreement": "1"}
    return {**usual, **changes}


@pytest.fixture
async def mailing(database_url: str) -> AsyncIterator[LiveNode]:
    async with running_node(database_url, settings={**OPEN, **MAILS}) as node:
        yield node


@pytest.fixture
async def alice(mailing: LiveNode) -> Person:
    """With a password, and an address that is hers."""
    made = await mailing.add_person("alice")
    await give_password(mailing, made)
    await mailing.node.db.write(
        lambda tx: joining.set_email(tx, made.account.id, "alice@mail.example", confirmed=True)
    )
    return made


async def test_somebody_joins_confirms_and_signs_in(mailing: LiveNode) -> None:
    browser = Browser(node=mailing)
    assert 'name="password"' in (await browser.get("/join")).text
    answer = await browser.post("/join", **typed())
    assert (answer.status, answer.location) == (303, "/join/done?state=confirm")
    assert "open the letter" in (await browser.get(answer.location)).text
    [letter] = await letters_of(mailing)
    assert "is confirmed" in (await browser.post("/confirm", token=link_in(letter))).text
    assert (await browser.sign_in("carol", PASSWORD)).cookie is not None


async def test_what_is_wrong_is_said_and_what_was_typed_stays_but_for_the_password(mailing: LiveNode) -> None:
    browser = Browser(node=mailing, headers={"Accept-Language": "ar"})
    shown = await browser.post("/join", **typed(name="root", password="<short>"))
    assert shown.status == 422
    assert "هذا الاسم محجوز" in shown.text
    assert 'value="root"' in shown.text
    assert "short" not in shown.text
    assert await account_of(mailing, "root") is None


async def test_a_form_of_another_site_makes_no_account(mailing: LiveNode) -> None:
    # WEB-23
    elsewhere = Browser(node=mailing, origin="https://evil.example")
    assert (await elsewhere.post("/join", **typed())).status == 403
    assert await account_of(mailing, "carol") is None


async def test_a_closed_server_says_so_and_an_invitation_opens_it(database_url: str) -> None:
    async with running_node(
        database_url, settings={"FEDIVERSE_NODE_REGISTRATION__MESSAGE": "Write to <Ann>."}
    ) as alpha:
        browser = Browser(node=alpha)
        closed = await browser.get("/join")
        assert (closed.status, "Write to &lt;Ann&gt;." in closed.text) == (403, True)
        assert (await browser.post("/join", **typed())).status == 403
        made = await alpha.node.db.write(lambda tx: invitations.create(tx, uses=1))
        assert "You were invited." in (await browser.get(f"/join/{made.code}")).text
        assert (await browser.post("/join", **typed(code=made.code))).location == "/join/done?state=in"
        used = await browser.get(f"/join/{made.code}")
        assert (used.status, "works no more" in used.text) == (403, True)
        assert (await browser.get("/auth/sign_up")).location == "/join"


async def test_where_people_are_let_in_one_by_one_a_reason_is_asked_for(database_url: str) -> None:
    async with running_node(database_url, settings=APPROVAL) as alpha:
        browser = Browser(node=alpha)
        assert 'name="reason"' in (await browser.get("/join")).text
        assert (await browser.post("/join", **typed())).status == 422
        answer = await browser.post("/join", **typed(reason="I know Alice."))
        assert answer.location == "/join/done?state=wait"
        assert (await browser.sign_in("carol", PASSWORD)).cookie is None


async def test_a_link_sets_a_new_password_once_and_signs_out_everywhere(
    mailing: LiveNode, alice: Person
) -> None:
    # ADM-03
    before = await signed_in_browser(mailing, alice)
    browser = Browser(node=mailing)
    assert "is on its way" in (await browser.post("/reset", asked="@alice")).text
    clerk = Clerk(mailing.node.db, sender_of(mailing.node.config))
    assert await clerk.answer() == 1
    [letter] = await letters_of(mailing)
    assert letter.recipient == "alice@mail.example"
    secret = link_in(letter)
    page = await browser.get(f"/reset?token={secret}")
    assert "new_password" in page.text
    assert page.headers["Cache-Control"] == "no-store"
    wrong = await browser.post("/reset/password", token=secret, new_password=NEW, repeated=PASSWORD)
    assert wrong.status == 422
    done = await browser.post("/reset/password", token=secret, new_password=NEW, repeated=NEW)
    assert done.status == 200
    assert (await before.get("/settings")).status == 303
    async with mailing.http.get("/api/v1/timelines/home", headers=alice.bearer) as answer:
        assert answer.status == 401
    assert (await browser.sign_in("alice")).cookie is None
    assert (await browser.sign_in("alice", NEW)).cookie is not None
    again = await browser.post("/reset/password", token=secret, new_password=PASSWORD, repeated=PASSWORD)
    assert again.status == 404


async def test_whether_somebody_is_known_nobody_learns(mailing: LiveNode, alice: Person) -> None:
    # OAU-17, OAU-18
    browser = Browser(node=mailing)
    known = await browser.post("/reset", asked="alice@mail.example")
    unknown = await browser.post("/reset", asked="nobody@mail.example")
    assert (known.status, known.text) == (unknown.status, unknown.text)
    assert await letters_of(mailing) == []
    assert await Clerk(mailing.node.db, sender_of(mailing.node.config)).answer() == 2
    assert [letter.recipient for letter in await letters_of(mailing)] == ["alice@mail.example"]


async def test_an_address_that_nobody_confirmed_gets_no_link(mailing: LiveNode, alice: Person) -> None:
    await mailing.node.db.write(
        lambda tx: joining.set_email(tx, alice.account.id, "alice@mail.example", confirmed=False)
    )
    for asked in ("alice", "alice@mail.example"):
        await Browser(node=mailing).post("/reset", asked=asked)
    await Clerk(mailing.node.db, sender_of(mailing.node.config)).answer()
    assert await letters_of(mailing) == []


async def test_a_link_of_one_kind_is_no_link_of_the_other(mailing: LiveNode, alice: Person) -> None:
    secret = await mailing.node.db.write(lambda tx: links.create(tx, alice.account.id, "confirm"))
    assert (await Browser(node=mailing).get(f"/reset?token={secret}")).status == 404
    assert (await Browser(node=mailing).get(f"/confirm?token={secret}")).status == 200


async def test_a_server_without_mail_says_whom_to_ask(alpha: LiveNode) -> None:
    assert "Ask whoever runs it" in (await Browser(node=alpha).get("/reset")).text


async def test_people_invite_where_they_may_and_take_back_only_their_own(database_url: str) -> None:
    settings = {"FEDIVERSE_NODE_REGISTRATION__PEOPLE_INVITE": "true"}
    async with running_node(database_url, settings=settings) as alpha:
        alice, bob = await alpha.add_person("alice"), await alpha.add_person("bob")
        hers = await signed_in_browser(alpha, alice)
        assert (await hers.send("/settings/invitations", uses="2", days="3", note="<choir>")).status == 303
        assert (await hers.send("/settings/invitations", uses="0", days="3")).status == 422
        page = await hers.get("/settings/invitations")
        assert "&lt;choir&gt;" in page.text
        [made] = await alpha.node.db.read(invitations.listing)
        assert f"/join/{made.code}" in page.text
        assert '<a href="/settings/invitations">' in (await hers.get("/settings")).text
        # PRI-12
        his = await signed_in_browser(alpha, bob)
        assert (await his.send("/settings/invitations/revoke", invitation=str(made.id))).status == 404
        assert (await hers.post("/settings/invitations/revoke", invitation=str(made.id))).status == 403
        assert (await hers.send("/settings/invitations/revoke", invitation=str(made.id))).status == 303
        assert (await Browser(node=alpha).get(f"/join/{made.code}")).status == 403


async def test_where_people_may_not_invite_there_is_no_page_for_it(alpha: LiveNode) -> None:
    browser = await signed_in_browser(alpha, await alpha.add_person("alice"))
    assert (await browser.get("/settings/invitations")).status == 403
    assert (await browser.send("/settings/invitations", uses="1", days="1")).status == 403
    assert "/settings/invitations" not in (await browser.get("/settings")).text
