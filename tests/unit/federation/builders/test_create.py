from __future__ import annotations

from fediverse_node.activitystreams.read import read_activity, read_object
from fediverse_node.federation.builders import create
from fediverse_node.federation.builders.note import NoteParts
from tests.fixtures.golden import ACTIVITY, ADDRESSES, ALICE, HASHTAGS, MENTIONS, POST, assert_golden


def test_it_is_as_pinned_and_reads_back() -> None:
    parts = NoteParts(post=POST, author=ALICE, mentions=MENTIONS, hashtags=HASHTAGS)
    document = create.document(parts, id_=ACTIVITY, addresses=ADDRESSES)
    assert_golden("create", document)
    activity = read_activity(document)
    assert (activity.id, activity.type, activity.actor) == (ACTIVITY, "Create", ALICE.uri)
    note = read_object(activity.object or {})
    assert (note.id, note.to, note.cc) == (POST.uri, activity.to, activity.cc)
    assert "@context" not in document["object"]
