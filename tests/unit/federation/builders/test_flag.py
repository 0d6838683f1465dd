from __future__ import annotations

from fediverse_node.activitystreams.read import read_activity
from fediverse_node.federation.builders import flag
from tests.fixtures.golden import ACTIVITY, ADDRESSES, BOB, THEIR_POST, assert_golden


def test_it_is_as_pinned_and_names_the_actor_first() -> None:
    server = ADDRESSES.instance_actor
    document = flag.document(id_=ACTIVITY, server=server, target=BOB, posts=[THEIR_POST], comment="Spam")
    assert_golden("flag", document)
    assert read_activity(document).object_ids == (BOB, THEIR_POST)
