"""Writing with a real browser: the plain form of the composer, and one's own posts."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from playwright.async_api import Page

from fediverse_node.accounts import queries as accounts
from fediverse_node.accounts import sessions
from fediverse_node.actors.model import Actor
from fediverse_node.storage.tx import Tx
from tests.browser.conftest import ORIGIN, Open, Watched
from tests.browser.test_sign_in import look
from tests.browser.village import Village

pytestmark = pytest.mark.browser


async def sign_in(village: Village, watched: Watched, actor: Actor) -> Page:
    """The page, in a browser in which *actor* is signed in."""

    def unit(tx: Tx) -> str:
        account = accounts.by_actor(tx, actor.id)
        assert account is not None
        return sessions.begin(tx, account.id, browser="Chromium, Linux")

    secret = await village.node.node.db.write(unit)
    await watched.page.context.add_cookies([{"name": "session", "value": secret, "url": ORIGIN}])
    return watched.page


@pytest.mark.parametrize(("language", "width", "who"), [("en", 1280, "mira"), ("ar", 360, "layla")])
async def test_people_write_decide_and_take_part(
    village: Village, open_page: Open, language: str, width: int, who: str
) -> None:
    watched = await open_page("/about", width=width, language=language)
    page = await sign_in(village, watched, {"mira": village.mira, "layla": village.layla}[who])
    await page.goto(f"{ORIGIN}/compose?inReplyTo={quote(village.lively.uri, safe='')}&content=Mint!")
    await look(watched, "compose-answer", language, width)
    assert await page.locator(".quoted").is_visible()

    await page.goto(f"{ORIGIN}/compose")
    assert not await page.locator("input[name=training]").is_checked()
    await page.fill("textarea[name=text]", "Written in a browser, without a script.")
    # Enter in a line is no yes to publishing.
    await page.locator("input[name=summary]").press("Enter")
    assert await page.locator("textarea[name=text]").input_value() == (
        "Written in a browser, without a script."
    )
    await look(watched, "compose", language, width)
    await page.locator("button[value=publish]").click()
    assert page.url == f"{ORIGIN}/settings/posts?done=published"
    first = page.locator("article").first
    assert await first.locator(".training.no").is_visible()

    await page.goto(f"{ORIGIN}/compose")
    await page.fill("textarea[name=text]", "Learn from my second one.")
    await page.check("input[name=training]")
    await page.locator("button[value=publish]").click()
    assert await page.locator("article").first.locator(".training.yes").is_visible()
    await look(watched, "own-posts", language, width)

    await page.locator("button[value=withdraw]").first.click()
    assert await page.locator("article").first.locator(".training.no").is_visible()
    await page.locator("details:has(button[value=delete]) summary").first.click()
    await page.locator("button[value=delete]").first.click()
    assert "my second one" not in await page.locator("main").inner_text()

    await page.goto(f"{ORIGIN}/authorize_interaction?uri={quote(village.lively.uri, safe='')}")
    await look(watched, "take-part", language, width)
    await page.locator("button[value=favourite]").click()
    assert await page.locator("form.form [role=status]").is_visible()
    await page.goto(f"{ORIGIN}/authorize_interaction?uri=https://elsewhere.example/1")
    await look(watched, "take-part-unknown", language, width)
    assert watched.complaints == []
