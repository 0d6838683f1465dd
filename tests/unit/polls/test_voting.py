from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fediverse_node.actors import queries as actors
from fediverse_node.polls import queries as polls
from fediverse_node.polls import voting
from fediverse_node.polls.model import Option, Poll
from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Tx
from tests.fixtures.rooms import note, person, stranger


def asked(tx: Tx, *, multiple: bool = False, answers: int = 3) -> Poll:
    """A poll under a new post of alice's."""
    author = actors.local_by_name(tx, "alice") or person(tx, "alice")
    poll = Poll(
        post_id=note(tx, author, type="Question").id,
        multiple=multiple,
        options=tuple(Option(name=f"answer {n}") for n in range(answers)),
        ends_at=tx.now + timedelta(hours=1),
    )
    assert polls.add(tx, poll, due_at=poll.ends_at)
    return poll


def counts(tx: Tx, poll: Poll) -> tuple[list[int], int | None]:
    found = polls.of_post(tx, poll.post_id)
    assert found is not None
    return [option.votes for option in found.options], found.voters_count


async def test_a_vote_is_counted_once(db: Database) -> None:
    def unit(tx: Tx) -> None:
        poll, bob = asked(tx), stranger(tx, "bob")
        assert voting.cast(tx, poll, bob.id, [1]) == 1
        assert voting.cast(tx, poll, bob.id, [1]) == 0
        assert voting.cast(tx, poll, bob.id, [2]) == 0
        assert counts(tx, poll) == ([0, 1, 0], 1)
        assert polls.chosen(tx, bob.id, [poll.post_id]) == {poll.post_id: [1]}

    await db.write(unit)


async def test_where_several_may_be_chosen_each_counts_once_and_the_person_once(db: Database) -> None:
    def unit(tx: Tx) -> None:
        poll, bob = asked(tx, multiple=True), stranger(tx, "bob")
        assert voting.cast(tx, poll, bob.id, [0, 2, 2]) == 2
        assert voting.cast(tx, poll, bob.id, [1, 2]) == 1
        assert counts(tx, poll) == ([1, 1, 1], 1)
        assert voting.voter_ids(tx, poll.post_id) == [bob.id]

    await db.write(unit)


async def test_nothing_chosen_is_no_vote_and_what_there_is_not_is_a_mistake(db: Database) -> None:
    def unit(tx: Tx) -> None:
        poll, bob = asked(tx), stranger(tx, "bob")
        assert voting.cast(tx, poll, bob.id, []) == 0
        assert counts(tx, poll) == ([0, 0, 0], 0)
        with pytest.raises(AssertionError):
            voting.cast(tx, poll, bob.id, [3])
        with pytest.raises(AssertionError):
            voting.cast(tx, poll, bob.id, [0, 1])

    await db.write(unit)


BALLOTS = st.lists(
    st.tuples(st.integers(0, 4), st.sets(st.integers(0, 2), min_size=1)), min_size=1, max_size=12
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ballots=BALLOTS, multiple=st.booleans(), data=st.data())
async def test_a_tally_is_right_in_whatever_order_votes_come(
    db: Database, *, ballots: list[tuple[int, set[int]]], multiple: bool, data: st.DataObject
) -> None:
    if not multiple:  # each person's first vote stands, so that of each there is one here
        ballots = [(voter, {min(choice)}) for voter, choice in dict(ballots).items()]
    other_order = data.draw(st.permutations(ballots))

    def tally(tx: Tx, votes: list[tuple[int, set[int]]]) -> tuple[list[int], int | None]:
        poll = asked(tx, multiple=multiple)
        voters = {n: stranger(tx, f"v{n}-{poll.post_id}") for n in range(5)}
        for voter, choice in votes:
            voting.cast(tx, poll, voters[voter].id, choice)
        return counts(tx, poll)

    found = await db.write(lambda tx: tally(tx, ballots))
    votes, voters = found
    assert found == await db.write(lambda tx: tally(tx, other_order))
    assert voters == len({voter for voter, _ in ballots})
    assert all(0 <= count <= voters for count in votes)
    assert multiple or sum(votes) == voters
    expected = {(voter, answer) for voter, choice in ballots for answer in choice}
    assert votes == [sum(answer == n for _, answer in expected) for n in range(3)]
