"""megalodon, which desktop apps are made with: log-in by the code that is shown, and what people do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.clients.javascript_programs import Program, running
from tests.clients.letting_in import let_in
from tests.fixtures.nodes import LiveNode, Person
from tests.fixtures.sign_in import signed_in_browser

#: Nothing of a database differs from engine to engine here that the doors' own tests do not try.
pytestmark = pytest.mark.one_engine


async def log_in(program: Program, node: LiveNode, person: Person) -> None:
    await program.open(node.base_url)
    made = await program.call("registerApp", "Whalebird", {"scopes": ["read", "write", "follow"]})
    code = await let_in(await signed_in_browser(node, person), made["url"], "Whalebird")
    found = await program.call("fetchAccessToken", made["client_id"], made["client_secret"], code)
    await program.open(node.base_url, found.get("access_token") or found["accessToken"])


async def data(program: Program, name: str, *given: Any) -> Any:
    return (await program.call(name, *given))["data"]


async def test_people_live_in_an_app_made_with_megalodon(
    alpha: LiveNode, alice: Person, bob: Person, picture: Path
) -> None:
    async with running("megalodon") as hers, running("megalodon") as his:
        await log_in(hers, alpha, alice)
        await log_in(his, alpha, bob)
        assert (await data(hers, "verifyAccountCredentials"))["acct"] == "alice"
        assert (await data(hers, "getInstance"))["uri"] == alpha.domain
        await his.step(stream="user")

        media = await data(hers, "uploadMedia", {"$path": str(picture)}, {"description": "half red"})
        post = await data(hers, "postStatus", "Look, @bob #cats", {"media_ids": [media["id"]]})
        assert [each["description"] for each in post["media_attachments"]] == ["half red"]
        event = await his.step(next="user")
        assert (event["event"], event["payload"]["status"]["id"]) == ("notification", post["id"])
        poll = {"options": ["tea", "coffee"], "expires_in": 3600}
        asked = await data(hers, "postStatus", "Which?", {"poll": poll})
        assert (await data(his, "votePoll", asked["poll"]["id"], [1], asked["id"]))["own_votes"] == [1]
        for verb in ("favouriteStatus", "reblogStatus", "bookmarkStatus"):
            await data(his, verb, post["id"])
        assert [each["id"] for each in await data(his, "getBookmarks")] == [post["id"]]
        assert {each["type"] for each in await data(hers, "getNotifications")} >= {"favourite", "reblog"}

        await data(his, "followAccount", str(alice.actor.id))
        written = [(await data(hers, "postStatus", f"post {number}"))["id"] for number in range(3)]
        first = await his.call("getHomeTimeline", {"limit": 2})
        assert [each["id"] for each in first["data"]] == written[:0:-1]
        assert 'rel="next"' in first["link"]
        second = await data(his, "getHomeTimeline", {"limit": 1, "max_id": written[1]})
        assert [each["id"] for each in second] == written[:1]

        made = await data(his, "createList", "friends")
        await data(his, "addAccountsToList", made["id"], [str(alice.actor.id)])
        assert (await data(his, "getListTimeline", made["id"]))[0]["id"] == written[-1]
        found = await data(his, "search", "alice", {"type": "accounts"})
        assert [each["acct"] for each in found["accounts"]] == ["alice"]
        kept = await data(his, "createFilter", "zebra", ["home"], {"whole_word": True})
        assert kept["phrase"] == "zebra"
        await data(hers, "deleteStatus", post["id"])
        assert await data(his, "getBookmarks") == []
