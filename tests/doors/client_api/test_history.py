from __future__ import annotations

from tests.doors.client_api.conftest import Client
from tests.doors.client_api.schema import Shapes

URL = "/api/v1/statuses"


async def test_the_history_is_every_version_the_last_being_the_current(alice: Client, bob: Client) -> None:
    post = await alice.write("one", spoiler_text="cw")
    url = f"{URL}/{post['id']}"
    [only] = await bob.ok(f"{url}/history")
    assert (only["content"], only["created_at"]) == ("<p>one</p>", post["created_at"])
    await alice.call("PUT", url, json={"status": "two", "spoiler_text": "", "sensitive": False})
    third = await alice.call("PUT", url, json={"status": "three"})
    edits = await bob.ok(f"{url}/history")
    assert [edit["content"] for edit in edits] == ["<p>one</p>", "<p>two</p>", "<p>three</p>"]
    assert [edit["spoiler_text"] for edit in edits] == ["cw", "", ""]
    assert [edit["sensitive"] for edit in edits] == [True, False, False]
    times = [edit["created_at"] for edit in edits]
    assert times[0] == post["created_at"]
    assert times[-1] == third.body["edited_at"]
    assert times == sorted(times)
    assert {edit["account"]["acct"] for edit in edits} == {"alice"}
    shapes = Shapes()
    assert [shapes.faults(edit, "StatusEdit") for edit in edits] == [[], [], []]


async def test_the_answers_of_a_poll_are_in_its_history(alice: Client) -> None:
    poll = {"options": ["a", "b"], "expires_in": 3600}
    post = await alice.write("Which?", poll=poll)
    url = f"{URL}/{post['id']}"
    await alice.call("PUT", url, json={"poll": {**poll, "options": ["a", "c"]}})
    edits = await alice.ok(f"{url}/history")
    asked = [[option["title"] for option in edit["poll"]["options"]] for edit in edits]
    assert asked == [["a", "b"], ["a", "c"]]


async def test_history_and_source_are_for_those_who_may_see_the_post(
    alice: Client, bob: Client, anybody: Client
) -> None:
    post = await alice.write("one", visibility="private")
    url = f"{URL}/{post['id']}"
    await alice.call("PUT", url, json={"status": "two"})
    for path in (f"{url}/history", f"{url}/source"):
        assert (await bob.get(path)).status == 404
        assert (await anybody.get(path)).status in {401, 404}
    assert alice.person is not None
    await bob.follow(alice.person)
    assert len(await bob.ok(f"{url}/history")) == 2
    assert (await bob.ok(f"{url}/source"))["text"] == "two"


async def test_a_deleted_post_has_no_history(alice: Client, bob: Client) -> None:
    post = await alice.write("one")
    url = f"{URL}/{post['id']}"
    await alice.call("PUT", url, json={"status": "two"})
    assert len(await bob.ok(f"{url}/history")) == 2
    assert (await alice.call("DELETE", url)).status == 200
    assert (await bob.get(f"{url}/history")).status == 404
