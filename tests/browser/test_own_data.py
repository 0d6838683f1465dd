"""The page about one's own data in a real browser: a file is tried and brought, another downloaded."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from fediverse_node.accounts import queries as accounts
from fediverse_node.accounts import sessions
from fediverse_node.storage.tx import Tx
from tests.browser.conftest import ORIGIN, Open
from tests.browser.test_sign_in import look
from tests.browser.village import Village
from tests.fakes.outboxes import create, outbox

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("language", "width", "who"), [("en", 1280, "mira"), ("ar", 360, "layla")])
async def test_people_take_their_data_along_and_bring_it(
    village: Village, open_page: Open, tmp_path: Path, language: str, width: int, who: str
) -> None:
    def sign_in(tx: Tx) -> str:
        account = accounts.by_username(tx, who)
        assert account is not None
        return sessions.begin(tx, account[0].id, browser="Chromium")

    secret = await village.node.node.db.write(sign_in)
    watched = await open_page("/login", width=width, language=language)
    page = watched.page
    await page.context.add_cookies([{"name": "session", "value": secret, "url": ORIGIN}])
    await page.goto(f"{ORIGIN}/settings/data")
    await look(watched, "own-data", language, width)

    lines = tmp_path / "following_accounts.csv"
    lines.write_text("nobody@nowhere.example\nwhat is this\n")
    await page.locator("input[type=file]").set_input_files(lines)
    await page.locator("button[value=try]").click()
    await page.get_by_role("status").wait_for()
    await look(watched, "own-data-tried", language, width)
    await page.locator("input[type=file]").set_input_files(lines)
    await page.locator("button[value=bring]").click()
    await page.get_by_role("status").wait_for()
    archive = tmp_path / "outbox.json"
    archive.write_bytes(outbox(create(1), create(2, published="never")))
    await page.locator("input[type=file]").set_input_files(archive)
    await page.locator("button[value=bring]").click()
    await page.get_by_role("status").wait_for()
    await look(watched, "own-data-brought", language, width)

    async with page.expect_download() as waiting:
        await page.locator("form[action='/settings/data/archive'] button").click()
    download = await waiting.value
    assert download.suggested_filename.startswith(f"archive-{who}-")
    with zipfile.ZipFile(await download.path()) as found:
        assert found.testzip() is None
        assert "outbox.json" in found.namelist()
