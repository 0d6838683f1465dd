from __future__ import annotations

from fediverse_node.activitystreams.read import read_activity
from fediverse_node.federation.builders import like
from tests.fixtures.golden import ACTIVITY, ADDRESSES, ALICE, BOB, THEIR_POST, assert_golden


def test_it_is_as_pinned_and_reads_back() -> None:
    document = like.document(id_=ACTIVITY, actor=ALICE.uri, post=THEIR_POST, author=BOB)
    assert_golden("like", document)
    activity = read_activity(document)
    assert (activity.type, activity.object_id, activity.to, activity.cc) == ("Like", THEIR_POST, (BOB,), ())


def test_a_reaction_is_as_pinned() -> None:
    made = like.reaction(
        id_=ACTIVITY,
        actor=ALICE.uri,
        post=THEIR_POST,
        author=BOB,
        emoji=":blob:",
        picture="https://home.example/media/blob.png",
        addresses=ADDRESSES,
    )
    assert_golden("reaction", made)
    assert read_activity(made).content == ":blob:"
