"""Bots of activitypub-bot, driven through their control door and read as everybody reads them."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import aiohttp

from tests.fixtures.waiting import wait_until
from tests.peers.processes import PeerProcess

JsonDict = dict[str, Any]

ACTIVITY_JSON = {"Accept": "application/activity+json"}

_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bot:
    """One of them. Its WebFinger leaves the port out of its handle, so it is found by its id."""

    http: aiohttp.ClientSession
    control: str
    name: str
    uri: str

    @property
    def handle(self) -> str:
        return self.uri

    async def do(self, verb: str, **fields: Any) -> Any:
        """Do something; gives what was made of it: an activity, or for notes the note."""
        async with self.http.post(f"{self.control}/control/{self.name}/{verb}", json=fields) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()

    async def sends(self, verb: str, **fields: Any) -> str:
        """Do something; gives the id of what was made of it."""
        made: str = (await self.do(verb, **fields))["id"]
        return made

    async def reads(self, uri: str) -> JsonDict | None:
        """A document as it has it by now; None when there is none any more."""
        async with self.http.post(f"{self.control}/control/{self.name}/knows", json={"uri": uri}) as answer:
            if answer.status in (404, 410):
                return None
            assert answer.status == 200, await answer.text()
            found: JsonDict = await answer.json()
            return found

    async def hears_of(self, kind: str, uri: str) -> None:
        """Wait until it was told of something."""

        async def look() -> bool:
            return {"type": kind, "id": uri} in await self.do("told")

        await wait_until(f"{self.name} to be told of a {kind} of {uri}", look)

    async def lists(self, collection: str, uri: str, *, of: str | None = None) -> None:
        """Wait until something stands in a collection of its own, or of a note of its."""

        async def look() -> bool:
            return uri in await self.members(collection, of=of)

        await wait_until(f"{uri} among the {collection} of {of or self.name}", look)

    async def drops(self, collection: str, uri: str, *, of: str | None = None) -> None:
        """Wait until it stands there no longer."""

        async def look() -> bool:
            return uri not in await self.members(collection, of=of)

        await wait_until(f"{uri} to leave the {collection} of {of or self.name}", look)

    async def members(self, collection: str, *, of: str | None = None) -> list[str]:
        """The ids in a collection, as it shows them to everybody."""
        found = await self._get(f"{of or self.uri}/{collection}")
        page = await self._get(found["first"])
        return [each["id"] if isinstance(each, dict) else each for each in _listed(page.get("items"))]

    async def _get(self, uri: str) -> JsonDict:
        async with self.http.get(uri, headers=ACTIVITY_JSON) as answer:
            assert answer.status == 200, (uri, await answer.text())
            found: JsonDict = await answer.json(content_type=None)
            return found


def new_bot(http: aiohttp.ClientSession, bots: PeerProcess) -> Bot:
    """A bot whom nobody has met."""
    name = f"bot{next(_numbers)}"
    return Bot(http=http, control=bots.said["control"], name=name, uri=f"{bots.said['origin']}/user/{name}")


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
