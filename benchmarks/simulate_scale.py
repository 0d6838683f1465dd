"""What a node of so many accounts has to carry in a day, and what that takes.

    .venv/bin/python benchmarks/simulate_scale.py             # 10^3, 10^5 and 10^7 accounts
    .venv/bin/python benchmarks/simulate_scale.py --accounts 5000 --followed 300

Nothing is run: costs that were measured (docs/reference/performance.md) are multiplied by habits that
are assumed. Both stand in this file as the defaults of `Costs` and `Habits`; each habit can be
given at the command line, and docs/explanation/scaling.md says where they come from and what they leave out.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, fields

_DAY = 86_400
SIZES = (1_000, 100_000, 10_000_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """What people do in a day. All assumed.

    Attributes:
        active: share of the accounts that are used on a day.
        posts: new posts of an active person.
        boosts: posts an active person passes on.
        likes: favourites an active person gives to posts of elsewhere.
        pages: pages of a home timeline an active person opens.
        followed: people of elsewhere that an account follows.
        strangers: people that are followed from here by anybody, before the fediverse is exhausted:
            accounts times followed, to this power of itself. Many follow the same few.
        fediverse: people of elsewhere who write at all; there are no more to follow.
        servers: distinct inboxes a post goes to.
        answers: likes, boosts and replies from elsewhere to a post of ours.
        fetches: GETs of documents and pages from elsewhere for a post of ours.
        peak: the busiest hour, as a multiple of the mean.
    """

    active: float = 0.2
    posts: float = 2.0
    boosts: float = 1.5
    likes: float = 8.0
    pages: float = 40.0
    followed: float = 150.0
    strangers: float = 0.8
    fediverse: float = 1_000_000.0
    servers: float = 60.0
    answers: float = 6.0
    fetches: float = 60.0
    peak: float = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """What one of each costs: CPU milliseconds, bytes and rows. All measured, on SQLite.

    Attributes:
        create: an inbound post. reaction: an inbound Like or Announce. delivery: one signed POST.
        page: a page of a home timeline. fetch: a GET from elsewhere, a part of them made anew.
        entry: a post in one person's home, beyond the first.
        post_bytes, post_rows: a stored post with what belongs to it and one home entry.
        reaction_bytes: a stored Like. entry_bytes: one more home entry.
        letter_bytes: an activity on the wire with its headers, and the answer.
    """

    create: float = 1.3
    reaction: float = 1.05
    delivery: float = 0.93
    page: float = 1.2
    fetch: float = 0.3
    entry: float = 0.0062
    post_bytes: float = 1_530.0
    post_rows: float = 4.0
    reaction_bytes: float = 650.0
    entry_bytes: float = 50.0
    letter_bytes: float = 3_300.0


#: Seconds that an exchange with a healthy server at the other end of the world takes.
ROUND_TRIP = 0.4
#: Share of a core that may be in use on average during the busiest hour.
HEADROOM = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What a day brings, and what it takes. Rates are means over the day, cores are for the busiest hour."""

    accounts: int
    strangers: float
    inbound: float
    deliveries: float
    pages: float
    entries: float
    cores: float
    entry_share: float
    connections: float
    traffic: float
    bytes_a_year: float
    rows_a_day: float


def simulate(accounts: int, habits: Habits | None = None, costs: Costs | None = None) -> Load:
    """The load of a node with so many *accounts*."""
    habits, costs = habits or Habits(), costs or Costs()
    active = accounts * habits.active
    edges = accounts * habits.followed
    strangers = min(edges**habits.strangers, habits.fediverse)
    ours, passed_on = active * habits.posts, active * habits.boosts
    creates, boosts_in = strangers * habits.posts, strangers * habits.boosts
    reactions = boosts_in + ours * habits.answers
    deliveries = (ours + passed_on) * habits.servers + active * habits.likes
    pages, fetches = active * habits.pages, ours * habits.fetches
    # Everybody's posts and boosts, in the home of every follower whose account is in use at all.
    entries = edges * (habits.posts + habits.boosts)
    entry_work = max(entries - creates - boosts_in, 0.0) * costs.entry
    work = (
        creates * costs.create
        + reactions * costs.reaction
        + deliveries * costs.delivery
        + pages * costs.page
        + fetches * costs.fetch
        + entry_work
    )
    stored = (
        (creates + ours) * costs.post_bytes
        + (reactions + active * habits.likes) * costs.reaction_bytes
        + max(entries - creates - boosts_in, 0.0) * costs.entry_bytes
    )
    return Load(
        accounts=accounts,
        strangers=strangers,
        inbound=(creates + reactions) / _DAY,
        deliveries=deliveries / _DAY,
        pages=pages / _DAY,
        entries=entries / _DAY,
        cores=work / 1000 / _DAY * habits.peak / HEADROOM,
        entry_share=entry_work / work,
        connections=deliveries / _DAY * habits.peak * ROUND_TRIP,
        traffic=(creates + reactions + deliveries) * costs.letter_bytes / _DAY,
        bytes_a_year=stored * 365,
        rows_a_day=(creates + ours) * costs.post_rows + reactions + deliveries + entries,
    )


_ROWS = (
    ("people elsewhere who are followed", "strangers", 1.0),
    ("activities that come in, per second", "inbound", 1.0),
    ("deliveries that go out, per second", "deliveries", 1.0),
    ("home timeline pages, per second", "pages", 1.0),
    ("home entries written, per second", "entries", 1.0),
    ("cores of ours in the busiest hour", "cores", 1.0),
    ("of those, for home entries, %", "entry_share", 100.0),
    ("connections out in the busiest hour", "connections", 1.0),
    ("traffic in and out, Mbit/s", "traffic", 8e-6),
    ("stored in a year, GB", "bytes_a_year", 1e-9),
    ("rows written in a day, millions", "rows_a_day", 1e-6),
)


def show(loads: Sequence[Load]) -> str:
    """A Markdown table, one column for each load."""
    lines = [
        "| accounts | " + " | ".join(f"{load.accounts:,}" for load in loads) + " |",
        "| --- |" + " ---: |" * len(loads),
    ]
    for title, name, factor in _ROWS:
        cells = (_number(getattr(load, name) * factor) for load in loads)
        lines.append(f"| {title} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _number(value: float) -> str:
    """Two digits that mean something: nothing here is known better."""
    if value >= 10:
        digits = len(str(int(value))) - 2
        return f"{round(value, -digits):,.0f}"
    return f"{value:.2g}"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--accounts", type=int, nargs="+", default=SIZES)
    for field in fields(Habits):
        parser.add_argument(f"--{field.name}", type=float, default=field.default)
    options = vars(parser.parse_args())
    accounts = options.pop("accounts")
    print(show([simulate(number, Habits(**options)) for number in accounts]))


if __name__ == "__main__":
    main()
