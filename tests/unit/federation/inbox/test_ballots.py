from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fediverse_node.activitystreams.documents import Activity
from fediverse_node.activitystreams.read import read_activity, read_object
from fediverse_node.federation.inbox import ballots
from fediverse_node.kernel.errors import NotAllowed, NotValid

BOB = "https://there.example/users/bob"
QUESTION = "https://here.example/users/alice/posts/1"
VOTE = {
    "id": f"{BOB}#votes/1",
    "type": "Note",
    "attributedTo": BOB,
    "inReplyTo": QUESTION,
    "name": "Green",
    "to": [QUESTION],
}


def create(object_: Any) -> Activity:
    return read_activity({"id": f"{BOB}#v/1", "type": "Create", "actor": BOB, "object": object_})


def test_one_vote_and_several_are_ballots() -> None:
    assert ballots.is_vote(read_object(VOTE))
    for object_, names in (
        (VOTE, ("Green",)),
        ([VOTE], ("Green",)),
        ([VOTE, {**VOTE, "name": "Black"}, VOTE], ("Green", "Black")),
        ({**VOTE, "content": ""}, ("Green",)),
        ({**VOTE, "content": None, "contentMap": {}}, ("Green",)),
    ):
        activity = create(object_)
        assert ballots.is_ballot(activity)
        assert ballots.read(activity) == ballots.Ballot(question=QUESTION, names=names)


@pytest.mark.parametrize(
    "object_",
    [
        {**VOTE, "content": "<p>Green</p>"},
        {**VOTE, "contentMap": {"en": "<p>Green</p>"}},
        {**VOTE, "name": None},
        {**VOTE, "inReplyTo": None},
        {**VOTE, "type": "Article"},
        [VOTE, "https://there.example/notes/1"],
        [VOTE, {**VOTE, "content": "<p>a post</p>"}],
        f"{BOB}#votes/1",
        [],
    ],
    ids=str,
)
def test_what_is_not_all_votes_is_no_ballot(object_: Any) -> None:
    assert not ballots.is_ballot(create(object_))
    assert not ballots.is_ballot(
        read_activity({"id": f"{BOB}#v/1", "type": "Update", "actor": BOB, "object": VOTE})
    )


def test_a_ballot_is_of_one_person_for_one_question() -> None:
    carol = {**VOTE, "attributedTo": "https://there.example/users/carol"}
    for theirs in (
        carol,
        {**VOTE, "attributedTo": [BOB, carol["attributedTo"]]},
        {**VOTE, "attributedTo": None},
    ):
        with pytest.raises(NotAllowed):
            ballots.read(create([VOTE, theirs]))
    with pytest.raises(NotValid):
        ballots.read(create([VOTE, {**VOTE, "inReplyTo": f"{QUESTION}1"}]))
    with pytest.raises(NotValid):
        ballots.read(create([VOTE] * 21))
    assert ballots.read(create([VOTE] * 20)).names == ("Green",)


@given(st.lists(st.text(min_size=1, max_size=30), min_size=1, max_size=20))
def test_the_names_of_a_ballot_are_each_there_once(names: list[str]) -> None:
    activity = create([{**VOTE, "name": name} for name in names])
    expected = [read_object({**VOTE, "name": name}).name for name in names]
    if not all(expected):
        with pytest.raises(NotValid):
            ballots.read(activity)
    else:
        assert list(ballots.read(activity).names) == list(dict.fromkeys(expected))
