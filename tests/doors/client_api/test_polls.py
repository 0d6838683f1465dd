from __future__ import annotations

from typing import Any

import pytest

from fediverse_node.federation.outbox.pollster import Pollster
from fediverse_node.polls import clock
from fediverse_node.storage.tx import Tx
from tests.doors.client_api.conftest import Client
from tests.doors.client_api.schema import Shapes
from tests.fakes.remote_server import RemoteServer

URL = "/api/v1/statuses"
POLL = {"options": ["Green", "شاي", "None"], "expires_in": 3600}


async def ask(author: Client, **poll: Any) -> Any:
    return await author.write("Tea?", poll={**POLL, **poll})


async def close(author: Client, status: Any) -> None:
    def unit(tx: Tx) -> None:
        clock.close(tx, int(status["id"]))
        clock.expect(tx, int(status["id"]), tx.now)

    await author.node.node.db.write(unit)
    assert await Pollster(author.node.desk).run_once() == 1


async def test_a_poll_comes_back_as_it_was_meant(alice: Client, bob: Client, anybody: Client) -> None:
    status = await ask(alice)
    poll = status["poll"]
    assert [option["title"] for option in poll["options"]] == POLL["options"]
    assert (poll["id"], poll["multiple"], poll["expired"]) == (status["id"], False, False)
    assert (poll["votes_count"], poll["voters_count"]) == (0, 0)
    # Who asked is shown the counts, who may vote a form, and who is nobody neither.
    assert (poll["voted"], poll["own_votes"]) == (True, [])
    seen = await bob.ok(f"/api/v1/polls/{poll['id']}")
    assert (seen["voted"], seen["own_votes"]) == (False, [])
    assert "voted" not in await anybody.ok(f"/api/v1/polls/{poll['id']}")
    assert Shapes().faults(seen, "Poll") == []


async def test_a_form_asks_as_json_does(alice: Client) -> None:
    data = [
        ("status", "Tea?"),
        ("poll[options][]", "Green"),
        ("poll[options][]", "Black"),
        ("poll[expires_in]", "300"),
        ("poll[multiple]", "true"),
    ]
    heard = await alice.call("POST", URL, data=data)
    assert heard.status == 200, heard
    assert heard.body["poll"]["multiple"] is True
    assert [option["title"] for option in heard.body["poll"]["options"]] == ["Green", "Black"]


@pytest.mark.parametrize(
    "poll",
    [
        {"options": ["one"]},
        {"options": ["same", " same "]},
        {"options": [str(n) for n in range(21)]},
        {"options": ["a", "x" * 201]},
        {"expires_in": 299},
        {"expires_in": 10**9},
        {"expires_in": "soon"},
    ],
    ids=str,
)
async def test_a_poll_that_cannot_be_is_refused(alice: Client, poll: dict[str, Any]) -> None:
    heard = await alice.post(URL, {"status": "Tea?", "poll": {**POLL, **poll}})
    assert heard.status in {413, 422}, heard
    assert await alice.ok("/api/v1/timelines/home") == []
    assert (await alice.post(URL, {"status": "Tea?", "poll": POLL})).status == 200


async def test_a_vote_is_counted_and_shown_to_who_gave_it(alice: Client, bob: Client) -> None:
    poll = (await ask(alice))["poll"]
    url = f"/api/v1/polls/{poll['id']}/votes"
    heard = await bob.post(url, {"choices": [1]})
    assert heard.status == 200, heard
    assert (heard.body["voted"], heard.body["own_votes"], heard.body["voters_count"]) == (True, [1], 1)
    assert [option["votes_count"] for option in heard.body["options"]] == [0, 1, 0]
    shown = await bob.ok(f"{URL}/{poll['id']}")
    assert shown["poll"] == heard.body
    assert (await alice.ok(f"{URL}/{poll['id']}"))["poll"]["own_votes"] == []


async def test_a_vote_that_cannot_be_is_refused(alice: Client, bob: Client, anybody: Client) -> None:
    poll = (await ask(alice))["poll"]
    url = f"/api/v1/polls/{poll['id']}/votes"
    for choices in ([], [3], [0, 1], ["x"], [-1], ["99999"]):
        assert (await bob.post(url, {"choices": choices})).status == 422, choices
    assert (await alice.post(url, {"choices": [0]})).status == 422
    assert (await anybody.post(url, {"choices": [0]})).status == 401
    assert (await bob.ok(f"/api/v1/polls/{poll['id']}"))["votes_count"] == 0
    assert (await bob.post(url, {"choices": [0]})).status == 200
    assert (await bob.post(url, {"choices": [0]})).status == 422
    several = (await ask(alice, multiple=True))["poll"]
    assert (await bob.post(f"/api/v1/polls/{several['id']}/votes", {"choices": [0, 2]})).status == 200


async def test_a_poll_that_is_not_for_the_viewer_is_not_there(alice: Client, bob: Client) -> None:
    hidden = await alice.write("Tea?", poll=POLL, visibility="private")
    plain = await alice.write("no poll here")
    for id_ in (hidden["id"], plain["id"], "1", "x"):
        assert (await bob.get(f"/api/v1/polls/{id_}")).status == 404
        assert (await bob.post(f"/api/v1/polls/{id_}/votes", {"choices": [0]})).status == 404
    assert (await alice.ok(f"/api/v1/polls/{hidden['id']}"))["id"] == hidden["id"]
    assert alice.person is not None
    await bob.follow(alice.person)
    assert (await bob.post(f"/api/v1/polls/{hidden['id']}/votes", {"choices": [0]})).status == 200


