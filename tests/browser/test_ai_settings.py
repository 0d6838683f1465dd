"""AI in posts with a real browser: what people hide, what they say of their own, what the words mean."""

from __future__ import annotations

import pytest

from tests.browser.conftest import ORIGIN, Open
from tests.browser.test_sign_in import look
from tests.browser.test_writing import sign_in
from tests.browser.village import Village

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("language", "width", "who"), [("en", 1280, "mira"), ("ar", 360, "layla")])
async def test_people_hide_posts_of_ai_and_say_what_of_theirs_is(
    village: Village, open_page: Open, language: str, width: int, who: str
) -> None:
    watched = await open_page("/about", width=width, language=language)
    page = await sign_in(village, watched, {"mira": village.mira, "layla": village.layla}[who])
    await page.goto(f"{ORIGIN}/settings")
    await page.locator("a[href='/settings/ai']").click()
    await page.select_option("select[name=hides]", "all")
    await look(watched, "ai-settings", language, width)
    await page.locator("form[action='/settings/ai'] button").click()
    assert await page.locator("[role=status]").is_visible()
    assert await page.locator("select[name=hides]").input_value() == "all"

    await page.goto(f"{ORIGIN}/compose")
    await page.fill("textarea[name=text]", "A model elsewhere helped me with this.")
    await page.locator("details:has(select[name=disclosure]) summary").click()
    await page.select_option("select[name=disclosure]", "ai-assisted")
    await page.check("input[name=reviewed]")
    await look(watched, "compose-ai", language, width)
    await page.locator("button[value=publish]").click()
    assert page.url == f"{ORIGIN}/settings/posts?done=published"
    assert await page.locator("article").first.get_attribute("ai-disclosure") == "ai-assisted"
    await page.goto(f"{ORIGIN}/ns/ai-provenance")
    await look(watched, "vocabulary-terms", language, width)
    assert watched.complaints == []
