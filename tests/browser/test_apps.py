"""Letting an app in with a real browser, which holds the way back to the app to the page's own policy."""

from __future__ import annotations

from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from playwright.async_api import Route

from fediverse_node.accounts import queries as accounts
from fediverse_node.accounts import sessions
from fediverse_node.oauth import apps, grants
from fediverse_node.storage.tx import Tx
from tests.browser.conftest import ORIGIN, Open
from tests.browser.test_sign_in import look
from tests.browser.village import Village

pytestmark = pytest.mark.browser

CALLBACK = "https://app.example/callback"


@pytest.mark.parametrize(("language", "width", "who"), [("en", 1280, "mira"), ("ar", 360, "layla")])
async def test_people_let_an_app_in_and_show_it_out(
    village: Village, open_page: Open, language: str, width: int, who: str
) -> None:
    def register(tx: Tx) -> tuple[str, str]:
        made, _ = apps.register(
            tx,
            name="Fern",
            redirect_uris=[CALLBACK],
            scopes=["read", "write"],
            website="https://fern.example",
        )
        account = accounts.by_username(tx, who)
        assert account is not None
        return made.client_id, sessions.begin(tx, account[0].id, browser="Chromium")

    client_id, secret = await village.node.node.db.write(register)
    sent = {
        "client_id": client_id,
        "redirect_uri": CALLBACK,
        "response_type": "code",
        "scope": "read write:statuses",
        "state": "x",
    }
    watched = await open_page(f"/oauth/authorize?{urlencode(sent)}", width=width, language=language)
    page = watched.page

    async def arrived(route: Route) -> None:
        await route.fulfill(status=200, content_type="text/plain", body="Welcome to the app")

    await page.route(f"{CALLBACK}*", arrived)
    assert page.url.startswith(f"{ORIGIN}/login?next=")
    await page.context.add_cookies([{"name": "session", "value": secret, "url": ORIGIN}])
    await page.goto(f"{ORIGIN}/oauth/authorize?{urlencode(sent)}")
    await look(watched, "authorize", language, width)

    await page.locator("button[value=allow]").click()
    await page.wait_for_url(f"{CALLBACK}*")
    told = parse_qs(urlsplit(page.url).query)
    assert (told["state"], told["iss"]) == (["x"], [ORIGIN])
    code = told["code"][0]
    assert watched.complaints == []
    watched.elsewhere.clear()

    def take(tx: Tx) -> bool:
        app = apps.by_client_id(tx, client_id)
        assert app is not None
        return grants.exchange(tx, app, code, redirect_uri=CALLBACK, verifier=None) is not None

    assert await village.node.node.db.write(take)
    await page.goto(f"{ORIGIN}/settings/apps")
    assert "Fern" in await page.inner_text("main")
    await look(watched, "apps", language, width)
    await page.locator("li", has_text="Fern").locator("button").click()
    assert "Fern" not in await page.inner_text("main")
    assert watched.complaints == []
