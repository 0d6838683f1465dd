from __future__ import annotations

import threading

import pytest

from fediverse_node.kernel.tallies import COUNTERS, HISTOGRAMS, Tallies


def test_what_is_counted_is_found_by_its_labels() -> None:
    tallies = Tallies()
    for outcome in ("delivered", "delivered", "failed"):
        tallies.count("deliveries", outcome)
    tallies.count("breaker_changes", "open")
    assert tallies.counts("deliveries") == {("delivered",): 2, ("failed",): 1}
    assert tallies.counts("inbox_activities") == {}


@pytest.mark.parametrize(("value", "place"), [(0.0, 0), (1, 0), (1.5, 1), (256, 8), (257, 9)])
def test_a_value_falls_under_the_first_bound_that_is_not_below_it(value: float, place: int) -> None:
    tallies = Tallies()
    tallies.observe("db_write_units", value)
    [(labels, counts, total)] = tallies.histograms("db_write_units")
    assert (labels, total) == ((), value)
    assert [index for index, count in enumerate(counts) if count] == [place]


def test_nothing_is_lost_between_threads() -> None:
    tallies = Tallies()

    def work() -> None:
        for _ in range(500):
            tallies.count("deliveries", "delivered")
            tallies.observe("db_write_seconds", 0.01)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert tallies.counts("deliveries") == {("delivered",): 2000}
    [(_, counts, _)] = tallies.histograms("db_write_seconds")
    assert sum(counts) == 2000


def test_no_label_could_name_a_host_or_a_person() -> None:  # PRI-17
    labels = {label for given, *_ in (*COUNTERS.values(), *HISTOGRAMS.values()) for label in given}
    assert labels == {"type", "result", "reason", "outcome", "to", "method", "door", "status"}
