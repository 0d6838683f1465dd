from __future__ import annotations

from fediverse_node.activitystreams.read import read_activity
from fediverse_node.federation.builders import follow, undo
from tests.fixtures.golden import ACTIVITY, ADDRESSES, ALICE, BOB, assert_golden


def test_it_is_as_pinned_and_holds_the_undone_whole() -> None:
    undone = follow.document(id_=ADDRESSES.activity(8), follower=ALICE.uri, target=BOB)
    document = undo.document({**undone, "proof": {"type": "DataIntegrityProof"}}, id_=ACTIVITY)
    assert_golden("undo", document)
    activity = read_activity(document)
    assert (activity.type, activity.actor, activity.to) == ("Undo", ALICE.uri, (BOB,))
    inner = read_activity(activity.object or {})
    assert (inner.type, inner.id, inner.object_id) == ("Follow", ADDRESSES.activity(8), BOB)
    assert "proof" not in document["object"]
