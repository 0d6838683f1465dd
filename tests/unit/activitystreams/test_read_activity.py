from __future__ import annotations

import random
from typing import Any

import pytest

from fediverse_node.activitystreams import values
from fediverse_node.activitystreams.load import JsonDict
from fediverse_node.activitystreams.read_activity import read_activity
from fediverse_node.kernel.errors import NotValid

BOB = "https://a.example/users/bob"
LIKE: JsonDict = {"id": f"{BOB}/likes/1", "type": "Like", "actor": BOB, "object": "https://b.example/1"}


@pytest.mark.parametrize("form", [BOB, {"id": BOB}, [BOB], [{"id": BOB, "type": "Person"}]])
def test_the_actor_is_found_in_every_form(form: Any) -> None:
    assert read_activity({**LIKE, "actor": form}).actor == BOB


@pytest.mark.parametrize(
    "form", [None, "", 5, [], {}, [BOB, "https://c.example/eve"], [BOB, BOB], {"name": BOB}, "x" * 2049]
)
def test_no_actor_or_several_are_refused(form: Any) -> None:
    with pytest.raises(NotValid):
        read_activity({**LIKE, "actor": form})


@pytest.mark.parametrize(
    "terms",
    [
        {"type": None},
        {"type": ""},
        {"type": 5},
        {"type": []},
        {"type": [5]},
        {"id": 5},
        {"id": ["x"]},
        {"id": "h" * 2049},
    ],
)
def test_an_activity_without_a_type_or_with_an_id_that_is_none_is_refused(terms: JsonDict) -> None:
    with pytest.raises(NotValid):
        read_activity({**LIKE, **terms})


def test_of_several_types_the_known_one_counts() -> None:
    assert read_activity({**LIKE, "type": ["x:Special", "Like"]}).type == "Like"
    assert read_activity({**LIKE, "type": ["x:Special", "y:Odd"]}).type == "x:Special"
    assert read_activity({**LIKE, "type": "like"}).type == "like"


def test_an_activity_without_an_id_is_read() -> None:
    assert read_activity({name: value for name, value in LIKE.items() if name != "id"}).id is None


def test_embedded_and_named_objects_are_kept_apart() -> None:
    vote = {"id": f"{BOB}/v1", "type": "Note", "name": "yes"}
    found = read_activity({**LIKE, "object": [vote, {**vote, "id": f"{BOB}/v2"}, "https://b.example/3", 7]})
    assert found.object_ids == (f"{BOB}/v1", f"{BOB}/v2", "https://b.example/3")
    assert (found.object_id, found.object) == (f"{BOB}/v1", vote)
    assert len(found.objects) == 2
    nothing = read_activity({**LIKE, "object": None})
    assert (nothing.object_id, nothing.object, nothing.object_ids) == (None, None, ())


def test_a_reaction_is_read_with_its_emoji() -> None:
    emoji = {"type": "Emoji", "name": ":blob:", "icon": {"type": "Image", "url": "https://a.example/b.png"}}
    found = read_activity({**LIKE, "_misskey_reaction": ":blob:", "tag": [emoji]})
    assert found.content == ":blob:"
    assert [(each.shortcode, each.url) for each in found.emojis] == [("blob", "https://a.example/b.png")]


# One parse: who checks and who acts see the same.

TERMS = ("id", "@id", "actor", "object", "attributedTo", "to", "cc", "target", "result", "as:actor")
VALUES: list[Any] = [
    5,
    None,
    "",
    [],
    {},
    "https://a.example/1",
    "https://b.example/2",
    {"id": "https://c.example/3"},
]
TYPES: list[Any] = ["Like", "Create", ["Update", "x"], 3, None]


def generated(draw: random.Random) -> JsonDict:
    document: JsonDict = {"type": draw.choice(TYPES), "actor": "https://a.example/1"}
    for term in draw.sample(TERMS, draw.randrange(6)):
        some = [draw.choice(VALUES) for _ in range(draw.randrange(3))]
        document[term] = draw.choice([draw.choice(VALUES), some])
    return document


def test_the_checker_and_the_handler_see_one_activity() -> None:
    draw = random.Random(9)
    read_at_all = 0
    for _ in range(10_000):
        document = generated(draw)
        if draw.random() < 0.5:
            document["object"] = generated(draw)
        try:
            checked = read_activity(document)
        except NotValid:
            continue
        read_at_all += 1
        assert read_activity(checked.raw) == checked
        if checked.object is not None:
            assert values.link(checked.object) in {*checked.object_ids, None}
    assert read_at_all > 1_000


def test_what_was_checked_cannot_be_changed_before_it_is_handled() -> None:
    checked = read_activity(LIKE)
    with pytest.raises(AttributeError):
        checked.actor = "https://evil.example/"  # type: ignore[misc] # that it cannot be set is the test
    assert checked.actor == BOB
