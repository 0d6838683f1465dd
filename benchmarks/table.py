"""The figures, and what they are held against."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

#: How many times the figure of an earlier run, both in yardsticks, a figure may be.
SAME = 1.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One row of the table.

    Attributes:
        value: CPU milliseconds of our processes for one operation, or whatever *unit* says.
        per_second: operations in a second of wall time, where that means something.
        budget: what *value* should not exceed; None where nothing was promised.
        at_least: the budget is what *value* should reach.
        database: CPU milliseconds of the database server's processes for one operation; None for
            SQLite, which works in ours.
        yardstick: milliseconds that one RSA-2048 signature took around the measurement.
    """

    operation: str
    value: float
    unit: str = "ms CPU"
    count: int = 1
    per_second: float | None = None
    budget: float | None = None
    at_least: bool = False
    database: float | None = None
    yardstick: float | None = None

    @property
    def ratio(self) -> float | None:
        """How much of the budget is used: above 1 it was missed."""
        if self.budget is None:
            return None
        return self.budget / self.value if self.at_least else self.value / self.budget

    @property
    def in_yardsticks(self) -> float | None:
        """The figure in signatures of this machine at that moment, which two runs can be compared by."""
        if self.yardstick is None or self.unit != "ms CPU":
            return None
        return self.value / self.yardstick


def show(figures: Iterable[Figure], before: Mapping[str, float] | None = None) -> str:
    """A Markdown table. *before* holds the `in_yardsticks` of an earlier run, by operation."""
    head = ("operation", "n", "figure", "", "per second", "database", "budget", "ratio", "÷ yardstick")
    rows = [head, *map(_cells, figures)]
    if before is not None:
        rows = [
            (*row, "÷ before" if each is None else _growth(each, before))
            for row, each in zip(rows, [None, *figures], strict=True)
        ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [_line(row, widths) for row in rows]
    return "\n".join([lines[0], _line(["-" * width for width in widths], widths), *lines[1:]])


def _cells(each: Figure) -> tuple[str, ...]:
    return (
        each.operation,
        str(each.count),
        f"{each.value:.3g}" if each.value < 100 else f"{each.value:.0f}",
        each.unit,
        "" if each.per_second is None else f"{each.per_second:.0f}",
        "" if each.database is None else f"{each.database:.3g}",
        "" if each.budget is None else f"{'≥ ' if each.at_least else ''}{each.budget:g}",
        "" if each.ratio is None else f"{each.ratio:.2f}" + (" !" if each.ratio > 1 else ""),
        "" if each.in_yardsticks is None else f"{each.in_yardsticks:.2f}",
    )


def _growth(each: Figure, before: Mapping[str, float]) -> str:
    was, is_ = before.get(each.operation), each.in_yardsticks
    if not was or is_ is None:
        return ""
    return f"{is_ / was:.2f}" + (" !" if is_ / was > SAME else "")


def as_json(figures: Iterable[Figure]) -> str:
    """The same for machines."""
    found = [{**asdict(each), "ratio": each.ratio, "in_yardsticks": each.in_yardsticks} for each in figures]
    return json.dumps(found, indent=2)


def from_json(text: str) -> dict[str, float]:
    """The `in_yardsticks` of a run that was printed as JSON, by operation."""
    return {each["operation"]: each["in_yardsticks"] for each in json.loads(text) if each["in_yardsticks"]}


def _line(row: Iterable[str], widths: Iterable[int]) -> str:
    return "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
