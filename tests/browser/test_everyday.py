"""Searching, one's own profile, and posts that wait for their time, with a real browser."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.browser.conftest import ORIGIN, Open
from tests.browser.test_sign_in import look
from tests.browser.test_writing import sign_in
from tests.browser.village import Village

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("language", "width", "who"), [("en", 1280, "mira"), ("ar", 360, "layla")])
async def test_people_search_describe_themselves_and_write_for_later(
    village: Village, open_page: Open, language: str, width: int, who: str
) -> None:
    watched = await open_page("/about", width=width, language=language)
    page = await sign_in(village, watched, {"mira": village.mira, "layla": village.layla}[who])
    await page.goto(f"{ORIGIN}/search?q={who}")
    await look(watched, "search", language, width)
    assert await page.locator("main").get_by_text(f"@{who}").first.is_visible()

    await page.goto(f"{ORIGIN}/settings/profile")
    await look(watched, "own-profile", language, width)

    await page.goto(f"{ORIGIN}/compose")
    await page.fill("textarea[name=text]", "For tomorrow")
    await page.locator("details:has(input[name=at]) summary").click()
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    await page.fill("input[name=at]", f"{tomorrow:%Y-%m-%dT%H:%M}")
    await look(watched, "compose-later", language, width)
    await page.locator("button[value=publish]").click()
    await page.goto(f"{ORIGIN}/settings/scheduled")
    assert await page.get_by_text("For tomorrow").is_visible()
    await look(watched, "scheduled", language, width)
    assert watched.complaints == []
