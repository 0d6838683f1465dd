from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from fediverse_node.activitystreams import read, write
from fediverse_node.activitystreams.jsonld import expand
from fediverse_node.activitystreams.shape import check_shape
from fediverse_node.activitystreams.vocabulary import DIGITAL_SOURCE_TYPE, PUBLIC

ORIGIN = "https://node.example"
ALICE = f"{ORIGIN}/@alice"
NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
AS = "https://www.w3.org/ns/activitystreams#"


def our_note() -> dict[str, Any]:
    to, cc = write.addressing("public", followers=f"{ALICE}/followers", mentioned=["https://b.example/bob"])
    return {
        "@context": write.note_context(ORIGIN),
        "id": f"{ALICE}/1",
        "type": "Note",
        "attributedTo": ALICE,
        "to": to,
        "cc": cc,
        "published": "2026-11-21T09:30:00Z",
        "content": "<p>مرحبا</p>",
        "contentMap": {"ar": "<p>مرحبا</p>"},
        "sensitive": False,
        "conversation": f"{ORIGIN}/conversations/1",
        "tag": [write.mention("https://b.example/bob", "@bob@b.example"),
                write.hashtag("AIassisted", f"{ORIGIN}/tags/x")],
        "attachment": [
            {**write.image(f"{ORIGIN}/m/1.png", "image/png"), "focalPoint": [0.0, 0.5], "blurhash": "UA"}
        ],
        "aiDisclosure": "ai-assisted",
        "digitalSourceType": f"{DIGITAL_SOURCE_TYPE}compositeWithTrainedAlgorithmicMedia",
        "aiTools": [{"type": "Application", "name": "model-1", "aiProvider": "local", "aiAction": "rewrite"}],
        "humanReviewed": True,
        "contentUsage": "train-ai=n",
        "xRobotsTag": "noai, noimageai",
    }  # fmt: skip


def our_actor() -> dict[str, Any]:
    return {
        "@context": write.actor_context(ORIGIN),
        "id": ALICE,
        "type": "Person",
        "preferredUsername": "alice",
        "name": "Alice",
        "inbox": f"{ALICE}/inbox",
        "outbox": f"{ALICE}/outbox",
        "followers": f"{ALICE}/followers",
        "following": f"{ALICE}/following",
        "featured": f"{ALICE}/featured",
        "endpoints": {"sharedInbox": f"{ORIGIN}/inbox"},
        "manuallyApprovesFollowers": False,
        "discoverable": True,
        "indexable": False,
        "alsoKnownAs": ["https://old.example/alice"],
        "webfinger": "alice@node.example",
        "publicKey": write.public_key(ALICE, "PEM"),
        "assertionMethod": [write.multikey(ALICE, "z6Mk")],
        "attachment": [write.property_value("Web", "<b>x</b>")],
        "icon": write.image(f"{ORIGIN}/a.png", "image/png"),
        "generator": {"type": "Application", "implements": [{"href": "https://datatracker.ietf.org/doc/html/rfc9421"}]},
    }  # fmt: skip


def test_our_note_means_in_json_ld_what_it_says_in_json() -> None:
    (node,) = expand(our_note())
    ai = f"{ORIGIN}/ns/ai-provenance#"
    assert node["@type"] == [f"{AS}Note"]
    assert node[f"{AS}attributedTo"] == [{"@id": ALICE}]
    assert node[f"{AS}to"] == [{"@id": PUBLIC}]
    assert node["http://schema.org/digitalSourceType"] == [
        {"@id": f"{DIGITAL_SOURCE_TYPE}compositeWithTrainedAlgorithmicMedia"}
    ]
    assert node[f"{ai}aiDisclosure"] == [{"@value": "ai-assisted"}]
    assert node[f"{ai}humanReviewed"] == [{"@value": True}]
    assert node[f"{ai}contentUsage"] == [{"@value": "train-ai=n"}]
    assert node[f"{ai}xRobotsTag"] == [{"@value": "noai, noimageai"}]
    (tools,) = node[f"{ai}aiTools"]
    assert tools["@list"][0][f"{ai}aiAction"] == [{"@value": "rewrite"}]
    assert node[f"{AS}tag"][1]["@type"] == [f"{AS}Hashtag"]
    assert node[f"{AS}attachment"][0]["http://joinmastodon.org/ns#focalPoint"] == [
        {"@list": [{"@value": 0.0}, {"@value": 0.5}]}
    ]


