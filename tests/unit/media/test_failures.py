from __future__ import annotations

import pytest

from fediverse_node.kernel.errors import NodeError, NotFound, NotNow
from fediverse_node.media import failures
from fediverse_node.media.failures import Failures, NotShown


@pytest.mark.parametrize(
    ("error", "raised", "seconds"),
    [
        (NotNow(), NotNow, failures.FOR_NO_ANSWER),
        (NotFound(), NotFound, failures.FOR_NOT_THERE),
        (NotShown(), NotFound, failures.FOR_WHAT_IT_IS),
    ],
)
def test_a_failure_is_remembered_for_a_while(
    error: NodeError, raised: type[NodeError], seconds: float
) -> None:
    now = [0.0]
    found = Failures(clock=lambda: now[0])
    found.note("k", error)
    found.check("other")
    now[0] = seconds - 1
    with pytest.raises(raised):
        found.check("k")
    now[0] = seconds
    found.check("k")


def test_only_what_the_file_itself_is_makes_it_hopeless() -> None:
    now = [0.0]
    found = Failures(clock=lambda: now[0])
    for key, error in (("large", NotShown()), ("gone", NotFound()), ("slow", NotNow())):
        found.note(key, error)
    assert [key for key in ("large", "gone", "slow", "new") if found.is_hopeless(key)] == ["large"]
    now[0] = failures.FOR_WHAT_IT_IS
    assert not found.is_hopeless("large")


def test_only_so_many_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failures, "MAX_KEPT", 3)
    found = Failures()
    for number in range(5):
        found.note(str(number), NotShown())
    assert [number for number in range(5) if found.is_hopeless(str(number))] == [2, 3, 4]
