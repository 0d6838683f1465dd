from __future__ import annotations

from dataclasses import replace

from fediverse_node.activitystreams.read import read_activity
from fediverse_node.activitystreams.vocabulary import PUBLIC
from fediverse_node.federation.builders import delete
from tests.fixtures.golden import ACTIVITY, ALICE, BOB, EDITED, POST, assert_golden


def test_it_is_as_pinned_and_reads_back() -> None:
    document = delete.document(POST, ALICE, id_=ACTIVITY, now=EDITED)
    assert_golden("delete", document)
    activity = read_activity(document)
    assert (activity.type, activity.actor, activity.object_id) == ("Delete", ALICE.uri, POST.uri)
    assert "content" not in document["object"]


def test_the_delete_of_a_closed_post_does_not_announce_itself_to_everybody() -> None:
    document = delete.document(replace(POST, visibility="direct"), ALICE, id_=ACTIVITY, now=EDITED)
    assert (document["to"], document["cc"]) == ([BOB], [])
    assert PUBLIC in delete.document(POST, ALICE, id_=ACTIVITY, now=EDITED)["to"]
