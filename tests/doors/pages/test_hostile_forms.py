"""What no browser sends: it is refused or read as nothing, and nothing fails."""

from __future__ import annotations

from collections.abc import AsyncIterator
from urllib.parse import quote

import pytest

from tests.fixtures.nodes import running_node
from tests.fixtures.sign_in import PASSWORD, Browser, give_password, signed_in_browser

HERE = "http://there.localhost/notes/1"


@pytest.fixture
async def browser(database_url: str) -> AsyncIterator[Browser]:
    """Of alice, who is signed in."""
    async with running_node(database_url) as node:
        alice = await node.add_person("alice")
        await give_password(node, alice)
        yield await signed_in_browser(node, alice)


async def test_a_nul_in_a_name_or_where_somebody_goes_next_is_dropped(browser: Browser) -> None:
    stranger = Browser(node=browser.node)
    answer = await stranger.sign_in("al\0ice", next="/sett\0ings/apps")
    assert (answer.status, answer.location) == (303, "/settings/apps")


async def test_nobody_has_a_nul_in_their_password(browser: Browser) -> None:
    stranger = Browser(node=browser.node)
    assert (await stranger.sign_in("alice", f"{PASSWORD}\0")).status == 422


@pytest.mark.parametrize(("uri", "status"), [(HERE, 200), (f"{HERE}\0", 400), ("http://a\0.localhost/", 400)])
async def test_an_address_with_a_nul_names_nothing(browser: Browser, uri: str, status: int) -> None:
    for who in (browser, Browser(node=browser.node)):
        assert (await who.get(f"/authorize_interaction?uri={quote(uri, safe='')}")).status == status


@pytest.mark.parametrize(
    "path", ["/settings/sessions", "/settings/apps", "/settings/posts", "/settings/scheduled", "/compose"]
)
async def test_a_nul_in_a_form_of_somebodys_own_is_nothing(browser: Browser, path: str) -> None:
    fields = dict.fromkeys(("session", "kind", "id", "post", "do", "page", "visibility", "language"), "1\0")
    assert (await browser.send(path, **fields)).status in {303, 400, 404, 422}
