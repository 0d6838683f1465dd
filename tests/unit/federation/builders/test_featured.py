from __future__ import annotations

from fediverse_node.federation.builders import featured, move
from tests.fixtures.golden import ACTIVITY, ALICE, BOB, POST, assert_golden


def test_a_pin_is_as_pinned() -> None:
    assert_golden("add", featured.document("Add", POST.uri, id_=ACTIVITY, owner=ALICE))


def test_taking_it_down_differs_in_its_type_only() -> None:
    added = featured.document("Add", POST.uri, id_=ACTIVITY, owner=ALICE)
    removed = featured.document("Remove", POST.uri, id_=ACTIVITY, owner=ALICE)
    assert removed == {**added, "type": "Remove"}


def test_a_move_is_as_pinned() -> None:
    assert_golden("move", move.document(ALICE, BOB, id_=ACTIVITY))
