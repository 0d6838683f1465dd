from __future__ import annotations

from contextlib import ExitStack

import pytest

from fediverse_node.kernel.errors import NotNow
from fediverse_node.web.pages.bringing import AT_ONCE, Bringing


# DOS-14
def test_each_account_has_one_turn_and_all_together_a_few() -> None:
    bringing = Bringing()
    with ExitStack() as turns:
        turns.enter_context(bringing.turn(0))
        with pytest.raises(NotNow, match="Another file of yours"), bringing.turn(0):
            pass
        for account in range(1, AT_ONCE):
            turns.enter_context(bringing.turn(account))
        with pytest.raises(NotNow, match="Too many"), bringing.turn(AT_ONCE):
            pass
    with bringing.turn(AT_ONCE), bringing.turn(0):
        pass


def test_a_turn_ends_whatever_happens_in_it() -> None:
    bringing = Bringing()
    with pytest.raises(ValueError, match="lost"), bringing.turn(1):
        raise ValueError("lost")
    with bringing.turn(1):
        pass
