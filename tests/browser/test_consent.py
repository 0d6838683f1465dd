"""Deciding with a real browser: each use by itself, and everything one decided on one page."""

from __future__ import annotations

import pytest

from tests.browser.conftest import ORIGIN, Open
from tests.browser.test_sign_in import look
from tests.browser.test_writing import sign_in
from tests.browser.village import Village

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("language", "width", "who"), [("en", 1280, "mira"), ("ar", 360, "layla")])
async def test_people_split_their_yes_look_it_up_and_take_it_back(
    village: Village, open_page: Open, language: str, width: int, who: str
) -> None:
    watched = await open_page("/about", width=width, language=language)
    page = await sign_in(village, watched, {"mira": village.mira, "layla": village.layla}[who])
    await page.goto(f"{ORIGIN}/compose")
    await page.fill("textarea[name=text]", "Answers may be made of this.")
    await page.fill("input[name=summary]", "careful")
    await page.locator(".consent details summary").click()
    await page.check("input[name=use-ai-input]")
    await page.select_option("select[name=licence]", "CC-BY-4.0")
    await look(watched, "compose-split", language, width)
    await page.locator("button[value=publish]").click()
    # It is a sensitive post, and so it has to be said expressly.
    await page.check("input[name=training_sensitive]")
    await look(watched, "compose-sensitive", language, width)
    await page.locator("button[value=publish]").click()
    assert page.url == f"{ORIGIN}/settings/posts?done=published"

    await page.goto(f"{ORIGIN}/settings/posts")
    await look(watched, "own-posts-split", language, width)
    deciding = page.locator("details:has(button[value=split])").first
    await deciding.locator("summary").click()
    await look(watched, "own-posts-deciding", language, width)
    await deciding.locator("select[name=training_credit]").select_option("handle")
    await deciding.locator("button[value=split]").click()
    assert await page.locator("[role=status]").is_visible()
    await page.goto(f"{ORIGIN}/settings/consent?state=active")
    await look(watched, "my-consent", language, width)
    assert await page.locator(".letter input[type=checkbox]").count() >= 1
    await page.locator(".letter input[type=checkbox]").first.check()
    await page.locator("form[action='/settings/consent/withdraw'] button:not([name])").click()
    assert await page.locator("[role=status]").is_visible()
    await page.check("input[name=never_ask]")
    await page.locator("form[action='/settings/consent'][method=post] button").click()
    await page.goto(f"{ORIGIN}/compose")
    assert await page.locator("input[name=training]").count() == 0
    # The refusal of a sensitive post that was not allowed as one.
    assert all("422" in complaint for complaint in watched.complaints)


@pytest.mark.parametrize(("language", "width", "who"), [("en", 1280, "mira"), ("ar", 360, "layla")])
async def test_everything_is_taken_back_after_one_more_question(
    village: Village, open_page: Open, language: str, width: int, who: str
) -> None:
    watched = await open_page("/about", width=width, language=language)
    page = await sign_in(village, watched, {"mira": village.mira, "layla": village.layla}[who])
    await page.goto(f"{ORIGIN}/compose")
    await page.fill("textarea[name=text]", "Learn from this.")
    await page.check("input[name=training]")
    await page.locator("button[value=publish]").click()
    await page.goto(f"{ORIGIN}/settings/consent")
    await page.locator("button[value=all]").click()
    await look(watched, "consent-sure", language, width)
    await page.locator("button[value=all]").click()
    assert page.url == f"{ORIGIN}/settings/consent?done=withdrawn"
    assert await page.locator(".letter input[type=checkbox]").count() == 0
    assert watched.complaints == []
