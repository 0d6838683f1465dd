from __future__ import annotations

from fediverse_node.activitystreams.read import read_activity
from fediverse_node.activitystreams.vocabulary import PUBLIC
from fediverse_node.federation.builders import announce
from tests.fixtures.golden import ACTIVITY, ALICE, BOB, EDITED, THEIR_POST, assert_golden


def test_it_is_as_pinned_and_reads_back() -> None:
    document = announce.document(
        id_=ACTIVITY, booster=ALICE, post=THEIR_POST, author=BOB, visibility="public", now=EDITED
    )
    assert_golden("announce", document)
    activity = read_activity(document)
    assert (activity.type, activity.object_id, activity.published) == ("Announce", THEIR_POST, EDITED)
    assert (activity.to, activity.cc) == ((PUBLIC,), (ALICE.followers, BOB))


def test_unlisted_it_is_public_in_second_place() -> None:
    document = announce.document(
        id_=ACTIVITY, booster=ALICE, post=THEIR_POST, author=BOB, visibility="unlisted", now=EDITED
    )
    assert (document["to"], document["cc"]) == ([ALICE.followers], [PUBLIC, BOB])