async def test_who_asked_and_who_voted_hear_of_the_end(alice: Client, bob: Client) -> None:
    status = await ask(alice)
    votes = f"/api/v1/polls/{status['id']}/votes"
    assert (await bob.post(votes, {"choices": [0]})).status == 200
    await close(alice, status)
    for person in (alice, bob):
        [heard] = await person.ok("/api/v1/notifications")
        assert (heard["type"], heard["status"]["id"]) == ("poll", status["id"])
        assert heard["status"]["poll"]["expired"] is True
        assert heard["account"]["acct"] == "alice"
    carol = Client(node=alice.node, person=await alice.node.add_person("carol"))
    assert (await carol.post(votes, {"choices": [0]})).status == 422


async def test_secret_counts_are_shown_to_nobody_before_the_end(alice: Client, bob: Client) -> None:
    status = await ask(alice, hide_totals=True)
    assert (await bob.post(f"/api/v1/polls/{status['id']}/votes", {"choices": [0]})).status == 200
    for person in (alice, bob):
        poll = await person.ok(f"/api/v1/polls/{status['id']}")
        assert (poll["votes_count"], [option["votes_count"] for option in poll["options"]]) == (0, [None] * 3)
    async with alice.node.http.get(status["uri"], headers={"Accept": "application/activity+json"}) as answer:
        served = await answer.json(content_type=None)
    assert [each["replies"]["totalItems"] for each in served["oneOf"]] == [0, 0, 0]
    await close(alice, status)
    assert (await bob.ok(f"/api/v1/polls/{status['id']}"))["votes_count"] == 1


async def test_an_edit_changes_the_answers_or_leaves_the_poll_alone(alice: Client, bob: Client) -> None:
    status = await ask(alice)
    url = f"{URL}/{status['id']}"
    assert (await bob.post(f"/api/v1/polls/{status['id']}/votes", {"choices": [0]})).status == 200
    text = await alice.call("PUT", url, json={"status": "Tea, please?"})
    assert text.body["poll"]["votes_count"] == 1
    same = await alice.call("PUT", url, json={"status": "Tea, please?", "poll": {**POLL, "expires_in": 7200}})
    assert (same.body["poll"]["votes_count"], same.body["edited_at"]) == (1, text.body["edited_at"])
    assert same.body["poll"]["expires_at"] > text.body["poll"]["expires_at"]
    other = await alice.call("PUT", url, json={"poll": {**POLL, "options": ["a", "b"]}})
    assert [option["title"] for option in other.body["poll"]["options"]] == ["a", "b"]
    assert (other.body["poll"]["votes_count"], other.body["content"]) == (0, "<p>Tea, please?</p>")
    plain = await alice.write("no poll here")
    assert (await alice.call("PUT", f"{URL}/{plain['id']}", json={"poll": POLL})).status == 422
    await close(alice, status)
    changed = {"poll": {**POLL, "options": ["c", "d"]}}
    assert (await alice.call("PUT", url, json=changed)).status == 422


async def test_answers_are_part_of_what_is_allowed_for_training(alice: Client) -> None:
    status = await alice.write("Tea?", poll=POLL, training_use="yes")
    url = f"{URL}/{status['id']}"
    kept = await alice.call("PUT", url, json={"status": "Tea?", "poll": {**POLL, "expires_in": 7200}})
    assert kept.body["fediverse_node"]["training_use"] == "yes"
    other = await alice.call("PUT", url, json={"poll": {**POLL, "options": ["a", "b"]}})
    assert other.body["fediverse_node"]["training_use"] == "no"


async def test_a_deleted_poll_is_gone(alice: Client, bob: Client) -> None:
    status = await ask(alice)
    assert (await alice.call("DELETE", f"{URL}/{status['id']}")).status == 200
    assert (await bob.get(f"/api/v1/polls/{status['id']}")).status == 404
    assert await Pollster(alice.node.desk).run_once() == 0


async def test_polls_elsewhere_are_asked_for_their_counts_once_a_minute(
    alice: Client, anybody: Client
) -> None:
    async with RemoteServer() as there:
        question = there.add_actor("bob").note(
            "<p>Tea?</p>",
            type="Question",
            anyOf=[{"type": "Note", "name": "yes", "replies": {"type": "Collection", "totalItems": 1}}],
            endTime="2100-01-01T00:00:00Z",
        )
        found = await alice.ok("/api/v2/search", q=question["id"], resolve="true")
        id_ = found["statuses"][0]["id"]
        path = question["id"].removeprefix(there.origin)
        asked = len(there.asked_for(path))
        question["anyOf"][0]["replies"]["totalItems"] = 7
        assert (await anybody.ok(f"/api/v1/polls/{id_}"))["votes_count"] == 1
        assert len(there.asked_for(path)) == asked
        for _ in range(2):
            assert (await alice.ok(f"/api/v1/polls/{id_}"))["votes_count"] == 7
        assert len(there.asked_for(path)) == asked + 1


async def test_a_poll_whose_origin_does_not_answer_is_shown_as_it_is_known(alice: Client) -> None:
    async with RemoteServer() as there:
        question = there.add_actor("bob").note(
            "<p>Tea?</p>", type="Question", oneOf=[{"type": "Note", "name": "yes"}]
        )
        found = await alice.ok("/api/v2/search", q=question["id"], resolve="true")
        there.documents.clear()
        shown = await alice.ok(f"/api/v1/polls/{found['statuses'][0]['id']}")
    assert [option["title"] for option in shown["options"]] == ["yes"]
