"""Values the polls room hands out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One answer, plain text of one line, and how many chose it."""

    name: str
    votes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """The answers of a post of the type Question.

    Attributes:
        multiple: whether one person may choose several answers.
        ends_at: when it closes by itself; None: it does not.
        closed_at: when it was closed, by the clock or by its author.
        voters_count: people who voted; None where the origin does not say.
        hide_totals: counts are shown to nobody before it has closed.
        fetched_at: when the counts of a remote poll were last asked for.
    """

    post_id: int
    multiple: bool = False
    options: tuple[Option, ...] = ()
    ends_at: datetime | None = None
    closed_at: datetime | None = None
    voters_count: int | None = 0
    hide_totals: bool = False
    fetched_at: datetime | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The texts of its answers, in order."""
        return tuple(option.name for option in self.options)

    @property
    def votes_count(self) -> int:
        """All votes together; more than people where several answers may be chosen."""
        return sum(option.votes for option in self.options)

    def closed(self, now: datetime) -> bool:
        """Whether nobody may vote any more at *now*."""
        return self.closed_at is not None or (self.ends_at is not None and self.ends_at <= now)

    def secret(self, now: datetime) -> bool:
        """Whether its counts are nobody's business yet."""
        return self.hide_totals and not self.closed(now)
