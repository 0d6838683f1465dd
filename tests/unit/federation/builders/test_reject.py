from __future__ import annotations

from fediverse_node.activitystreams.read import read_activity
from fediverse_node.federation.builders import reject
from tests.fixtures.golden import ACTIVITY, ALICE, BOB, assert_golden

THEIR_FOLLOW = "https://there.example/follows/Ünïque 1"


def test_it_is_as_pinned_and_echoes_the_follow_as_it_came() -> None:
    document = reject.document(id_=ACTIVITY, follow_id=THEIR_FOLLOW, follower=BOB, target=ALICE.uri)
    assert_golden("reject", document)
    activity = read_activity(document)
    assert (activity.type, activity.actor, activity.object_id) == ("Reject", ALICE.uri, THEIR_FOLLOW)
    inner = read_activity(activity.object or {})
    assert (inner.type, inner.id, inner.actor, inner.object_id) == ("Follow", THEIR_FOLLOW, BOB, ALICE.uri)
