from __future__ import annotations

from dataclasses import replace

from fediverse_node.activitystreams.read import read_activity, read_actor, read_object
from fediverse_node.activitystreams.vocabulary import PUBLIC
from fediverse_node.federation.builders import update
from fediverse_node.federation.builders.note import NoteParts
from tests.fixtures.golden import ACTIVITY, ADDRESSES, ALICE, EDITED, KEYS, POST, assert_golden


def test_of_a_note_it_is_as_pinned_and_reads_back() -> None:
    parts = NoteParts(post=replace(POST, edited_at=EDITED), author=ALICE)
    document = update.of_note(parts, id_=ACTIVITY, addresses=ADDRESSES)
    assert_golden("update_note", document)
    activity = read_activity(document)
    assert (activity.type, activity.published) == ("Update", EDITED)
    assert read_object(activity.object or {}).updated == EDITED


def test_of_an_actor_it_is_as_pinned_and_reads_back() -> None:
    document = update.of_actor(ALICE, KEYS, id_=ACTIVITY, addresses=ADDRESSES, now=EDITED)
    assert_golden("update_actor", document)
    activity = read_activity(document)
    assert (activity.actor, activity.object_id, activity.to) == (ALICE.uri, ALICE.uri, (PUBLIC,))
    assert len(read_actor(activity.object or {}).public_keys) == 2
