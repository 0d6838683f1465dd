"""Joining, choosing a new password and inviting others, with a real browser and no script."""

from __future__ import annotations

import pytest

from fediverse_node.accounts import queries as accounts
from fediverse_node.accounts import standing
from fediverse_node.joining import invitations, links
from fediverse_node.storage.tx import Tx
from tests.browser.conftest import ORIGIN, Open
from tests.browser.test_sign_in import look
from tests.browser.village import Village

pytestmark = pytest.mark.browser

PASSWORD = "correct horse battery"


@pytest.mark.parametrize(
    ("language", "width", "name"), [("en", 1280, "newcomer"), ("ar", 360, "newcomer_two")]
)
async def test_somebody_comes_in_by_an_invitation_and_invites_others(
    open_page: Open, village: Village, language: str, width: int, name: str
) -> None:
    db = village.node.node.db
    made = await db.write(lambda tx: invitations.create(tx, uses=1))
    watched = await open_page(f"/join/{made.code}", width=width, language=language)
    page = watched.page
    await look(watched, "join", language, width)
    await page.fill("input[name=name]", name)
    await page.fill("input[name=password]", PASSWORD)
    await page.check("input[name=agreement]")
    await page.locator("form[action='/join'] button").click()
    assert page.url == f"{ORIGIN}/join/done?state=in"
    await look(watched, "joined", language, width)

    def moderator(tx: Tx) -> str:
        found = accounts.by_username(tx, name)
        assert found is not None
        standing.give_role(tx, found[0].id, "moderator")
        return links.create(tx, found[0].id, "reset")

    secret = await db.write(moderator)
    await page.goto(f"{ORIGIN}/reset?token={secret}")
    await look(watched, "reset", language, width)
    for field in ("new_password", "repeated"):
        await page.fill(f"input[name={field}]", f"{PASSWORD} again")
    await page.locator("form[action='/reset/password'] button").click()
    assert await page.locator("[role=status]").first.is_visible()

    await page.goto(f"{ORIGIN}/login")
    await page.fill("input[name=name]", name)
    await page.fill("input[name=password]", f"{PASSWORD} again")
    await page.locator("form[action='/login'] .button").first.click()
    await page.goto(f"{ORIGIN}/settings/invitations")
    await page.fill("input[name=note]", "the choir")
    await page.locator("form[action='/settings/invitations'] button").click()
    assert await page.locator(".letter code").first.inner_text() != ""
    await look(watched, "invitations", language, width)
    assert watched.complaints == []
