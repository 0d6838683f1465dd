from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from fediverse_node.federation.delivery import slots as module
from fediverse_node.federation.delivery.slots import FIRST_WINDOW, WIDEST_WINDOW, Slots


def test_a_host_has_two_connections_at_first_and_eight_once_it_is_known() -> None:
    slots = Slots(100)
    assert [slots.take("a", number) for number in range(3)] == [True, True, False]
    for number in range(20):
        slots.give_back(0, well=True, seconds=0.1)
        assert slots.take("a", 0), number
    taken = sum(slots.take("a", 100 + number) for number in range(20))
    assert taken + 2 == WIDEST_WINDOW
    slots.give_back(0, well=False, seconds=0.1)
    assert not slots.take("a", 0)


def test_a_host_that_is_probed_has_one() -> None:
    slots = Slots(100)
    assert slots.take("a", 1, alone=True)
    assert not slots.take("a", 2, alone=True)
    assert slots.take("b", 3)


def test_hosts_known_to_fail_share_a_quarter() -> None:
    slots = Slots(8)
    assert [slots.take(f"bad{number}", number, suspect=True) for number in range(4)] == [
        True,
        True,
        False,
        False,
    ]
    assert [slots.take(f"good{number}", 10 + number) for number in range(7)] == [True] * 6 + [False]


def test_those_that_turn_slow_while_they_hold_a_slot_are_cut_back_to_the_quarter() -> None:
    slots = Slots(8)
    for number in range(5):
        assert slots.take(f"host{number}", number)
    slots.turned_slow(0)
    slots.turned_slow(1)
    assert slots.excess() == []
    slots.turned_slow(2)
    assert slots.excess() == [0]
    slots.give_back(0, well=False, seconds=3)
    assert slots.excess() == []
    slots.turned_slow(3)
    assert slots.excess() == [1]
    slots.turned_slow("ended long ago")


def test_a_slow_host_is_quick_again_after_one_quick_answer() -> None:
    slots = Slots(8)
    slots.take("a", 1)
    slots.give_back(1, well=True, seconds=5)
    assert slots.take("a", 2)
    assert slots.slow_taken == 1
    slots.give_back(2, well=True, seconds=1)
    slots.take("a", 3)
    assert slots.slow_taken == 0


def test_full_hosts_are_those_that_can_take_no_more() -> None:
    slots = Slots(4)
    slots.take("slow", 1, suspect=True)
    slots.take("quick", 2)
    assert slots.full_hosts() == ["slow"]
    slots.take("quick", 3)
    assert set(slots.full_hosts()) == {"slow", "quick"}


def test_a_copy_is_for_planning() -> None:
    slots = Slots(4)
    slots.take("a", 1)
    plan = slots.copy()
    assert plan.take("b", 2)
    assert (plan.free, slots.free) == (2, 3)


def test_memory_is_bounded() -> None:
    slots = Slots(4)
    for number in range(module.MEMORY + 50):
        slots.take(f"h{number}", number, suspect=True)
        slots.give_back(number, well=False, seconds=9)
    assert len(slots._slow) <= module.MEMORY
    assert len(slots._window) <= module.MEMORY


class AnyHistory(RuleBasedStateMachine):
    """Whatever happens, the counts are right and the share is kept."""

    def __init__(self) -> None:
        super().__init__()
        self.slots = Slots(12)
        self.held: dict[int, str] = {}
        self.next = 0

    @rule(host=st.sampled_from("abcdefgh"), suspect=st.booleans(), alone=st.booleans())
    def take(self, host: str, suspect: bool, alone: bool) -> None:  # noqa: FBT001 drawn by hypothesis
        self.next += 1
        if self.slots.take(host, self.next, suspect=suspect, alone=alone):
            self.held[self.next] = host
        for key in self._excess():
            self._end(key, well=False)

    @precondition(lambda self: self.held)
    @rule(data=st.data(), well=st.booleans(), seconds=st.sampled_from([0.1, 3.0]))
    def give_back(self, data: st.DataObject, well: bool, seconds: float) -> None:  # noqa: FBT001 drawn by hypothesis
        key = data.draw(st.sampled_from(sorted(self.held)))
        self.slots.give_back(key, well=well, seconds=seconds)
        del self.held[key]
        for other in self._excess():
            self._end(other, well=False)

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def turn_slow(self, data: st.DataObject) -> None:
        key = data.draw(st.sampled_from(sorted(self.held)))
        self.slots.turned_slow(key)
        for other in self._excess():
            self._end(other, well=False)

    def _excess(self) -> list[int]:
        return [key for key in self.slots.excess() if isinstance(key, int)]

    def _end(self, key: int, *, well: bool) -> None:
        self.slots.give_back(key, well=well, seconds=3.0)
        del self.held[key]

    @invariant()
    def counts_are_right(self) -> None:
        slow = [key for key, host in self.held.items() if host in self.slots._slow]
        assert self.slots.free == 12 - len(self.held) >= 0
        assert self.slots.slow_taken == len(slow) <= self.slots.slow_limit
        for host in set(self.held.values()):
            held = sum(name == host for name in self.held.values())
            assert held <= max(self.slots._window.get(host, FIRST_WINDOW), FIRST_WINDOW, WIDEST_WINDOW)


TestAnyHistory = AnyHistory.TestCase
TestAnyHistory.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
