from __future__ import annotations

from fediverse_node.activitystreams.read import read_activity
from fediverse_node.federation.builders import follow
from tests.fixtures.golden import ACTIVITY, ALICE, BOB, assert_golden


def test_it_is_as_pinned_and_reads_back() -> None:
    document = follow.document(id_=ACTIVITY, follower=ALICE.uri, target=BOB)
    assert_golden("follow", document)
    activity = read_activity(document)
    assert (activity.id, activity.actor, activity.object_id, activity.to) == (
        ACTIVITY,
        ALICE.uri,
        BOB,
        (BOB,),
    )
