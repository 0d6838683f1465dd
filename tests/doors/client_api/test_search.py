from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from fediverse_node.search.indexing import Indexer
from fediverse_node.web.client_api import search
from fediverse_node.web.rate_limits import Rate
from tests.doors.client_api.conftest import Client
from tests.fakes.remote_server import Answer, RemoteActor, RemoteServer
from tests.fixtures.nodes import LiveNode, running_node

URL = "/api/v2/search"


@pytest.fixture
async def there() -> AsyncIterator[RemoteServer]:
    async with RemoteServer() as server:
        yield server


@pytest.fixture
def bob_there(there: RemoteServer) -> RemoteActor:
    return there.add_actor("bob")


async def test_people_here_are_found_by_name_handle_and_address(alice: Client, anybody: Client) -> None:
    assert alice.person is not None
    for query in ("alice", "@alice", f"@Alice@{alice.node.domain}", alice.person.actor.uri):
        found = await anybody.ok(URL, q=query)
        assert [each["acct"] for each in found["accounts"]] == ["alice"], query
        assert found["statuses"] == []
    assert (await anybody.ok(URL, q="nobody"))["accounts"] == []


async def test_a_post_is_found_by_its_id_and_by_its_page(alice: Client) -> None:
    post = await alice.write("hello")
    for address in (post["uri"], post["url"]):
        found = await alice.ok(URL, q=address, resolve="true")
        assert [each["id"] for each in found["statuses"]] == [post["id"]], address


async def test_kinds_can_be_chosen_and_further_pages_are_empty(alice: Client) -> None:
    assert (await alice.ok(URL, q="alice", type="statuses"))["accounts"] == []
    assert len((await alice.ok(URL, q="alice", type="accounts"))["accounts"]) == 1
    assert (await alice.ok(URL, q="alice", offset="20"))["accounts"] == []
    assert (await alice.get(URL, q="alice", type="people")).status == 422


async def test_a_hashtag_is_a_hashtag(anybody: Client) -> None:
    found = await anybody.ok(URL, q="#Cats")
    assert [(each["name"], each["url"]) for each in found["hashtags"]] == [
        ("cats", f"{anybody.node.base_url}/tags/cats")
    ]
    assert (await anybody.ok(URL, q="cats"))["hashtags"] == []


async def test_posts_are_found_by_their_words_by_whom_they_concern(
    alice: Client, bob: Client, anybody: Client
) -> None:
    assert alice.person is not None
    await alice.write("a very special word", visibility="private")
    named = await alice.write("a special word for @bob", visibility="direct")
    listed = await alice.write("special, for everybody")
    await fill(alice)
    assert [each["id"] for each in (await bob.ok(URL, q="special"))["statuses"]] == [named["id"]]
    assert len((await alice.ok(URL, q="special"))["statuses"]) == 3
    await alice.node.change(alice.person.actor, indexable=True)
    await fill(alice)
    found = await bob.ok(URL, q="Spécial", type="statuses")
    assert [each["id"] for each in found["statuses"]] == [listed["id"], named["id"]]
    assert (await anybody.ok(URL, q="special"))["statuses"] == []


async def test_pages_of_posts_are_turned(alice: Client) -> None:
    ids = [(await alice.write(f"special {n}"))["id"] for n in range(4)][::-1]
    await fill(alice)

    async def found(**asked: str) -> list[str]:
        body = await alice.ok(URL, q="special", type="statuses", limit="2", **asked)
        return [each["id"] for each in body["statuses"]]

    assert await found() == ids[:2]
    assert await found(offset="2") == await found(max_id=ids[1]) == ids[2:]
    assert await found(min_id=ids[3]) == ids[1:3]
    assert await found(account_id=str(int(ids[0]) + 1)) == []
    for asked in ({"offset": "-1"}, {"max_id": "x"}, {"q": "a " * 33}):
        assert (await alice.get(URL, **{"q": "special", **asked})).status == 422


async def test_of_people_only_those_whom_one_follows(alice: Client, bob: Client) -> None:
    assert bob.person is not None
    assert (await alice.ok(URL, q="bob", following="true"))["accounts"] == []
    await alice.follow(bob.person)
    assert [each["acct"] for each in (await alice.ok(URL, q="bob", following="true"))["accounts"]] == ["bob"]


