from __future__ import annotations

from fediverse_node.activitystreams.read import read_object
from fediverse_node.federation.builders import vote
from tests.fixtures.golden import ACTIVITY, ADDRESSES, ALICE, BOB, SAID, THEIR_POST, assert_golden


def test_it_is_as_pinned_and_no_reply() -> None:
    document = vote.document(
        id_=ACTIVITY,
        vote_id=ADDRESSES.activity(10),
        voter=ALICE.uri,
        question=THEIR_POST,
        author=BOB,
        answer="Green",
        now=SAID,
    )
    assert_golden("vote", document)
    read = read_object(document["object"])
    assert (read.name, read.content, read.in_reply_to, read.to) == ("Green", None, THEIR_POST, (BOB,))
