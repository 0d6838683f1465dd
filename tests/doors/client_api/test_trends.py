"""What is talked about here, and whom somebody may want to follow."""

from __future__ import annotations

from typing import Any

import pytest

from fediverse_node.moderation import ai_filters
from fediverse_node.trends.worker import Trender
from tests.doors.client_api.conftest import Client
from tests.fakes.remote_server import Answer, RemoteServer
from tests.fixtures.nodes import LiveNode


@pytest.fixture
async def people(alpha: LiveNode) -> list[Client]:
    """Three who want to be found."""
    return [
        Client(node=alpha, person=await alpha.add_person(name, discoverable=True))
        for name in ("ann", "ben", "cleo")
    ]


async def reckon(node: LiveNode) -> None:
    await Trender(node.node.db, own_origin=node.base_url).run_once()


async def test_what_several_people_talk_about_is_a_trend(
    alpha: LiveNode, people: list[Client], anybody: Client
) -> None:
    ann, ben, cleo = people
    async with RemoteServer("site") as site:
        html = b"<title>A story</title>"
        site.answers["/story"] = Answer(body=html, content_type="text/html")
        text = f"#cats {site.origin}/story"
        post = await ann.write(text)
        await ben.write(text)
        await ben.write("#alone #alone")
        for client in (ben, cleo):
            await client.do(f"/api/v1/statuses/{post['id']}/favourite")
        await alpha.cards.run_once()
        await reckon(alpha)
        tags = await anybody.ok("/api/v1/trends/tags")
        assert [each["name"] for each in tags] == ["cats"]
        assert sum(int(day["accounts"]) for day in tags[0]["history"]) >= 2
        assert await anybody.ok("/api/v1/trends") == tags
        links = await anybody.ok("/api/v1/trends/links")
        assert [each["title"] for each in links] == ["A story"]
        assert links[0]["history"]
    posts = await anybody.ok("/api/v1/trends/statuses")
    assert [each["id"] for each in posts] == [post["id"]]
    assert await anybody.ok("/api/v1/trends/tags?offset=1") == []


SHY: dict[str, dict[str, Any]] = {
    "private": {"visibility": "private"},
    "unlisted": {"visibility": "unlisted"},
    "sensitive": {"sensitive": True},
    "warned": {"spoiler_text": "careful"},
    "local": {"local_only": True},
}


@pytest.mark.parametrize("kind", [*SHY, "not found", "model's"])
async def test_what_is_not_for_everybody_is_no_trend(
    alpha: LiveNode, people: list[Client], anybody: Client, kind: str
) -> None:
    ann, ben, cleo = people
    fields = SHY.get(kind, {})
    if kind == "not found":
        for client in (ann, ben):
            assert client.person is not None
            await alpha.change(client.person.actor, discoverable=False)
    if kind == "model's":
        await alpha.node.db.write(lambda tx: ai_filters.choose_for_all(tx, "all"))
        fields = {"ai_disclosure": "ai-assisted"}
    post = await ann.write("#cats", **fields)
    await ben.write("#cats", **fields)
    for client in (ben, cleo):
        await client.post(f"/api/v1/statuses/{post['id']}/favourite")
    await reckon(alpha)
    assert await anybody.ok("/api/v1/trends/tags") == []
    assert await anybody.ok("/api/v1/trends/statuses") == []


async def test_a_trend_that_became_something_else_is_not_shown(
    alpha: LiveNode, people: list[Client], anybody: Client
) -> None:
    ann, ben, cleo = people
    assert ann.person is not None
    post = await ann.write("nice")
    for client in (ben, cleo):
        await client.do(f"/api/v1/statuses/{post['id']}/favourite")
    await reckon(alpha)
    assert len(await anybody.ok("/api/v1/trends/statuses")) == 1
    await ben.do(f"/api/v1/accounts/{ann.person.actor.id}/mute")
    assert await ben.ok("/api/v1/trends/statuses") == []
    await alpha.change(ann.person.actor, discoverable=False)
    assert await anybody.ok("/api/v1/trends/statuses") == []
    await alpha.change(ann.person.actor, discoverable=True)
    await ann.call("DELETE", f"/api/v1/statuses/{post['id']}")
    assert await anybody.ok("/api/v1/trends/statuses") == []


async def test_friends_of_friends_are_proposed_first_then_people_of_here(
    alpha: LiveNode, people: list[Client], alice: Client
) -> None:
    ann, ben, cleo = people
    for client in people:
        assert client.person is not None
    assert ann.person is not None
    assert ben.person is not None
    assert cleo.person is not None
    hidden = await alpha.add_person("hidden", discoverable=False)
    await alice.follow(ann.person)
    await ann.follow(cleo.person)
    await ann.follow(hidden)

    async def proposed() -> list[tuple[str, str]]:
        found = await alice.ok("/api/v2/suggestions")
        return [(each["account"]["acct"], each["sources"][0]) for each in found]

    assert await proposed() == [("cleo", "friends_of_friends"), ("ben", "most_followed")]
    old = await alice.ok("/api/v1/suggestions")
    assert [each["acct"] for each in old] == ["cleo", "ben"]
    gone = await alice.call("DELETE", f"/api/v1/suggestions/{cleo.person.actor.id}")
    assert gone.status == 200
    assert await proposed() == [("ben", "most_followed")]
    await ben.do(f"/api/v1/accounts/{alice.person.actor.id if alice.person else 0}/block")
    assert await proposed() == []


@pytest.mark.parametrize("verb", ["follow", "mute", "block"])
async def test_whom_somebody_knows_or_does_not_want_is_not_proposed(
    people: list[Client], alice: Client, verb: str
) -> None:
    _, ben, _ = people
    assert ben.person is not None
    before = [each["acct"] for each in await alice.ok("/api/v1/suggestions")]
    assert "ben" in before
    await alice.do(f"/api/v1/accounts/{ben.person.actor.id}/{verb}")
    after = [each["acct"] for each in await alice.ok("/api/v1/suggestions")]
    assert sorted(after) == sorted(set(before) - {"ben"})