async def test_hashtags_are_found_by_how_they_begin(alice: Client, bob: Client) -> None:
    await alice.write("#Catalogue and #cat and #dog")
    await alice.write("@bob #catacomb", visibility="direct")
    await fill(alice)

    async def names(query: str, **asked: str) -> list[str]:
        found = await bob.ok(URL, q=query, type="hashtags", **asked)
        return [each["name"] for each in found["hashtags"]]

    assert await names("cat") == ["cat", "catalogue"]
    assert await names("#CATA") == ["cata", "catalogue"]
    assert await names("cat", offset="1") == ["catalogue"]
    assert await names("cats and dogs") == []


async def test_searches_for_words_are_counted(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = {"FEDIVERSE_NODE_LIMITS__RATE_LIMITS": "true"}
    monkeypatch.setattr(search, "SEARCH", Rate(name="search", count=2, seconds=300))
    async with running_node(database_url, settings=settings) as node:
        alice = await client_on(node)
        for _ in range(2):
            assert (await alice.get(URL, q="special")).status == 200
        assert (await alice.get(URL, q="special")).status == 429
        assert (await alice.get(URL, q="special", type="accounts")).status == 200


async def test_somebody_elsewhere_is_fetched_when_a_person_asks(
    alice: Client, bob_there: RemoteActor, there: RemoteServer
) -> None:
    for query in (bob_there.handle, bob_there.uri):
        found = await alice.ok(URL, q=query, resolve="true")
        assert [each["uri"] for each in found["accounts"]] == [bob_there.uri], query
    looked_up = await alice.ok("/api/v1/accounts/lookup", acct=bob_there.handle)
    assert looked_up["acct"] == bob_there.handle.removeprefix("@")
    assert looked_up["url"]


async def test_nobody_else_is_asked_without_the_wish(
    alice: Client, bob_there: RemoteActor, there: RemoteServer
) -> None:
    for query in (bob_there.handle, bob_there.uri):
        assert (await alice.ok(URL, q=query))["accounts"] == []
        assert (await alice.ok(URL, q=query, resolve="false"))["accounts"] == []
    assert there.fetches() == []


async def test_anonymous_clients_cannot_make_us_fetch(
    anybody: Client, bob_there: RemoteActor, there: RemoteServer
) -> None:
    heard = await anybody.get(URL, q=bob_there.uri, resolve="true")
    assert heard.status == 401
    assert there.fetches() == []


async def test_a_post_elsewhere_is_fetched_with_its_author(
    alice: Client, bob_there: RemoteActor, there: RemoteServer
) -> None:
    note = there.publish(bob_there.note("<p>From afar</p>"))
    found = await alice.ok(URL, q=note["id"], resolve="true")
    (status,) = found["statuses"]
    assert (status["uri"], status["account"]["uri"]) == (note["id"], bob_there.uri)
    assert status["content"] == "<p>From afar</p>"
    assert status["fediverse_node"]["training_use"] == "no"


async def test_a_private_post_elsewhere_stays_hidden_from_whoever_asks(
    alice: Client, bob_there: RemoteActor, there: RemoteServer
) -> None:
    note = there.publish(bob_there.note("<p>Hush</p>", to=[bob_there.followers], cc=[]))
    assert (await alice.ok(URL, q=note["id"], resolve="true"))["statuses"] == []


async def test_a_server_that_fails_finds_nothing(
    alice: Client, bob_there: RemoteActor, there: RemoteServer
) -> None:
    there.answers["/users/bob"] = Answer(status=503)
    found = await alice.ok(URL, q=bob_there.uri, resolve="true")
    assert found == {"accounts": [], "statuses": [], "hashtags": []}


async def test_somebody_elsewhere_can_be_followed_and_stays_pending(
    alice: Client, bob_there: RemoteActor
) -> None:
    (account,) = (await alice.ok(URL, q=bob_there.handle, resolve="true"))["accounts"]
    asked = await alice.do(f"/api/v1/accounts/{account['id']}/follow")
    assert (asked["following"], asked["requested"]) == (False, True)


async def test_lookups_elsewhere_are_counted(database_url: str) -> None:
    settings = {"FEDIVERSE_NODE_LIMITS__RATE_LIMITS": "true"}
    async with running_node(database_url, settings=settings) as node, RemoteServer() as there:
        actor = there.add_actor("bob")
        alice = await client_on(node)
        query = {"q": actor.handle, "resolve": "true"}
        statuses = [(await alice.get(URL, **query)).status for _ in range(31)]
        assert statuses == [*[200] * 30, 429]
        assert (await alice.get(URL, q=actor.handle)).status == 200


async def fill(client: Client) -> None:
    """Have everything written down that was said."""
    await Indexer(client.node.node.db, lag=timedelta(0)).run_once()


async def client_on(node: LiveNode) -> Client:
    return Client(node=node, person=await node.add_person("alice"))
