from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fediverse_node.activitystreams.read_object import read_object
from fediverse_node.activitystreams.vocabulary import DIGITAL_SOURCE_TYPE
from fediverse_node.federation.builders import note
from fediverse_node.federation.builders.note import NoteParts
from fediverse_node.federation.discovery.labelling import HASHTAGS, UNKNOWN, Label, label_of
from fediverse_node.federation.outbox.label_words import WORDS
from fediverse_node.federation.outbox.labels import AUTONOMOUS_HASHTAG, HASHTAG
from fediverse_node.kernel.text import hashtag_key
from fediverse_node.posts.model import Hashtag
from tests.fixtures.golden import ALICE, POST
from tests.fixtures.rooms import ADDRESSES

IMAGE = {"type": "Document", "mediaType": "image/png", "url": "https://a.example/1.png"}


def labelled(*tags: str, **said: Any) -> Label:
    document = {"type": "Note", "id": "https://a.example/1", "content": "<p>x</p>", **said}
    document["tag"] = [{"type": "Hashtag", "name": f"#{name}"} for name in tags]
    doc = read_object(document)
    return label_of(doc, [Hashtag(tag=hashtag_key(each.name), name=each.name) for each in doc.hashtags])


@pytest.mark.parametrize(
    ("said", "disclosure"),
    [
        ({"aiDisclosure": "ai-assisted"}, "ai-assisted"),
        ({"aiDisclosure": "AI_Autonomous"}, "ai-autonomous"),
        ({"aiDisclosure": "human-only"}, "human-only"),
        ({"aip:aiDisclosure": "aiAssisted"}, "ai-assisted"),
        ({"aiDisclosure": "https://a.example/ns#ai-assisted"}, "ai-assisted"),
        ({"ai-disclosure": "ai-modified"}, "ai-assisted"),
        ({"aiDisclosure": "machine-generated"}, "ai-autonomous"),
        ({"aiDisclosure": "none"}, "human-only"),
        ({"digitalSourceType": f"{DIGITAL_SOURCE_TYPE}trainedAlgorithmicMedia"}, "ai-assisted"),
        ({"schema:digitalSourceType": "schema:CompositeSyntheticDigitalSource"}, "ai-assisted"),
        ({"aiTools": [{"type": "Application", "name": "m-1"}]}, "ai-assisted"),
        # Of two claims the higher counts.
        (
            {
                "aiDisclosure": "human-only",
                "digitalSourceType": f"{DIGITAL_SOURCE_TYPE}compositeWithTrainedAlgorithmicMedia",
            },
            "ai-assisted",
        ),
    ],
)
def test_what_an_author_states_is_understood_in_many_spellings(said: Any, disclosure: str) -> None:
    assert labelled(**said) == Label(disclosure=disclosure, said_by="field")


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"aiDisclosure": "mostly harmless"},
        {"aiDisclosure": 7},
        {"aiDisclosure": None},
        {"digitalSourceType": f"{DIGITAL_SOURCE_TYPE}digitalCapture"},
        {"digitalSourceType": f"{DIGITAL_SOURCE_TYPE}algorithmicallyEnhanced"},
        {"digitalSourceType": "https://other.example/trainedAlgorithmicMedia"},
        {"generator": {"type": "Application", "name": "an AI app"}},
    ],
)
def test_what_says_nothing_of_a_model_stays_unknown(said: Any) -> None:
    assert labelled(**said) == UNKNOWN


@pytest.mark.parametrize("tag", ["AIgenerated", "aiassisted", "MADEWITHAI", "KIgeneriert", "AI生成"])
def test_a_hashtag_that_labels_a_post_is_a_label(tag: str) -> None:
    assert labelled(tag) == Label(disclosure="ai-assisted", said_by="hashtag")
    assert labelled("cats", tag).said_by == "hashtag"


@pytest.mark.parametrize("tag", ["AI", "GenAI", "GenerativeAI", "NoAI", "ChatGPT", "cats", "aid"])
def test_a_hashtag_that_names_a_topic_is_none(tag: str) -> None:
    assert labelled(tag, attachment=[IMAGE]) == UNKNOWN


def test_art_is_a_models_where_there_is_a_picture_and_a_topic_where_there_is_none() -> None:
    assert labelled("AIart") == UNKNOWN
    assert labelled("AIart", attachment=[IMAGE | {"mediaType": "audio/ogg"}]) == UNKNOWN
    assert labelled("AIart", attachment=[IMAGE]) == Label(disclosure="ai-assisted", said_by="hashtag")


def test_an_author_who_says_that_no_model_helped_is_believed_over_a_hashtag() -> None:
    assert labelled("AIgenerated", aiDisclosure="human-only") == Label(
        disclosure="human-only", said_by="field"
    )


def test_our_own_labels_are_understood_in_every_language() -> None:
    ours = {HASHTAG, AUTONOMOUS_HASHTAG, *(name for each in WORDS.values() for name in each.hashtags or ())}
    assert {hashtag_key(name) for name in ours} <= HASHTAGS


def test_what_we_send_is_read_as_it_was_meant() -> None:
    doc = read_object(note.document(NoteParts(post=POST, author=ALICE), addresses=ADDRESSES))
    assert label_of(doc, []) == Label(disclosure="ai-assisted", said_by="field")


@given(st.text(max_size=60))
def test_any_word_is_a_known_one_or_none(word: str) -> None:
    assert labelled(aiDisclosure=word).disclosure in {None, "human-only", "ai-assisted", "ai-autonomous"}
