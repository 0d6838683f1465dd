from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fediverse_node.federation.delivery.retry import (
    AFTERWARDS,
    GIVE_UP,
    JITTER,
    SCHEDULE,
    Answer,
    Reach,
    Verdict,
    judge,
    wait_after,
)
from tests.fixtures.outbox import START

STATUSES = st.integers(min_value=100, max_value=599)
CHANCES = st.floats(min_value=0, max_value=1)


def verdict(
    status: int | None, *, attempt: int = 1, age: timedelta = timedelta(0), **answer: object
) -> Verdict:
    return judge(
        Answer(status=status, **answer),  # type: ignore[arg-type]  # handed on as they are
        attempt=attempt,
        created_at=START,
        now=START + age,
        chance=0.5,
    )


def test_the_schedule_is_soon_at_first_and_then_twice_a_day() -> None:
    waits = [wait_after(attempt, chance=0.5).total_seconds() for attempt in range(1, 12)]
    assert waits == [30, 120, 600, 1800, 3600, 7200, 14400, 28800, 43200, 43200, 43200]


@given(attempt=st.integers(1, 60), chance=CHANCES)
def test_jitter_is_a_fifth_either_way(attempt: int, chance: float) -> None:
    step = SCHEDULE[attempt - 1] if attempt <= len(SCHEDULE) else AFTERWARDS
    slack = timedelta(microseconds=2)
    assert step * (1 - JITTER) - slack <= wait_after(attempt, chance=chance) <= step * (1 + JITTER) + slack


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_every_2xx_is_a_delivery(status: int) -> None:
    assert verdict(status) == Verdict(state="delivered", reach=Reach.ANSWERED)


@pytest.mark.parametrize("status", [400, 404, 405, 410, 413, 415, 422])
def test_some_answers_are_final_and_say_nothing_against_the_host(status: int) -> None:
    found = verdict(status)
    assert (found.state, found.reach, found.inbox_gone) == ("failed", Reach.ANSWERED, status == 410)


@pytest.mark.parametrize("status", [401, 403])
def test_credentials_are_tried_three_times(status: int) -> None:
    assert [verdict(status, attempt=attempt).state for attempt in (1, 2, 3)] == [
        "waiting",
        "waiting",
        "failed",
    ]
    assert verdict(500, attempt=3).state == "waiting"


@pytest.mark.parametrize("status", [429, 503])
def test_a_host_that_says_when_is_believed_up_to_a_day(status: int) -> None:
    found = verdict(status, retry_after=7200.0)
    assert (found.state, found.reach) == ("waiting", Reach.BUSY)
    assert found.due_at == found.hold_host_until == START + timedelta(hours=2)
    assert verdict(status, retry_after=10**9).due_at == START + timedelta(hours=24)
    assert verdict(status, retry_after=0.0).due_at == START + timedelta(seconds=1)


def test_busy_without_saying_when_follows_the_schedule() -> None:
    assert verdict(429).due_at == verdict(500).due_at == START + timedelta(seconds=30)
    assert verdict(429).reach is Reach.BUSY
    assert verdict(503).reach is Reach.FAILED


def test_a_retry_after_on_another_status_is_not_obeyed() -> None:
    assert verdict(500, retry_after=7200.0).due_at == START + timedelta(seconds=30)


@pytest.mark.parametrize("answer", [Answer(error="no route"), Answer(status=500), Answer(status=599)])
def test_silence_and_errors_of_the_host_count_against_it(answer: Answer) -> None:
    found = judge(answer, attempt=1, created_at=START, now=START, chance=0.5)
    assert (found.state, found.reach) == ("waiting", Reach.FAILED)


def test_what_our_own_rules_refuse_does_not() -> None:
    found = verdict(None, refused=True)
    assert (found.state, found.reach) == ("waiting", Reach.BUSY)
    assert verdict(None, refused=True, attempt=3).state == "failed"
    assert verdict(None, void=True).state == "failed"


@given(status=st.none() | STATUSES, attempt=st.integers(1, 40), chance=CHANCES, minutes=st.integers(0, 15000))
def test_every_answer_ends_or_has_a_next_time_before_it_is_given_up(
    status: int | None, attempt: int, chance: float, minutes: int
) -> None:
    now = START + timedelta(minutes=minutes)
    found = judge(Answer(status=status), attempt=attempt, created_at=START, now=now, chance=chance)
    assert (found.due_at is not None) == (found.state == "waiting")
    if found.due_at is not None:
        assert now < found.due_at <= START + GIVE_UP
    if now >= START + GIVE_UP:
        assert found.state != "waiting"


@given(chance=CHANCES)
def test_the_last_attempt_is_made_at_the_very_end(chance: float) -> None:
    now, attempt, moments = START, 0, []
    while True:
        attempt += 1
        found = judge(Answer(error="down"), attempt=attempt, created_at=START, now=now, chance=chance)
        if found.due_at is None:
            break
        moments.append(now := found.due_at)
    assert moments[-1] == START + GIVE_UP
    assert 18 <= attempt <= 30
