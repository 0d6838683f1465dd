"""What the demo shows at its end."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from fediverse_node.cli.desk import table


@dataclass
class Report:
    """What was done, how long it took, and what was found when it was checked."""

    steps: list[tuple[str, str]] = field(default_factory=list)
    checks: list[tuple[str, bool]] = field(default_factory=list)
    deliveries: list[tuple[str, ...]] = field(default_factory=list)
    pages: list[tuple[str, str]] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    remark: str = ""

    @property
    def held(self) -> bool:
        """Whether every check held."""
        return all(found for _, found in self.checks)

    def check(self, what: str, *, holds: bool) -> None:
        """Note what was verified, and whether it is so."""
        self.checks.append((what, holds))

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        """Note what is done, and how long it took."""
        started = time.perf_counter()
        yield
        self.steps.append((what, f"{(time.perf_counter() - started) * 1000:.0f} ms"))

    def text(self) -> str:
        """All of it, for a terminal."""
        checks = [("yes" if found else "NO", what) for what, found in self.checks]
        parts = [
            table(self.steps, head=("what happened", "took")),
            table(self.deliveries, head=("delivered", "to", "answer", "after")),
            table(checks, head=("held", "what was verified")),
            table(self.pages, head=("page", "address")),
        ]
        if self.told:
            parts.append("\n".join(("verify told the lab:", *(f"  {each}" for each in self.told))))
        parts += [f"Skipped: {each}" for each in self.skipped]
        if self.remark:
            parts.append(self.remark)
        return "\n\n".join(parts)
