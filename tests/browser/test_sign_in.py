"""Signing in with a real browser: forms, cookies and headers as Chromium sends them."""

from __future__ import annotations

from pathlib import Path

import pytest

from fediverse_node.accounts import queries as accounts
from fediverse_node.accounts.passwords import hash_password
from fediverse_node.storage.tx import Tx
from tests.browser.conftest import ORIGIN, Open, Watched
from tests.browser.test_pages import PICTURES, UNCLEAR
from tests.browser.village import Village

pytestmark = pytest.mark.browser

PASSWORD = "correct horse battery"


@pytest.fixture
async def password(village: Village) -> str:
    """So that mira and layla can sign in."""
    hashed = hash_password(PASSWORD)

    def unit(tx: Tx) -> None:
        for actor in (village.mira, village.layla):
            account = accounts.by_actor(tx, actor.id)
            assert account is not None
            accounts.set_password(tx, account.id, hashed)

    await village.node.node.db.write(unit)
    return PASSWORD


async def look(watched: Watched, name: str, language: str, width: int) -> None:
    """Nothing sticks out, nothing is blocked, everything has a name."""
    overflow = await watched.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert overflow <= 0, f"{name} is {overflow} pixels too wide"
    assert await watched.page.evaluate(UNCLEAR) == [], name
    assert watched.elsewhere == [], name
    if PICTURES:
        await watched.page.screenshot(path=Path(PICTURES) / f"{name}-{language}-{width}.png", full_page=True)


@pytest.mark.parametrize(("language", "width", "who"), [("en", 1280, "mira"), ("ar", 360, "layla")])
async def test_people_sign_in_see_their_settings_and_sign_out(
    open_page: Open, password: str, language: str, width: int, who: str
) -> None:
    watched = await open_page("/settings", width=width, language=language)
    page = watched.page
    assert page.url == f"{ORIGIN}/login?next=%2Fsettings"
    await look(watched, "login", language, width)

    await page.fill("input[name=name]", who)
    await page.fill("input[name=password]", "not this one")
    await page.locator("form[action='/login'] button").click()
    await look(watched, "login-refused", language, width)
    assert await page.locator("[role=alert]").first.is_visible()
    # Chromium reports that the answer to the form was a refusal.
    assert [line for line in watched.complaints if "422" not in line] == []
    watched.complaints.clear()

    await page.fill("input[name=password]", password)
    await page.locator("form[action='/login'] button").click()
    assert page.url == f"{ORIGIN}/settings"
    await look(watched, "settings", language, width)
    assert await page.locator(".letter").count() == 1

    await page.locator("header.site button").click()
    assert page.url == f"{ORIGIN}/"
    await page.goto(f"{ORIGIN}/settings")
    assert page.url.startswith(f"{ORIGIN}/login")
    assert watched.complaints == []