def test_our_actor_means_in_json_ld_what_it_says_in_json() -> None:
    (node,) = expand(our_actor())
    security = "https://w3id.org/security#"
    assert node["http://www.w3.org/ns/ldp#inbox"] == [{"@id": f"{ALICE}/inbox"}]
    assert node[f"{security}publicKey"][0][f"{security}publicKeyPem"] == [{"@value": "PEM"}]
    assert node[f"{security}assertionMethod"][0]["@type"] == [f"{security}Multikey"]
    assert node[f"{AS}manuallyApprovesFollowers"] == [{"@value": False}]
    assert node[f"{AS}alsoKnownAs"] == [{"@id": "https://old.example/alice"}]
    assert node["http://joinmastodon.org/ns#discoverable"] == [{"@value": True}]
    assert node[f"{AS}attachment"][0]["@type"] == ["http://schema.org#PropertyValue"]
    assert node["https://purl.archive.org/socialweb/webfinger#webfinger"] == [
        {"@value": "alice@node.example"}
    ]


def test_our_own_reader_reads_what_we_write() -> None:
    note, actor = our_note(), our_actor()
    check_shape(note)
    check_shape(actor)
    found = read.read_object(note)
    assert (found.attributed_to, found.language, found.published) == ((ALICE,), "ar", NOW)
    assert (found.ai.ai_disclosure, found.ai.ai_tools[0].name) == ("ai-assisted", "model-1")
    assert read.visibility_of(found.to, found.cc, f"{ALICE}/followers") == "public"
    profile = read.read_actor(actor)
    assert [key.kind for key in profile.public_keys] == ["pem", "multikey"]
    assert profile.fields == (("Web", "<b>x</b>"),)
    assert profile.shared_inbox == f"{ORIGIN}/inbox"


def test_the_as2_context_comes_first_and_as_a_string() -> None:
    for context in (write.actor_context(ORIGIN), write.note_context(ORIGIN)):
        assert context[0] == "https://www.w3.org/ns/activitystreams"


def test_a_document_is_written_as_compact_utf_8() -> None:
    raw = write.dump({"content": "مرحبا", "to": []})
    assert raw == '{"content":"مرحبا","to":[]}'.encode()
    assert json.loads(write.dump(our_note())) == our_note()


@pytest.mark.parametrize(
    ("visibility", "to", "cc"),
    [
        ("public", [PUBLIC], ["f", "m"]),
        ("unlisted", ["f"], [PUBLIC, "m"]),
        ("private", ["f"], ["m"]),
        ("direct", ["m"], []),
    ],
)
def test_addressing_is_read_back_as_the_visibility_it_was_made_for(visibility: Any, to: Any, cc: Any) -> None:
    assert write.addressing(visibility, followers="f", mentioned=["m", "m"]) == (to, cc)
    assert read.visibility_of(to, cc, "f") == visibility


def test_activities_carry_arrays_and_no_nulls() -> None:
    follow = write.activity("Follow", id_=f"{ALICE}#1", actor=ALICE, object_="https://b.example/bob")
    assert (follow["to"], follow["cc"]) == ([], [])
    assert "published" not in follow
    accept = write.activity(
        "Accept",
        id_="x",
        actor=ALICE,
        object_=follow,
        audience=(["https://b.example/bob"], ()),
        published=NOW,
    )
    assert accept["object"]["id"] == f"{ALICE}#1"
    assert accept["published"] == "2026-11-21T09:30:00Z"
    assert read.read_activity(accept).to == ("https://b.example/bob",)


def test_collections_and_tombstones_are_read_back() -> None:
    whole = read.read_collection(write.ordered_collection("c", total=1, items=["https://a.example/1"]))
    assert (whole.total_items, whole.items) == (1, ("https://a.example/1",))
    paged = read.read_collection(write.ordered_collection("c", total=None, first="c?page"))
    assert (paged.total_items, paged.first) == (None, "c?page")
    page = read.read_collection(
        write.collection_page("c?page", part_of="c", items=[], next_="c?2", prev="c?0")
    )
    assert (page.part_of, page.next, page.prev) == ("c", "c?2", "c?0")
    assert write.tombstone("n", former_type="Note", deleted=NOW)["deleted"] == "2026-11-21T09:30:00Z"
    assert "deleted" not in write.tombstone("n", former_type="Note")
    assert write.count_collection("l", 3)["totalItems"] == 3
