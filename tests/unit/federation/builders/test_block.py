from __future__ import annotations

from fediverse_node.activitystreams.read import read_activity
from fediverse_node.federation.builders import block
from tests.fixtures.golden import ACTIVITY, ALICE, BOB, assert_golden


def test_it_is_as_pinned_and_goes_to_whom_it_is_about_alone() -> None:
    document = block.document(id_=ACTIVITY, blocker=ALICE.uri, target=BOB)
    assert_golden("block", document)
    activity = read_activity(document)
    assert (activity.type, activity.object_id, activity.to, activity.cc) == ("Block", BOB, (BOB,), ())
