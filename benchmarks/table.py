"""The figures, and what they are held against."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One row of the table.

    Attributes:
        value: CPU milliseconds for one operation, or whatever *unit* says.
        per_second: operations in a second of wall time, where that means something.
        budget: what *value* should not exceed; None where nothing was promised.
    """

    operation: str
    value: float
    unit: str = "ms CPU"
    count: int = 1
    per_second: float | None = None
    budget: float | None = None

    @property
    def ratio(self) -> float | None:
        """How much of the budget is used: above 1 it was missed."""
        return None if self.budget is None else self.value / self.budget


def show(figures: Iterable[Figure]) -> str:
    """A Markdown table."""
    rows = [("operation", "n", "figure", "", "per second", "budget", "ratio"), *map(_cells, figures)]
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
        "" if each.budget is None else f"{each.budget:g}",
        "" if each.ratio is None else f"{each.ratio:.2f}" + (" !" if each.ratio > 1 else ""),
    )


def as_json(figures: Iterable[Figure]) -> str:
    """The same for machines."""
    return json.dumps([{**asdict(each), "ratio": each.ratio} for each in figures], indent=2)


def _line(row: Iterable[str], widths: Iterable[int]) -> str:
    return "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
