"""What models wrote: labelled by who posts it, raised and reviewed later, hidden by those who wish so."""

from __future__ import annotations

from typing import Any

import pytest

from fediverse_node.posts import provenance
from fediverse_node.storage.tx import Tx
from fediverse_node.suggestions import queries as suggestions
from fediverse_node.suggestions.model import Suggestion
from fediverse_node.web.control.routes import OPERATIONS
from tests.doors.client_api.conftest import Client

STATUSES = "/api/v1/statuses"
HOME, PUBLIC = "/api/v1/timelines/home", "/api/v1/timelines/public"
PROFILE = "/api/v1/accounts/update_credentials"


async def suggested(client: Client, output: str = "The cat sat on the mat.") -> str:
    assert client.person is not None
    account_id = client.person.account.id

    def unit(tx: Tx) -> None:
        made = Suggestion(
            handle="h4ndle",
            account_id=account_id,
            provider="Practice",
            model="tiny-1",
            action="rewrite",
            input_sha256="0" * 64,
            output="",
            created_at=tx.now,
        )
        suggestions.begin(tx, made)
        suggestions.finish(tx, "h4ndle", output)

    await client.node.node.db.write(unit)
    return "h4ndle"


def label(post: Any) -> tuple[str, bool | None]:
    found = post["fediverse_node"]
    return found["ai_disclosure"], found["human_reviewed"]


async def shown(client: Client, path: str) -> list[str]:
    return [post["id"] for post in await client.ok(path)]


async def test_a_review_is_a_step_of_its_own(alice: Client) -> None:
    handle = await suggested(alice)
    post = await alice.write("The cat sat on the mat.", suggestion=handle)
    assert label(post) == ("ai-assisted", False)
    assert "not reviewed by a person" in post["content"]
    read = (await alice.call("PUT", f"{STATUSES}/{post['id']}", json={"human_reviewed": True})).body
    assert label(read) == ("ai-assisted", True)
    assert "reviewed by the author" in read["content"]
    known = await alice.node.node.db.read(lambda tx: provenance.of_post(tx, int(post["id"])))
    assert known is not None
    assert (known.ai_share, known.reviewed_at is not None) == (1.0, True)


async def test_a_review_changes_neither_the_text_nor_what_was_decided_about_it(
    alice: Client, bob: Client
) -> None:
    post = await alice.write("Swifts #birds", ai_disclosure="ai-assisted", training_use="yes")
    url = f"{STATUSES}/{post['id']}"
    assert (await bob.call("PUT", url, json={"human_reviewed": True})).status == 403
    read = (await alice.call("PUT", url, json={"human_reviewed": True})).body
    assert label(read) == ("ai-assisted", True)
    assert read["fediverse_node"]["training_use"] == "yes"
    assert {tag["name"] for tag in read["tags"]} == {"birds", "aiassisted"}
    again = (await alice.call("PUT", url, json={"human_reviewed": True})).body
    assert again["edited_at"] == read["edited_at"]
    for text in ({}, {"ai_disclosure": "ai-autonomous"}):
        other = await alice.write("By hand", **text)
        said = await alice.call("PUT", f"{STATUSES}/{other['id']}", json={"human_reviewed": True})
        assert said.status == 422


async def test_the_command_line_says_that_a_post_was_read(alice: Client) -> None:
    post = await alice.write("beep", ai_disclosure="ai-assisted")
    said = {"name": "alice", "post": post["uri"]}
    assert (await OPERATIONS["review"](alice.node.node, said, print))["uri"] == post["uri"]
    assert label(await alice.ok(f"{STATUSES}/{post['id']}")) == ("ai-assisted", True)


async def test_a_label_is_raised_and_not_lowered(alice: Client, bob: Client) -> None:
    post = await alice.write("beep", ai_disclosure="ai-assisted")
    assert label(post) == ("ai-assisted", False)
    url = f"{STATUSES}/{post['id']}"
    assert (await bob.call("PUT", url, json={"ai_disclosure": "ai-autonomous"})).status == 403
    raised = (await alice.call("PUT", url, json={"ai_disclosure": "ai-autonomous"})).body
    assert label(raised) == ("ai-autonomous", False)
    assert {"aiassisted", "aigenerated"} & {tag["name"] for tag in raised["tags"]} == {"aigenerated"}
    for wrong in ("human-only", "ai-assisted", "mostly"):
        assert (await alice.call("PUT", url, json={"ai_disclosure": wrong})).status == 422
    reviewed = {"ai_disclosure": "ai-autonomous", "human_reviewed": True}
    assert (await alice.call("PUT", url, json=reviewed)).status == 422
    assert label(await alice.ok(url)) == ("ai-autonomous", False)


