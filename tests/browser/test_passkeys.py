"""A second factor and passkeys in a real browser, with a virtual device that signs as real ones do."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pyotp
import pytest
from playwright.async_api import Browser, Page

from fediverse_node.accounts import queries as accounts
from tests.browser.conftest import ORIGIN, Watched, chromium
from tests.browser.test_sign_in import look
from tests.browser.village import Village
from tests.fixtures.nodes import Person
from tests.fixtures.sign_in import PASSWORD, give_password

pytestmark = pytest.mark.browser

_DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
async def trusting(browser_path: str, village: Village) -> AsyncIterator[Browser]:
    """Chromium that takes `http://garden.example` for a safe origin: no passkeys without one."""
    trusted = f"--unsafely-treat-insecure-origin-as-secure={ORIGIN}"
    async with chromium(browser_path, village, trusted) as launched:
        yield launched


async def know_password(village: Village, who: str) -> None:
    found = await village.node.node.db.read(lambda tx: accounts.by_username(tx, who))
    assert found is not None
    await give_password(village.node, Person(*found, token=""))


async def give_device(page: Page) -> None:
    """A phone that belongs to whoever looks at *page*."""
    session = await page.context.new_cdp_session(page)
    await session.send("WebAuthn.enable")
    await session.send("WebAuthn.addVirtualAuthenticator", {"options": _DEVICE})


async def watched_page(browser: Browser, language: str, width: int) -> Watched:
    context = await browser.new_context(viewport={"width": width, "height": 900}, locale=language)
    watched = Watched(await context.new_page())
    watched.page.on("console", lambda message: watched.complaints.append(message.text))
    watched.page.on("pageerror", lambda error: watched.complaints.append(str(error)))
    return watched


async def sign_in(page: Page, who: str) -> None:
    await page.goto(f"{ORIGIN}/login")
    await page.fill("input[name=name]", who)
    await page.fill("input[name=password]", PASSWORD)
    await page.locator("form[action='/login'] button").click()


async def add_a_passkey_and_use_it(watched: Watched, language: str, width: int) -> None:
    page = watched.page
    await page.goto(f"{ORIGIN}/settings/security")
    box = page.locator("[data-passkey=create]")
    await box.wait_for(state="visible")
    await look(watched, "security", language, width)

    await box.locator("input[name=name]").fill("My phone")
    await box.locator("input[name=password]").fill("not this one")
    await box.locator("button").click()
    await box.locator("[role=alert]").wait_for(state="visible")
    assert [line for line in watched.complaints if "422" not in line] == []
    watched.complaints.clear()
    await box.locator("input[name=password]").fill(PASSWORD)
    await box.locator("button").click()
    await page.wait_for_url(f"{ORIGIN}/settings/security?done=added")
    assert "My phone" in await page.inner_text("main")
    await look(watched, "security-passkey", language, width)

    await page.locator("header.site button").click()
    await page.wait_for_url(f"{ORIGIN}/")
    await page.goto(f"{ORIGIN}/login?next=%2Fsettings%2Fapps")
    button = page.locator("[data-passkey=get] button")
    await button.wait_for(state="visible")
    await look(watched, "login-passkey", language, width)
    await button.click()
    await page.wait_for_url(f"{ORIGIN}/settings/apps")


async def set_up_a_second_factor_and_use_it(watched: Watched, who: str, language: str, width: int) -> None:
    page = watched.page
    await page.goto(f"{ORIGIN}/settings/security")
    form = page.locator("form", has=page.locator("input[value=begin]"))
    await form.locator("input[name=password]").fill(PASSWORD)
    await form.locator("button").click()
    secret = await page.locator("main code").first.inner_text()
    await look(watched, "second-factor", language, width)
    box = await page.locator(".qr svg").bounding_box()
    assert box is not None
    assert box["width"] >= 150

    await page.fill("input[name=code]", pyotp.TOTP(secret).now())
    await page.locator("form:has(input[value=confirm]) button").click()
    codes = await page.locator(".codes code").all_inner_texts()
    assert len(codes) == 10
    await look(watched, "recovery-codes", language, width)
    await page.goto(f"{ORIGIN}/settings/security")
    await look(watched, "second-factor-on", language, width)

    await page.locator("header.site button").click()
    await page.wait_for_url(f"{ORIGIN}/")
    await sign_in(page, who)
    assert page.url.startswith(f"{ORIGIN}/login/code")
    await look(watched, "login-code", language, width)
    await page.fill("input[name=code]", codes[0])
    await page.locator("main button").click()
    await page.wait_for_url(f"{ORIGIN}/settings")
    assert watched.complaints == []


@pytest.mark.parametrize(("language", "width", "who"), [("en", 1280, "mira"), ("ar", 360, "layla")])
async def test_people_sign_in_with_a_passkey_and_with_a_second_factor(
    village: Village, trusting: Browser, language: str, width: int, who: str
) -> None:
    await know_password(village, who)
    watched = await watched_page(trusting, language, width)
    await give_device(watched.page)
    await sign_in(watched.page, who)
    await add_a_passkey_and_use_it(watched, language, width)
    await set_up_a_second_factor_and_use_it(watched, who, language, width)
    assert watched.complaints == []


async def test_without_scripts_the_page_says_what_passkeys_need(trusting: Browser) -> None:
    plain = await (await trusting.new_context(java_script_enabled=False)).new_page()
    await plain.goto(f"{ORIGIN}/login")
    assert await plain.locator("noscript").is_visible()
    assert not await plain.locator("[data-passkey=get]").is_visible()
