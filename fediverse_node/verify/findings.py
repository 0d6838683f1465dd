"""What held, what did not, what could not be checked, and what is good to know: one sentence each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, Literal

#: `held`: checked and right. `broken`: checked and wrong. `open`: not checked, and why. `noted`: nothing
#: that anything depends on.
Verdict = Literal["held", "broken", "open", "noted"]
#: Longest sentence, in characters; two of the longest addresses fit.
MAX_TEXT: Final = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at."""

    verdict: Verdict
    text: str

    def __post_init__(self) -> None:
        """Keep the text on one line: a hostile node could write more findings, or act on a terminal."""
        shown = "".join(each if each.isprintable() else "\ufffd" for each in self.text[:MAX_TEXT])
        object.__setattr__(self, "text", shown)


@dataclass(slots=True)
class Report:
    """All of them, in the order in which they were looked at."""

    findings: list[Finding] = field(default_factory=list)

    def held(self, text: str) -> None:
        """It was checked and is right."""
        self.findings.append(Finding(verdict="held", text=text))

    def broken(self, text: str) -> None:
        """It was checked and is wrong."""
        self.findings.append(Finding(verdict="broken", text=text))

    def open(self, text: str) -> None:
        """It could not be checked."""
        self.findings.append(Finding(verdict="open", text=text))

    def noted(self, text: str) -> None:
        """It is good to know, and changes nothing."""
        self.findings.append(Finding(verdict="noted", text=text))

    def check(self, right: bool, *, held: str, broken: str) -> bool:  # noqa: FBT001 the thing that is checked
        """Note whether it is *right*, and give it back."""
        if right:
            self.held(held)
        else:
            self.broken(broken)
        return right

    def add(self, others: Iterable[Finding]) -> None:
        """Note what another look found."""
        self.findings.extend(others)

    @property
    def exit_code(self) -> int:
        """0: everything held. 1: something did not. 2: something could not be checked."""
        verdicts = {finding.verdict for finding in self.findings} - {"noted"}
        if "broken" in verdicts:
            return 1
        return 0 if verdicts == {"held"} else 2
