from __future__ import annotations

import pytest

from fediverse_node.federation.outbox.polling import MAX_OPTION, MAX_OPTIONS, MAX_SECONDS, DraftPoll, checked
from fediverse_node.kernel.errors import NodeError

FINE = DraftPoll(options=("Green", "Black"), expires_in=300)


def test_answers_are_brought_to_one_line() -> None:
    draft = DraftPoll(options=("  Green\ntea ", "شاي"), expires_in=300, multiple=True, hide_totals=True)
    assert checked(draft) == DraftPoll(
        options=("Green tea", "شاي"), expires_in=300, multiple=True, hide_totals=True
    )


@pytest.mark.parametrize(
    ("draft", "fine"),
    [
        (DraftPoll(options=("Green",), expires_in=300), FINE),
        (
            DraftPoll(options=tuple(map(str, range(MAX_OPTIONS + 1))), expires_in=300),
            DraftPoll(options=tuple(map(str, range(MAX_OPTIONS))), expires_in=300),
        ),
        (DraftPoll(options=("a", ""), expires_in=300), FINE),
        (DraftPoll(options=("a", " a"), expires_in=300), DraftPoll(options=("a", "A"), expires_in=300)),
        (
            DraftPoll(options=("a", "x" * (MAX_OPTION + 1)), expires_in=300),
            DraftPoll(options=("a", "x" * MAX_OPTION), expires_in=300),
        ),
        (DraftPoll(options=("a", "b"), expires_in=299), DraftPoll(options=("a", "b"), expires_in=300)),
        (
            DraftPoll(options=("a", "b"), expires_in=MAX_SECONDS + 1),
            DraftPoll(options=("a", "b"), expires_in=MAX_SECONDS),
        ),
    ],
)
def test_what_is_no_poll_is_refused(draft: DraftPoll, fine: DraftPoll) -> None:
    with pytest.raises(NodeError):
        checked(draft)
    assert checked(fine) == fine
