"""activitypub-bot: bots that act by themselves, so that what they do shows what they understood."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest

from tests.fixtures.apps import App, JsonDict
from tests.fixtures.waiting import wait_until
from tests.peers.processes import PeerProcess

BOTS = "@evanp/activitypub-bot"
ACTIVITY_JSON = {"Accept": "application/activity+json"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bot:
    """One of the bots. Its WebFinger leaves the port out of its handle, so it is found by its id."""

    http: aiohttp.ClientSession
    uri: str

    @property
    def handle(self) -> str:
        return self.uri

    async def members(self, collection: str) -> list[str]:
        """The ids in a collection of its own, as it shows them to everybody."""
        found = await self._get(f"{self.uri}/{collection}")
        ids: list[str] = [
            each["id"] if isinstance(each, dict) else each
            for page in (found, await self._get(found["first"]) if "first" in found else {})
            for each in _listed(page.get("items") or page.get("orderedItems"))
        ]
        return ids

    async def _get(self, uri: str) -> JsonDict:
        async with self.http.get(uri, headers=ACTIVITY_JSON) as answer:
            assert answer.status == 200, (uri, await answer.text())
            found: JsonDict = await answer.json(content_type=None)
            return found


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


@pytest.fixture
def obedient_bot(bots: PeerProcess, http: aiohttp.ClientSession) -> Bot:
    """Does what a mention of it asks for."""
    return Bot(http=http, uri=f"{bots.said['origin']}/user/obedient")


@pytest.fixture
def followback_bot(bots: PeerProcess, http: aiohttp.ClientSession) -> Bot:
    """Follows whoever follows it."""
    return Bot(http=http, uri=f"{bots.said['origin']}/user/followback")


@pytest.mark.peers(BOTS, "discover", "follow", "accept")
async def test_it_is_found_followed_and_accepts(obedient_bot: Bot, alice: App) -> None:
    await alice.follow(obedient_bot)

    async def listed() -> bool:
        return alice.uri in await obedient_bot.members("followers")

    await wait_until("the bot to list its follower", listed)


@pytest.mark.peers(BOTS, "unfollow")
async def test_it_forgets_who_unfollows_it(obedient_bot: Bot, alice: App) -> None:
    await alice.follow(obedient_bot)
    await alice.call("POST", f"v1/accounts/{await alice.find(obedient_bot.handle)}/unfollow")

    async def forgotten() -> bool:
        return alice.uri not in await obedient_bot.members("followers")

    await wait_until("the bot to forget its follower", forgotten)


@pytest.mark.peers(BOTS, "follow", "accept")
async def test_its_follow_back_is_accepted_by_us(followback_bot: Bot, alice: App) -> None:
    await alice.follow(followback_bot)

    async def back() -> bool:
        return bool((await alice.relationship(followback_bot))["followed_by"])

    await alice.sees("that it follows back", back)

    async def accepted() -> bool:
        return alice.uri in await followback_bot.members("following")

    await wait_until("the bot to see our Accept", accepted)


@pytest.mark.peers(BOTS, "note", "mention", "like")
async def test_its_like_arrives(obedient_bot: Bot, alice: App) -> None:
    post = await ask(obedient_bot, alice, "please like this")
    assert (await told(alice, "favourite"))["status"]["id"] == post["id"]


@pytest.mark.peers(BOTS, "boost")
async def test_its_boost_arrives(obedient_bot: Bot, alice: App) -> None:
    post = await ask(obedient_bot, alice, "please boost this")
    assert (await told(alice, "reblog"))["status"]["id"] == post["id"]


async def ask(bot: Bot, alice: App, what: str) -> JsonDict:
    """Mention the bot."""
    account = await alice.call("GET", f"v1/accounts/{await alice.find(bot.handle)}")
    return await alice.write(f"@{account['acct']} {what}")


async def told(alice: App, kind: str) -> JsonDict:
    """Wait for a notification."""

    async def look() -> JsonDict | None:
        return next(iter(await alice.told(kind)), None)

    found: JsonDict = await alice.sees(f"a {kind}", look)
    return found
