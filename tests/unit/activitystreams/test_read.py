from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from fediverse_node.activitystreams import read
from fediverse_node.activitystreams.load import JsonDict
from fediverse_node.activitystreams.vocabulary import PUBLIC
from fediverse_node.kernel.errors import NotValid

BOB = "https://a.example/users/bob"
FOLLOWERS = f"{BOB}/followers"

INNER_TERMS = [
    "id", "type", "href", "url", "name", "@value", "@list", "mediaType",
]  # fmt: skip
wrong = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5)
    | st.just(BOB),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(INNER_TERMS), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip
TERMS = [
    "id",
    "type",
    "actor",
    "object",
    "target",
    "to",
    "cc",
    "audience",
    "content",
    "contentMap",
    "name",
    "summary",
    "tag",
    "attachment",
    "url",
    "icon",
    "image",
    "publicKey",
    "assertionMethod",
    "endpoints",
    "preferredUsername",
    "alsoKnownAs",
    "published",
    "updated",
    "inReplyTo",
    "oneOf",
    "anyOf",
    "closed",
    "votersCount",
    "source",
    "context",
    "quote",
    "digitalSourceType",
    "aiTools",
    "aiDisclosure",
    "contentUsage",
    "sensitive",
    "first",
    "orderedItems",
    "totalItems",
    "links",
    "subject",
    "software",
    "usage",
    "protocols",
    "featured",
    "webfinger",
    "replies",
    "focalPoint",
]


@settings(max_examples=400, deadline=None)
@given(st.dictionaries(st.sampled_from(TERMS), wrong, max_size=12))
def test_wrong_types_anywhere_are_ignored_or_refused_and_nothing_else(document: JsonDict) -> None:
    for reader in (
        read.read_activity, read.read_actor, read.read_object, read.read_collection, read.read_key_document,
        read.read_webfinger, read.read_nodeinfo, read.read_nodeinfo_links,
    ):  # fmt: skip
        for terms in ({}, {"type": "Person", "id": BOB, "actor": BOB}, {"type": "OrderedCollection"}):
            try:
                reader(document | terms)
            except NotValid:
                continue


def test_addressing_decides_visibility_and_doubt_narrows_it() -> None:
    assert read.visibility_of([PUBLIC], [FOLLOWERS], FOLLOWERS) == "public"
    assert read.visibility_of(["as:Public"], [], None) == "public"
    assert read.visibility_of([FOLLOWERS], ["Public"], FOLLOWERS) == "unlisted"
    assert read.visibility_of([FOLLOWERS], [], FOLLOWERS) == "private"
    assert read.visibility_of([], [FOLLOWERS], FOLLOWERS) == "private"
    assert read.visibility_of([FOLLOWERS], [], None) == "direct"
    assert read.visibility_of([], [], FOLLOWERS) == "direct"
