"""Filters: what apps are told of the posts that match one, in the newer and in the older form."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.doors.client_api.conftest import Client
from tests.fixtures.nodes import running_node

NEW, OLD = "/api/v2/filters", "/api/v1/filters"


async def make(client: Client, *words: str, **fields: Any) -> Any:
    rows = [{"keyword": word, "whole_word": True} for word in words]
    body = {"title": "dull", "context": ["home", "public"], "keywords_attributes": rows, **fields}
    heard = await client.post(NEW, body)
    assert heard.status == 200, heard
    return heard.body


async def found(client: Client, post_id: str) -> list[Any]:
    """What the filters say of a post."""
    shown: list[Any] = (await client.ok(f"/api/v1/statuses/{post_id}"))["filtered"]
    return shown


async def test_a_post_that_matches_says_which_filter_and_which_words(alice: Client, bob: Client) -> None:
    made = await make(alice, "cat", "zebra", filter_action="hide")
    post = await bob.write("My CAT sleeps", spoiler_text="about zebras")
    (result,) = await found(alice, post["id"])
    assert result["keyword_matches"] == ["cat"]
    assert result["status_matches"] is None
    head = {name: made[name] for name in ("id", "title", "context", "expires_at", "filter_action")}
    assert (result["filter"], head["filter_action"]) == (head, "hide")
    boost = await bob.do(f"/api/v1/statuses/{post['id']}/reblog")
    assert await found(alice, boost["id"]) == [result]
    # Not one's own, not for others, not for nobody.
    assert await found(bob, post["id"]) == []
    assert await found(alice, (await alice.write("my cat"))["id"]) == []
    assert await found(alice, (await bob.write("a category"))["id"]) == []


async def test_alt_texts_and_answers_of_polls_are_looked_through_too(alice: Client, bob: Client) -> None:
    await make(alice, "cat")
    asked = await bob.write("Which?", poll={"options": ["a cat", "a dog"], "expires_in": 3600})
    assert len(await found(alice, asked["id"])) == 1


async def test_a_single_post_can_be_filtered_if_it_may_be_seen(alice: Client, bob: Client) -> None:
    made, post = await make(alice), await bob.write("hello")
    secret = await bob.write("hush", visibility="direct")
    path = f"{NEW}/{made['id']}/statuses"
    assert (await alice.post(path, {"status_id": secret["id"]})).status == 404
    chosen = (await alice.post(path, {"status_id": post["id"]})).body
    assert (await alice.post(path, {"status_id": post["id"]})).body == chosen
    (result,) = await found(alice, post["id"])
    assert (result["keyword_matches"], result["status_matches"]) == (None, [post["id"]])
    entry = f"{NEW}/statuses/{chosen['id']}"
    assert await alice.ok(entry) == chosen == (await alice.ok(path))[0]
    assert (await bob.get(entry)).status == 404
    assert (await alice.call("DELETE", entry)).status == 200
    assert await found(alice, post["id"]) == []


async def test_words_are_added_changed_and_taken_out(alice: Client, bob: Client) -> None:
    made = await make(alice, "cat")
    path, word = f"{NEW}/{made['id']}", made["keywords"][0]["id"]
    added = (await alice.post(f"{path}/keywords", {"keyword": "dog"})).body
    assert added["whole_word"] is False
    dog = f"{NEW}/keywords/{added['id']}"
    changed = (await alice.call("PUT", dog, json={"keyword": "dogs", "whole_word": True})).body
    assert changed == {"id": added["id"], "keyword": "dogs", "whole_word": True} == await alice.ok(dog)
    assert (await bob.call("PUT", dog, json={"keyword": "x"})).status == 404
    rows = [{"id": word, "_destroy": True}, {"id": added["id"], "keyword": "hound"}, {"keyword": "bee"}]
    whole = (await alice.call("PUT", path, json={"title": "pets", "keywords_attributes": rows})).body
    assert (whole["title"], [each["keyword"] for each in whole["keywords"]]) == ("pets", ["hound", "bee"])
    assert (await alice.call("DELETE", dog)).body == {}
    assert [each["keyword"] for each in await alice.ok(f"{path}/keywords")] == ["bee"]
    assert (await alice.call("DELETE", path)).body == {}
    assert await alice.ok(NEW) == []


async def test_rows_of_a_form_without_numbers_are_read_as_rails_does(alice: Client) -> None:
    pairs = [
        ("title", "pets"), ("context[]", "home"),
        ("keywords_attributes[][keyword]", "cat"), ("keywords_attributes[][whole_word]", "true"),
        ("keywords_attributes[][keyword]", "dog"), ("keywords_attributes[][whole_word]", "false"),
    ]  # fmt: skip
    body = urlencode(pairs).encode()
    heard = await alice.call("POST", NEW, **alice.with_body(body, "application/x-www-form-urlencoded"))
    words = [(each["keyword"], each["whole_word"]) for each in heard.body["keywords"]]
    assert words == [("cat", True), ("dog", False)]


async def test_a_filter_holds_until_its_time_is_over(database_url: str) -> None:
    moment = [datetime(2026, 5, 1, tzinfo=UTC)]
    async with running_node(database_url, clock=lambda: moment[0]) as node:
        alice, bob = [Client(node=node, person=await node.add_person(name)) for name in ("alice", "bob")]
        made = await make(alice, "cat", expires_in=60)
        assert made["expires_at"] == "2026-05-01T00:01:00.000Z"
        post = await bob.write("a cat")
        assert len(await found(alice, post["id"])) == 1
        moment[0] += timedelta(seconds=61)
        assert await found(alice, post["id"]) == []
        again = await alice.call("PUT", f"{NEW}/{made['id']}", json={"expires_in": ""})
        assert again.body["expires_at"] is None
        assert len(await found(alice, post["id"])) == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"title": ""},
        {"context": []},
        {"context": ["everywhere"]},
        {"filter_action": "burn"},
        {"keywords_attributes": [{"keyword": " "}]},
        {"keywords_attributes": [{"keyword": "x" * 513}]},
        {"keywords_attributes": ["x"]},
    ],
)
async def test_what_is_no_filter_is_refused_whole(alice: Client, fields: dict[str, Any]) -> None:
    body = {"title": "dull", "context": ["home"], **fields}
    assert (await alice.post(NEW, body)).status == 422
    assert await alice.ok(NEW) == []


async def test_older_apps_see_each_word_as_a_filter(alice: Client, bob: Client) -> None:
    asked = {"phrase": "cat", "context": ["home"], "irreversible": True, "whole_word": True}
    made = (await alice.post(OLD, asked)).body
    assert made == {**asked, "id": made["id"], "expires_at": None}
    assert await alice.ok(OLD) == [made] == [await alice.ok(f"{OLD}/{made['id']}")]
    assert [each["filter_action"] for each in await alice.ok(NEW)] == ["hide"]
    changed = {"phrase": "dog", "context": ["home", "thread"], "irreversible": False}
    assert (await alice.call("PUT", f"{OLD}/{made['id']}", json=changed)).body["phrase"] == "dog"
    assert len(await found(alice, (await bob.write("a dog"))["id"])) == 1
    assert (await bob.call("DELETE", f"{OLD}/{made['id']}")).status == 404
    assert (await alice.call("DELETE", f"{OLD}/{made['id']}")).body == {}
    assert await alice.ok(NEW) == []


async def test_an_older_app_does_not_change_what_holds_for_other_words(alice: Client) -> None:
    made = await make(alice, "cat", "dog")
    path = f"{OLD}/{made['keywords'][0]['id']}"
    assert (await alice.call("PUT", path, json={"phrase": "bee"})).status == 200
    assert (await alice.call("PUT", path, json={"context": ["thread"]})).status == 422
    assert (await alice.call("DELETE", path)).status == 200
    assert [each["keyword"] for each in (await alice.ok(NEW))[0]["keywords"]] == ["dog"]