@pytest.mark.parametrize(
    ("hides", "left"),
    [("autonomous", ["human-only", "ai-assisted"]), ("all", ["human-only"])],
)
async def test_a_person_hides_what_models_wrote(
    alice: Client, bob: Client, anybody: Client, hides: str, left: list[str]
) -> None:
    assert alice.person is not None
    await bob.follow(alice.person)
    words = ["human-only", "ai-assisted", "ai-autonomous"]
    posts = {word: (await alice.write(word, ai_disclosure=word))["id"] for word in words}
    own = (await bob.write("beep", ai_disclosure="ai-autonomous"))["id"]
    everything = [own, *(posts[word] for word in reversed(words))]
    assert await shown(bob, HOME) == await shown(bob, PUBLIC) == everything
    changed = (await bob.call("PATCH", PROFILE, json={"ai_filter": hides})).body
    assert changed["fediverse_node"]["ai_filter"] == hides
    wanted = [own, *(posts[word] for word in reversed(left))]
    assert await shown(bob, HOME) == await shown(bob, PUBLIC) == wanted
    # It is one person's wish, and what is looked for by its address is still there.
    assert await shown(anybody, PUBLIC) == everything
    assert (await bob.get(f"{STATUSES}/{posts['ai-autonomous']}")).status == 200
    back = (await bob.call("PATCH", PROFILE, json={"ai_filter": "off"})).body
    assert back["fediverse_node"]["ai_filter"] == "off"
    assert await shown(bob, HOME) == everything
    assert (await bob.call("PATCH", PROFILE, json={"ai_filter": "some"})).status == 422


async def test_the_operator_hides_it_from_public_timelines(
    alice: Client, bob: Client, anybody: Client
) -> None:
    assert alice.person is not None
    await bob.follow(alice.person)
    plain, robot = [
        (await alice.write("x", ai_disclosure=word))["id"] for word in ("human-only", "ai-autonomous")
    ]
    told = await OPERATIONS["ai_filter"](alice.node.node, {"hides": "all"}, lambda _: None)
    assert told == {"hides": "all"}
    assert await shown(anybody, PUBLIC) == await shown(bob, PUBLIC) == [plain]
    assert await shown(alice, PUBLIC) == await shown(bob, HOME) == [robot, plain]
    async with alice.node.http.get("/", headers={"Accept": "text/html"}) as answer:
        page = await answer.text()
    assert (f'id="p{plain}"' in page, f'id="p{robot}"' in page) == (True, False)
    async with alice.node.http.get("/tags/AIgenerated", headers={"Accept": "text/html"}) as answer:
        assert f'id="p{robot}"' not in await answer.text()
    assert await OPERATIONS["ai_filter"](alice.node.node, {}, lambda _: None) == {"hides": "all"}


async def test_an_account_of_a_model_says_so_itself_and_in_its_posts(alice: Client, anybody: Client) -> None:
    assert alice.person is not None
    url = f"/api/v1/accounts/{alice.person.actor.id}"
    assert (await anybody.ok(url))["bot"] is False
    changed = (await alice.call("PATCH", PROFILE, json={"ai_autonomous": True})).body
    assert (changed["bot"], changed["fediverse_node"]["ai_autonomous"]) == (True, True)
    assert (await anybody.ok(url))["bot"] is True
    assert label(await alice.write("beep")) == ("ai-autonomous", False)
    assert (await alice.call("PATCH", PROFILE, json={"bot": False})).status == 422
    back = (await alice.call("PATCH", PROFILE, json={"ai_autonomous": False, "bot": False})).body
    assert (back["bot"], back["fediverse_node"]["ai_autonomous"]) == (False, False)
    assert label(await alice.write("by hand")) == ("human-only", None)
