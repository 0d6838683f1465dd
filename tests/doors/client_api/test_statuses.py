from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest

from fediverse_node.storage.tx import Tx
from fediverse_node.suggestions import queries as suggestions
from fediverse_node.suggestions.model import Suggestion
from fediverse_node.web.client_api.entities_status import _says_yes
from tests.doors.client_api.conftest import Client, form

URL = "/api/v1/statuses"


async def test_a_post_comes_back_as_it_was_meant(alice: Client, bob: Client) -> None:
    post = await alice.write(
        "Hello @bob, about #Cats", visibility="unlisted", spoiler_text="cats", language="de", sensitive=True
    )
    assert (post["visibility"], post["spoiler_text"], post["language"]) == ("unlisted", "cats", "de")
    assert post["sensitive"] is True
    assert [each["acct"] for each in post["mentions"]] == ["bob"]
    assert post["tags"] == [{"name": "cats", "url": f"{alice.node.base_url}/tags/cats"}]
    assert post["content"].startswith("<p>Hello ")
    assert post["account"]["acct"] == "alice"
    assert (await bob.ok(f"{URL}/{post['id']}"))["content"] == post["content"]


async def test_markdown_is_markdown_only_where_the_client_says_so(alice: Client) -> None:
    plain = await alice.write("some *words*")
    marked = await alice.write("some *words*", content_type="text/markdown")
    assert "<em>" not in plain["content"]
    assert "<em>words</em>" in marked["content"]
    source = await alice.ok(f"{URL}/{marked['id']}/source")
    assert (source["text"], source["content_type"]) == ("some *words*", "text/markdown")


FIELDS = {"status": "Grüße, 世界 & more", "visibility": "private", "sensitive": "true", "spoiler_text": "cw"}


@pytest.mark.parametrize("encoding", ["json", "form", "multipart"])
async def test_every_encoding_says_the_same(alice: Client, encoding: str) -> None:
    encodings: dict[str, dict[str, Any]] = {
        "json": {"json": {**FIELDS, "sensitive": True}},
        "form": {
            "data": urlencode(FIELDS),
            "headers": {"Content-Type": "application/x-www-form-urlencoded"},
        },
        "multipart": {"data": form(FIELDS)},
    }
    heard = await alice.call("POST", URL, **encodings[encoding])
    assert heard.status == 200, heard
    assert (heard.body["visibility"], heard.body["sensitive"]) == ("private", True)
    assert heard.body["content"] == "<p>Grüße, 世界 &amp; more</p>"


async def test_an_idempotency_key_makes_one_post(alice: Client, bob: Client) -> None:
    body = {"status": "only once"}
    first = await alice.post(URL, body, key="abc")
    again = await alice.post(URL, body, key="abc")
    other = await alice.post(URL, body, key="abd")
    bobs = await bob.post(URL, body, key="abc")
    assert first.body["id"] == again.body["id"]
    assert len({first.body["id"], other.body["id"], bobs.body["id"]}) == 3


@pytest.mark.parametrize(
    "extra",
    [
        {"media_ids": ["1"]},
        {"poll": {"options": ["a", "b"], "expires_in": 299}},
        {"poll": ["a", "b"]},
        {"scheduled_at": "tomorrow"},
        {"scheduled_at": "2020-01-01T00:00:00Z"},
        {"quoted_status_id": "abc"},
        {"quote_approval_policy": "some"},
        {"visibility": "everybody"},
        {"training_use": "maybe"},
        {"content_type": "text/html"},
        {"language": "not a language"},
        {"in_reply_to_id": "abc"},
        {"status": ""},
        {"status": "x" * 5001},
        {"status": ["a"]},
        {"status": "a\x00b"},
        {"training_use": "yes", "visibility": "unlisted"},
    ],
    ids=str,
)
async def test_what_cannot_be_done_is_said_and_nothing_is_posted(
    alice: Client, extra: dict[str, Any]
) -> None:
    heard = await alice.post(URL, {"status": "hello", **extra})
    assert heard.status in {413, 422}, heard
    assert heard.body["error"]
    assert await alice.ok("/api/v1/timelines/home") == []
    # The twin, without it, is taken; empty lists and nulls say nothing.
    assert (await alice.post(URL, {"status": "hello", "media_ids": [], "poll": None})).status == 200


