"""A real Chromium that looks at a real node, and a village for it to look at."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, Page, async_playwright

from tests.browser.village import Village, settle
from tests.fixtures.nodes import running_node

Scheme = Literal["dark", "light"]

ORIGIN = "http://garden.example"


@dataclass(slots=True)
class Watched:
    """A page, and everything it complained about."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)


Open = Callable[..., Awaitable[Watched]]


@pytest.fixture
async def village(database_url: str, tmp_path: Path) -> AsyncIterator[Village]:
    words = "A small place for people who grow things and write about it."
    settings = {
        "FEDIVERSE_NODE_INSTANCE__DESCRIPTION": words,
        "FEDIVERSE_NODE_MEDIA__FOLDER": str(tmp_path / "media"),
    }
    async with running_node(database_url, name="Garden", origin=ORIGIN, settings=settings) as node:
        yield await settle(node)


@asynccontextmanager
async def chromium(path: str, village: Village, *more: str) -> AsyncIterator[Browser]:
    """Chromium, for which `garden.example` is the village and every other name leads nowhere."""
    address = urlsplit(village.node.base_url).netloc
    async with async_playwright() as driver:
        launched = await driver.chromium.launch(
            executable_path=path,
            args=[
                "--no-sandbox",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-features=HttpsUpgrades,OptimizationHints,MediaRouter",
                f"--host-resolver-rules=MAP garden.example:80 {address}, MAP * ~NOTFOUND",
                *more,
            ],
        )
        yield launched
        await launched.close()


@pytest.fixture
async def browser(browser_path: str, village: Village) -> AsyncIterator[Browser]:
    async with chromium(browser_path, village) as launched:
        yield launched


@pytest.fixture
async def open_page(browser: Browser) -> AsyncIterator[Open]:
    """Open a path of the village; gives the page with what it complained about so far."""

    @asynccontextmanager
    async def context(width: int, language: str, scheme: Scheme) -> AsyncIterator[Page]:
        made = await browser.new_context(
            viewport={"width": width, "height": 900},
            locale=language,
            color_scheme=scheme,
        )
        try:
            yield await made.new_page()
        finally:
            await made.close()

    opened = []

    async def open_(
        path: str, *, width: int = 1280, language: str = "en", scheme: Scheme = "light"
    ) -> Watched:
        holder = context(width, language, scheme)
        page = await holder.__aenter__()
        opened.append(holder)
        watched = Watched(page)
        page.on("console", lambda message: watched.complaints.append(message.text))
        page.on("pageerror", lambda error: watched.complaints.append(str(error)))
        page.on(
            "request",
            lambda request: (
                None if request.url.startswith(f"{ORIGIN}/") else watched.elsewhere.append(request.url)
            ),
        )
        await page.goto(f"{ORIGIN}{path}")
        return watched

    yield open_
    for holder in opened:
        await holder.__aexit__(None, None, None)
