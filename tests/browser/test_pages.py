"""What people see: nothing sticks out, nothing is blocked, and Arabic reads from the right."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.async_api import FloatRect

from tests.browser.conftest import Open, Scheme
from tests.browser.village import Village

pytestmark = pytest.mark.browser

#: Where to leave pictures for people, when somebody wants them.
PICTURES = os.environ.get("FEDIVERSE_NODE_SCREENSHOTS")

#: Contrast of an element's text with the first solid ground behind it (WCAG 2.1).
CONTRAST = """element => {
  const parse = text => text.match(/[0-9.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(c => c / 255)
    .map(c => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  let ground = element;
  while (ground.parentElement && parse(getComputedStyle(ground).backgroundColor)[3] === 0) {
    ground = ground.parentElement;
  }
  const pair = [getComputedStyle(element).color, getComputedStyle(ground).backgroundColor]
    .map(parse).map(light).sort((a, b) => b - a);
  return (pair[0] + 0.05) / (pair[1] + 0.05);
}"""


#: What somebody who listens to a page would stumble over: things without a name, headings out of order.
UNCLEAR = """() => {
  const found = [];
  const named = element => (element.getAttribute('aria-label') || element.textContent.trim() ||
    [...element.querySelectorAll('img[alt]')].map(img => img.alt).join('')).trim();
  for (const each of document.querySelectorAll('a[href], button, summary')) {
    if (!named(each)) found.push('no name: ' + each.outerHTML.slice(0, 100));
  }
  for (const each of document.querySelectorAll('input:not([type=hidden]), select, textarea')) {
    if (!each.labels.length) found.push('no label: ' + each.outerHTML.slice(0, 100));
  }
  for (const each of document.querySelectorAll('img:not([alt])')) found.push('no alt: ' + each.src);
  const levels = [...document.querySelectorAll('h1, h2, h3, h4')].map(each => +each.tagName[1]);
  if (levels.filter(level => level === 1).length !== 1 || levels[0] !== 1) found.push('headings: ' + levels);
  levels.forEach((level, i) => { if (i && level > levels[i - 1] + 1) found.push('leap: ' + levels); });
  const ids = [...document.querySelectorAll('[id]')].map(each => each.id);
  if (new Set(ids).size !== ids.length) found.push('an id twice');
  return found;
}"""


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("width", [360, 1280])
async def test_every_page_fits_its_window_and_asks_nobody_else(
    village: Village, open_page: Open, width: int, language: str
) -> None:
    pages = {
        "home": "/",
        "profile": "/@mira",
        "profile-ar": "/@layla",
        "post": village.page(village.thread),
        "post-ar": village.page(village.arabic_thread),
        "terms": "/terms/training",
        "vocabulary": "/ns/ai-provenance",
        "tag": "/tags/gardening",
        "lively": village.page(village.lively),
        "lively-profile": "/@noor",
        "history": f"{village.page(village.lively)}/history",
        "moved": "/@otis",
        "from-elsewhere": f"/authorize_interaction?uri={village.lively.uri}",
    }
    for name, path in pages.items():
        watched = await open_page(path, width=width, language=language)
        overflow = await watched.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert overflow <= 0, f"{path} is {overflow} pixels too wide"
        assert watched.complaints == [], path
        assert watched.elsewhere == [], path
        direction = await watched.page.evaluate("getComputedStyle(document.body).direction")
        assert direction == ("rtl" if language == "ar" else "ltr")
        assert await watched.page.evaluate(UNCLEAR) == [], path
        if PICTURES:
            await watched.page.screenshot(
                path=Path(PICTURES) / f"{name}-{language}-{width}.png", full_page=True
            )


async def test_a_post_says_what_ai_did_and_what_its_author_allows(village: Village, open_page: Open) -> None:
    assisted = (await open_page(village.page(village.thread))).page.locator("article.focus")
    assert await assisted.get_attribute("ai-disclosure") == "ai-assisted"
    assert await assisted.get_attribute("ai-model") == "qwen3-8b"
    label = " ".join((await assisted.locator(".label.ai").inner_text()).split())
    assert label == "AI AI-assisted · reviewed by the author · qwen3-8b (local) #AIassisted"
    assert await assisted.locator(".training").inner_text() == "Training use: not allowed"

    allowed = (await open_page(village.page(village.allowed))).page.locator("article.focus")
    assert await allowed.get_attribute("ai-disclosure") is None
    assert await allowed.locator(".label.ai").count() == 0
    assert await allowed.locator(".training").inner_text() == "Training use: allowed by the author"


async def test_a_quoted_post_says_it_too(village: Village, open_page: Open) -> None:
    quoted = (await open_page(village.page(village.lively))).page.locator(".quoted")
    assert "qwen3-8b" in await quoted.locator(".label.ai").inner_text()


async def test_what_a_warning_hides_is_shown_on_asking_and_needs_no_script(
    village: Village, open_page: Open
) -> None:
    page = (await open_page(village.page(village.warned))).page
    assert await page.locator("script").count() == 0
    assert not await page.get_by_text("It lived for eleven days").is_visible()
    await page.get_by_text("A houseplant did not make it").click()
    assert await page.get_by_text("It lived for eleven days").is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_text_is_strong_enough_against_its_ground(
    village: Village, open_page: Open, scheme: Scheme
) -> None:
    page = (await open_page(village.page(village.thread), scheme=scheme)).page
    for selector in (".content", ".handle", ".training", ".label.ai", ".when", "footer.site a"):
        ratio = await page.locator(selector).first.evaluate(CONTRAST)
        assert ratio >= 4.5, f"{selector} has a contrast of {ratio:.1f}"


if PICTURES:

    async def test_pictures_for_the_documentation(village: Village, open_page: Open) -> None:
        wanted = {
            "profile": ("/@mira", "en", 1060),
            "post": (village.page(village.thread), "en", 800),
            "post-ar": (village.page(village.arabic_thread), "ar", 640),
        }
        for name, (path, language, height) in wanted.items():
            watched = await open_page(path, width=760, language=language)
            clip: FloatRect = {"x": 0, "y": 0, "width": 760, "height": height}
            await watched.page.screenshot(
                path=Path(PICTURES or "") / f"{name}.png", clip=clip, full_page=True
            )
