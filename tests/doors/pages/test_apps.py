"""`/settings/apps`: what somebody let in, and the end of it."""

from __future__ import annotations

import re
from html import unescape

from fediverse_node.oauth import apps, grants, permissions, tokens
from fediverse_node.oauth.model import Permission
from fediverse_node.storage.tx import Tx
from tests.fixtures.nodes import LiveNode, Person
from tests.fixtures.sign_in import signed_in_browser

CALLBACK = "https://app.example/callback"


async def let_in(node: LiveNode, person: Person, name: str) -> str:
    """An app that *person* lets in, by its access token."""

    def unit(tx: Tx) -> str:
        app, _ = apps.register(
            tx, name=name, redirect_uris=[CALLBACK], scopes=["read"], website="https://fern.example"
        )
        code = grants.allow(
            tx, person.account.id, app, scopes=("read",), redirect_uri=CALLBACK, challenge=None
        )
        issued = grants.exchange(tx, app, code, redirect_uri=CALLBACK, verifier=None)
        assert issued is not None
        return issued.access_token

    return await node.node.db.write(unit)


async def works(node: LiveNode, token: str) -> bool:
    return await node.node.db.read(lambda tx: tokens.find(tx, token)) is not None


async def test_apps_are_listed_and_end_at_once(alpha: LiveNode) -> None:
    # OAU-14
    alice, bob = await alpha.add_person("alice"), await alpha.add_person("bob")
    browser = await signed_in_browser(alpha, alice)
    fern, moss = await let_in(alpha, alice, "<Fern>"), await let_in(alpha, alice, "Moss")
    bobs = await let_in(alpha, bob, "Bracken")
    shown = await browser.get("/settings/apps")
    assert (shown.status, shown.headers["Cache-Control"]) == (200, "no-store")
    assert "&lt;Fern&gt;" in shown.text
    assert "fern.example" in shown.text
    assert "made at the command line" in shown.text
    assert "Bracken" not in shown.text

    entry = unescape(shown.text).partition("<bdi><Fern></bdi>")[2]
    fields = dict(re.findall(r'name="(kind|id)" value="([^"]+)"', entry)[:2])
    ended = await browser.send("/settings/apps", **fields)
    assert ended.status == 303
    assert [await works(alpha, each) for each in (fern, moss, bobs)] == [False, True, True]
    assert "&lt;Fern&gt;" not in (await browser.get("/settings/apps")).text


async def test_a_token_of_the_command_line_ends_there_too(alpha: LiveNode) -> None:
    alice = await alpha.add_person("alice")
    browser = await signed_in_browser(alpha, alice)
    [found] = await listed(alpha, alice)
    assert (await browser.send("/settings/apps", kind=found.kind, id=str(found.id))).status == 303
    assert not await works(alpha, alice.token)


async def test_nobody_ends_what_is_somebody_elses(alpha: LiveNode) -> None:
    alice, bob = await alpha.add_person("alice"), await alpha.add_person("bob")
    token = await let_in(alpha, bob, "Bracken")
    browser = await signed_in_browser(alpha, alice)
    for each in await listed(alpha, bob):
        assert (await browser.send("/settings/apps", kind=each.kind, id=str(each.id))).status == 404
    assert (await browser.send("/settings/apps", kind="grant", id="x")).status == 404
    assert await works(alpha, token)


async def test_ending_needs_the_form_of_the_page(alpha: LiveNode) -> None:
    # WEB-23
    alice = await alpha.add_person("alice")
    browser = await signed_in_browser(alpha, alice)
    token = await let_in(alpha, alice, "Fern")
    found = (await listed(alpha, alice))[0]
    fields = {"kind": found.kind, "id": str(found.id)}
    assert (await browser.post("/settings/apps", form_token="0" * 64, **fields)).status == 403
    assert await works(alpha, token)
    browser.secret = None
    assert (await browser.post("/settings/apps", **fields)).location == "/login"
    assert (await browser.get("/settings/apps")).status == 303


async def listed(node: LiveNode, person: Person) -> list[Permission]:
    account_id = person.account.id
    return await node.node.db.read(lambda tx: permissions.of_account(tx, account_id))