async def test_training_use_is_no_until_it_is_said_for_these_words(alice: Client, anybody: Client) -> None:
    silent = await alice.write("silent")
    yes = await alice.write("allowed", training_use="yes")
    no = await alice.write("refused", training_use="no")
    said = [each["fediverse_node"]["training_use"] for each in (silent, yes, no)]
    assert said == ["no", "yes", "no"]
    url = f"{URL}/{yes['id']}"
    new_words = await alice.call("PUT", url, json={"status": "allowed, and more"})
    assert new_words.body["fediverse_node"]["training_use"] == "no"
    again = await alice.call("PUT", url, json={"training_use": "yes"})
    assert again.body["fediverse_node"]["training_use"] == "yes"
    assert again.body["content"] == "<p>allowed, and more</p>"
    assert (await anybody.ok(url))["fediverse_node"]["training_use"] == "yes"
    both = await alice.call("PUT", url, json={"status": "other words", "training_use": "yes"})
    assert both.body["fediverse_node"]["training_use"] == "yes"
    back = await alice.call("PUT", url, json={"training_use": "no"})
    assert back.body["fediverse_node"]["training_use"] == "no"


async def test_nobody_else_can_decide_about_a_post(alice: Client, bob: Client) -> None:
    post = await alice.write("mine")
    for body in ({"training_use": "yes"}, {"status": "yours", "training_use": "yes"}):
        assert (await bob.call("PUT", f"{URL}/{post['id']}", json=body)).status == 403
    unchanged = await alice.ok(f"{URL}/{post['id']}")
    assert (unchanged["content"], unchanged["fediverse_node"]) == (post["content"], post["fediverse_node"])


async def test_a_post_made_with_a_suggestion_says_so(alice: Client, bob: Client) -> None:
    assert alice.person is not None
    account_id, db = alice.person.account.id, alice.node.node.db

    def suggest(tx: Tx) -> None:
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
        suggestions.finish(tx, "h4ndle", "The cat sat.")

    await db.write(suggest)
    stolen = await bob.post(URL, {"status": "The cat sat.", "suggestion": "h4ndle"})
    assert stolen.status == 404
    post = await alice.write("The cat sat.", suggestion="h4ndle", human_reviewed=True)
    assert post["fediverse_node"]["ai_disclosure"] == "ai-assisted"
    assert post["fediverse_node"]["human_reviewed"] is True
    assert post["fediverse_node"]["ai_tools"] == [
        {"name": "tiny-1", "provider": "Practice", "action": "rewrite"}
    ]
    assert post["fediverse_node"]["digital_source_type"].endswith("compositeWithTrainedAlgorithmicMedia")
    assert {"name": "aiassisted", "url": f"{alice.node.base_url}/tags/aiassisted"} in post["tags"]
    plain = await alice.write("The cat sat.")
    assert plain["fediverse_node"]["ai_disclosure"] == "human-only"


async def test_an_edit_changes_what_was_sent_and_keeps_the_rest(alice: Client) -> None:
    post = await alice.write("one *two*", content_type="text/markdown", spoiler_text="cw", language="fr")
    url = f"{URL}/{post['id']}"
    edited = (await alice.call("PUT", url, json={"status": "three *four*"})).body
    assert edited["content"] == "<p>three <em>four</em></p>"
    assert (edited["spoiler_text"], edited["language"], edited["id"]) == ("cw", "fr", post["id"])
    assert edited["edited_at"] is not None
    bare = (await alice.call("PUT", url, json={"spoiler_text": "", "sensitive": False})).body
    assert (bare["spoiler_text"], bare["sensitive"]) == ("", False)
    assert bare["content"] == edited["content"]
    refused = await alice.call("PUT", url, json={"status": "x", "visibility": "direct"})
    assert refused.status == 422


