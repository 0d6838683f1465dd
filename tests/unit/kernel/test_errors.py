from __future__ import annotations

import pytest

from fediverse_node.kernel import errors


def test_the_message_is_for_people_and_the_detail_for_the_log() -> None:
    error = errors.NotFound("No such post.", detail="post=5")
    assert (str(error), error.detail) == ("No such post.", "post=5")


@pytest.mark.parametrize(
    "kind",
    [errors.NotFound, errors.NotAllowed, errors.NotAuthenticated, errors.NotValid, errors.TooLarge,
     errors.Conflict, errors.Gone, errors.NotNow],
)  # fmt: skip
def test_every_error_says_something_by_itself(kind: type[errors.NodeError]) -> None:
    assert str(kind()).endswith(".")
    assert "\n" not in str(kind())


def test_the_tree_lets_callers_ask_the_broader_question() -> None:
    assert issubclass(errors.NotAuthenticated, errors.NotAllowed)
    assert issubclass(errors.TooLarge, errors.NotValid)
    assert issubclass(errors.Conflict, errors.NotValid)


def test_not_now_says_when() -> None:
    assert errors.NotNow("Later.", retry_after=5).retry_after == 5
    assert errors.NotNow().retry_after == 60
