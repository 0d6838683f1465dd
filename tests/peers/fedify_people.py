"""People on the Fedify server, driven through its control door."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import aiohttp

from tests.fixtures.waiting import wait_until

JsonDict = dict[str, Any]

_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class FedifyPerson:
    """Somebody there."""

    http: aiohttp.ClientSession
    origin: str
    name: str
    uri: str
    handle: str

    async def do(self, verb: str, **fields: Any) -> JsonDict:
        """Do something; gives the ids of the activity (`id`) and of what it is about (`object`)."""
        return await _call(self.http, f"{self.origin}/control/{self.name}/{verb}", fields)

    async def knows(self, uri: str) -> Any:
        """What Fedify makes of a document or handle, fetched with a signature; None where there is none."""
        return await self.do("lookup", uri=uri)

    async def followers(self) -> list[str]:
        state = await self.do("state")
        found: list[str] = state["followers"]
        return found

    async def following(self) -> list[str]:
        state = await self.do("state")
        found: list[str] = state["following"]
        return found

    async def gets(self, kind: str, *, actor: str, **like: Any) -> JsonDict:
        """Wait for an activity of *actor* which Fedify believed; *like* are values of its object."""

        async def look() -> JsonDict | None:
            for each in await self.received(kind, actor=actor):
                about = each["object"] or {}
                if like.items() <= about.items():
                    return each
            return None

        return await wait_until(f"{self.handle} to receive {kind} {like}", look)

    async def received(self, kind: str, *, actor: str) -> list[JsonDict]:
        """Activities of one type from *actor* so far, newest first."""
        async with self.http.get(f"{self.origin}/control/received") as answer:
            state = await answer.json()
        # Complaints are of the whole run: only those that name this test's server are of it.
        host = actor.split("/")[2]
        assert [each for each in state["complaints"] if host in each] == []
        return [
            each for each in reversed(state["received"]) if (each["type"], each["actor"]) == (kind, actor)
        ]

    async def signatures(self, activity: str) -> JsonDict:
        """What Fedify found of each of the signatures of a delivery."""
        async with self.http.get(f"{self.origin}/control/signatures") as answer:
            checked: list[JsonDict] = await answer.json()
        return next(each for each in checked if each["activity"] == activity)


async def new_person(http: aiohttp.ClientSession, origin: str, *, secure: bool = False) -> FedifyPerson:
    """Somebody new, with keys of their own. *secure*: who shows nothing to whoever does not sign."""
    name = f"peer{next(_numbers)}"
    born = await _call(http, f"{origin}/control/{name}/new", {"secure": secure})
    return FedifyPerson(http=http, origin=origin, name=name, uri=born["id"], handle=born["handle"])


async def _call(http: aiohttp.ClientSession, url: str, fields: JsonDict) -> JsonDict:
    async with http.post(url, json=fields) as answer:
        assert answer.status == 200, await answer.text()
        found: JsonDict = await answer.json()
        return found