async def test_a_deleted_post_comes_back_for_a_new_draft_and_is_gone(alice: Client, bob: Client) -> None:
    post = await alice.write("one *two*", content_type="text/markdown")
    url = f"{URL}/{post['id']}"
    assert (await bob.call("DELETE", url)).status == 403
    heard = await alice.call("DELETE", url)
    assert (heard.status, heard.body["id"], heard.body["text"]) == (200, post["id"], "one *two*")
    assert (await alice.get(url)).status == 404
    assert await alice.ok("/api/v1/timelines/home") == []


async def test_a_favourite_is_given_and_taken_back(alice: Client, bob: Client) -> None:
    post = await alice.write("hello")
    url = f"{URL}/{post['id']}"
    for _ in range(2):
        liked = await bob.do(f"{url}/favourite")
        assert (liked["favourited"], liked["favourites_count"]) == (True, 1)
    assert (await alice.ok(url))["favourited"] is False
    taken = await bob.do(f"{url}/unfavourite")
    assert (taken["favourited"], taken["favourites_count"]) == (False, 0)


async def test_a_boost_is_given_and_taken_back(alice: Client, bob: Client) -> None:
    post = await alice.write("hello", training_use="yes")
    url = f"{URL}/{post['id']}"
    boost = await bob.do(f"{url}/reblog")
    assert (await bob.do(f"{url}/reblog"))["id"] == boost["id"]
    assert (boost["account"]["acct"], boost["reblog"]["account"]["acct"]) == ("bob", "alice")
    assert (boost["reblog"]["reblogged"], boost["reblog"]["reblogs_count"]) == (True, 1)
    assert boost["reblog"]["fediverse_node"]["training_use"] == "yes"
    taken = await bob.do(f"{url}/unreblog")
    assert (taken["id"], taken["reblogged"], taken["reblogs_count"]) == (post["id"], False, 0)
    assert (await bob.get(f"{URL}/{boost['id']}")).status == 404


async def test_only_open_posts_are_boosted(alice: Client) -> None:
    private = await alice.write("hush", visibility="private")
    assert (await alice.post(f"{URL}/{private['id']}/reblog")).status == 422
    unlisted = await alice.write("hush", visibility="unlisted")
    assert (await alice.post(f"{URL}/{unlisted['id']}/reblog")).status == 200


async def test_a_thread_is_shown_in_order(alice: Client, bob: Client, anybody: Client) -> None:
    first = await alice.write("first")
    second = await bob.write("second @alice", in_reply_to_id=first["id"])
    third = await alice.write("third @bob", in_reply_to_id=second["id"])
    assert second["in_reply_to_account_id"] == first["account"]["id"]
    thread = await anybody.ok(f"{URL}/{second['id']}/context")
    assert [each["id"] for each in thread["ancestors"]] == [first["id"]]
    assert [each["id"] for each in thread["descendants"]] == [third["id"]]
    assert (await anybody.ok(f"{URL}/{first['id']}"))["replies_count"] == 1


def test_a_remote_no_is_a_no_and_a_remote_yes_a_yes() -> None:
    assert _says_yes("train-ai=y")
    assert _says_yes("search=n, train-ai=y")
    for said in (None, "", "train-ai=n", "train-ai=y, train-ai=n", "train-ai", "train-ai=yes", "ai=y"):
        assert not _says_yes(said), said


async def test_a_warning_takes_the_veil_with_it_when_it_goes(alice: Client) -> None:
    post = await alice.write("spiders", spoiler_text="animals")
    url = f"/api/v1/statuses/{post['id']}"
    kept = (await alice.call("PUT", url, json={"status": "big spiders"})).body
    assert (kept["spoiler_text"], kept["sensitive"]) == ("animals", True)
    bare = (await alice.call("PUT", url, json={"status": "flowers", "spoiler_text": ""})).body
    assert (bare["spoiler_text"], bare["sensitive"]) == ("", False)
