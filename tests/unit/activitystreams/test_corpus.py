"""Every document of the corpus, read by the one reader, says what its expectations say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fediverse_node.activitystreams import read, values
from fediverse_node.activitystreams.documents import ActorDoc, ObjectDoc
from fediverse_node.activitystreams.load import MAX_DOCUMENT, JsonDict
from fediverse_node.activitystreams.origin import check_fetched
from fediverse_node.activitystreams.shape import load_document
from fediverse_node.activitystreams.vocabulary import ACTOR_TYPES, COLLECTION_TYPES, PUBLIC, PUBLIC_ALIASES
from fediverse_node.kernel.clock import parse_rfc3339
from fediverse_node.kernel.errors import NotValid

CORPUS = Path(__file__).parents[3] / ".." / "shared" / "corpus"
EXPECTATIONS = (
    [json.loads(line) for line in (CORPUS / "expectations.jsonl").read_text("utf-8").splitlines()]
    if CORPUS.is_dir()
    else []
)
if not EXPECTATIONS:
    pytest.skip("the corpus is not beside this checkout", allow_module_level=True)

Row = dict[str, Any]


def document(row: Row) -> JsonDict:
    return load_document((CORPUS / row["file"]).read_bytes(), limit=MAX_DOCUMENT)


def rows(kind: str, *, having: str = "file") -> pytest.MarkDecorator:
    good = [row for row in EXPECTATIONS if row["kind"] == kind and row.get("verdict") != "reject"]
    chosen = [row for row in good if row.get(having)]
    return pytest.mark.parametrize("row", chosen, ids=[row["file"] for row in chosen])


def moment(text: str | None) -> Any:
    return parse_rfc3339(text) if text else None


def in_full(addresses: list[str]) -> tuple[str, ...]:
    return tuple(PUBLIC if each in PUBLIC_ALIASES else each for each in addresses)


def subject_of(row: Row, doc: JsonDict) -> JsonDict:
    node = doc
    for _ in range(row["facts_from"].count("object")):
        node = node["object"]
    return node


def test_the_whole_corpus_is_covered() -> None:
    assert len(EXPECTATIONS) >= 195
    assert {row["kind"] for row in EXPECTATIONS} <= {
        "ap", "webfinger", "nodeinfo", "nodeinfo-wellknown", "negative",
    }  # fmt: skip


@rows("ap", having="actor")
def test_the_activity_is_read_as_expected(row: Row) -> None:
    found = read.read_activity(document(row))
    expected_object = row["object"]
    assert (found.type, found.id, found.actor) == (row["type"], row["id"], row["actor"])
    assert moment(row["activity_published"] or row["published"]) in {
        found.published,
        moment(row["published"]),
    }
    assert (found.object["type"] if found.object else None) == row["object_type"]
    if isinstance(expected_object, list):
        assert list(found.object_ids) == expected_object
    else:
        assert found.object_id == expected_object
    public = not PUBLIC_ALIASES.isdisjoint(found.to + found.cc)
    assert public == row.get("activity_is_public", row["is_public"])


@rows("ap", having="subject_type")
def test_what_was_published_is_read_as_expected(row: Row) -> None:
    whole = document(row)
    subject = subject_of(row, whole)
    found = read.read_object(subject)
    to, cc = found.to, found.cc
    if not to and not cc:
        to, cc = values.recipients(whole.get("to")), values.recipients(whole.get("cc"))
    assert found.id == row["subject_id"]
    assert found.type == row["subject_type"] or found.type in row["subject_type"]
    assert list(found.attributed_to) == row["attributed_to"]
    assert found.published == moment(row["published"])
    assert (found.summary or None) == (((row["summary"] or "").strip() and row["summary"]) or None)
    assert found.in_reply_to == row["in_reply_to"]
    assert to == in_full(row["to"])
    assert cc == in_full(row["cc"])
    visibility = read.visibility_of(to, cc, None)
    assert {"public": "to", "unlisted": "cc"}.get(visibility) == row["public_in"]
    assert len(found.emojis) == row["n_emojis"]
    check_counts(row, found, subject)


def check_counts(row: Row, found: ObjectDoc, subject: JsonDict) -> None:
    assert len(found.mentions) == row["n_mentions"]
    assert len(found.hashtags) == row["n_hashtags"]
    # Only what leads somewhere is an attachment; fields of a profile are counted there.
    usable = [node for node in values.items(subject.get("attachment")) if values.web_address(node)]
    assert len(found.attachments) == min(len(usable), 16)
    assert len(values.items(subject.get("attachment"))) == row["n_attachments"]


@rows("ap", having="actor_facts")
def test_actors_are_read_as_expected(row: Row) -> None:
    facts = row["actor_facts"]
    found = read.read_actor(subject_of(row, document(row)))
    check_actor(found, facts)
    assert found.type in ACTOR_TYPES


def check_actor(found: ActorDoc, facts: Row) -> None:
    assert found.preferred_username == facts["preferred_username"]
    assert found.name == (facts["name"] or None)
    for name in ("inbox", "outbox", "followers", "following", "featured", "shared_inbox", "moved_to"):
        assert getattr(found, name) == facts[name], name
    assert [key.id for key in found.public_keys if key.kind == "pem"] == facts["public_key_ids"]
    assert found.manually_approves == facts["manually_approves_followers"]
    assert list(found.also_known_as) == facts["also_known_as"]


@rows("ap", having="collection")
def test_collections_are_read_as_expected(row: Row) -> None:
    facts = row["collection"]
    found = read.read_collection(document(row))
    assert found.type in COLLECTION_TYPES
    assert (found.total_items, len(found.items)) == (facts["total_items"], facts["n_inline"])
    assert (found.first, found.next, found.part_of) == (facts["first"], facts["next"], facts["part_of"])


@rows("ap", having="poll")
def test_polls_are_read_as_expected(row: Row) -> None:
    facts = row["poll"]
    poll = read.read_object(subject_of(row, document(row))).poll
    assert poll is not None
    assert poll.multiple == facts["multiple"]
    assert [option.name for option in poll.options] == facts["options"]
    assert [option.votes for option in poll.options] == facts["votes"]
    assert poll.end_time == moment(facts["end_time"])
    assert poll.closed == (facts["closed"] is not None)


def test_a_bare_key_document_gives_its_key_and_its_owner() -> None:
    row = next(row for row in EXPECTATIONS if row["file"] == "gotosocial/publickey-object.json")
    found = read.read_key_document(document(row))
    assert found.id == row["id"]
    assert found.owner == "https://gts.superseriousbusiness.org/users/dumpsterqueer"
    assert [key.kind for key in found.keys] == ["pem"]


@rows("webfinger")
def test_webfinger_answers_are_read_as_expected(row: Row) -> None:
    found = read.read_webfinger(document(row))
    assert found.subject == row["subject"]
    assert (len(found.aliases), len(found.links)) == (row["n_aliases"], row["n_links"])
    assert list(found.self_hrefs) == row["self_hrefs"]
    assert found.profile_page == row["profile_page"]
    assert found.subscribe_template == row["subscribe_template"]


@rows("nodeinfo")
def test_nodeinfo_is_read_as_expected(row: Row) -> None:
    found = read.read_nodeinfo(document(row))
    protocols = row["protocols"]
    if isinstance(protocols, dict):
        protocols = list(dict.fromkeys(name for names in protocols.values() for name in names))
    assert (found.version, found.software_name) == (row["version"], row["software_name"])
    assert found.software_version == row["software_version"]
    assert list(found.protocols) == protocols
    assert (found.open_registrations, found.users_total, found.local_posts) == (
        row["open_registrations"], row["users_total"], row["local_posts"],
    )  # fmt: skip


@rows("nodeinfo-wellknown")
def test_nodeinfo_links_are_read_as_expected(row: Row) -> None:
    found = read.read_nodeinfo_links(document(row))
    assert [rel for rel, _ in found] == row["rels"]
    assert [href for _, href in found] == row["hrefs"]


def test_documents_that_must_not_be_accepted_are_refused() -> None:
    for row in EXPECTATIONS:
        if row["kind"] == "negative" or row.get("verdict") == "reject":
            raw = (CORPUS / row["file"]).read_bytes()
            with pytest.raises(NotValid):
                check_fetched(load_document(raw, limit=MAX_DOCUMENT), final_url=row["served_from"])
