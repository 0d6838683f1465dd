"""Reckons what is talked about: how many different people, with older voices counting less.

A voice is worth half after some hours. One person counts once for a hashtag or a link, however often they
use it, and a post is judged by those who like it and pass it on. What one person alone says is no trend.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from fediverse_node.cards.links import first_link
from fediverse_node.kernel.ids import time_of
from fediverse_node.posts.model import Hashtag, Post
from fediverse_node.posts.tag_figures import DAYS, Day
from fediverse_node.trends.model import MAX_TRENDS, Trend

#: After so long a voice is worth half.
HALF_LIFE: Final = timedelta(hours=12)
#: So many different people make a trend of a hashtag or a link, and so many marks one of a post.
LEAST_PEOPLE: Final = 2
LEAST_MARKS: Final = 2
#: Posts by the same author that may be among the trends.
_BY_ONE: Final = 1


@dataclass(slots=True)
class _Voices:
    """Who uses something, and when: the last moment of each person, and every use."""

    last: dict[int, datetime] = field(default_factory=dict)
    uses: list[tuple[datetime, int]] = field(default_factory=list)

    def add(self, person_id: int, moment: datetime) -> None:
        self.uses.append((moment, person_id))
        if person_id not in self.last or self.last[person_id] < moment:
            self.last[person_id] = moment

    def score(self, now: datetime) -> float:
        return sum(_worth(now - moment) for moment in self.last.values())


class Reckoning:
    """Takes in posts, and gives what they make of hashtags, posts and links.

    Args:
        now: the moment it is about.
        own_origin: links to it are none.
    """

    def __init__(self, now: datetime, *, own_origin: str) -> None:
        self._now = now
        self._own_origin = own_origin
        self._tags: defaultdict[str, _Voices] = defaultdict(_Voices)
        self._links: defaultdict[str, _Voices] = defaultdict(_Voices)
        self._posts: list[tuple[float, int, int]] = []

    def take(self, found: Iterable[Post], hashtags: Mapping[int, Sequence[Hashtag]]) -> None:
        """Count *found*, all of which may be counted, with their hashtags by post."""
        for post in found:
            moment = time_of(post.id)
            for hashtag in hashtags.get(post.id, ()):
                self._tags[hashtag.tag].add(post.actor_id, moment)
            link = first_link(post.content_html, own_origin=self._own_origin)
            if link is not None:
                self._links[link].add(post.actor_id, moment)
            marks = post.favourites_count + 2 * post.boosts_count
            if post.favourites_count + post.boosts_count >= LEAST_MARKS:
                self._posts.append((marks * _worth(self._now - moment), post.id, post.actor_id))

    def tags(self) -> list[Trend]:
        """The hashtags that most people use, the first one first."""
        return self._ranked(self._tags)

    def links(self) -> list[Trend]:
        """The links that most people share, the first one first."""
        return self._ranked(self._links)

    def posts(self) -> list[Trend]:
        """The posts that most people like and pass on, at the most one of each author."""
        by: defaultdict[int, int] = defaultdict(int)
        found = []
        for _, post_id, author_id in sorted(self._posts, reverse=True):
            if by[author_id] < _BY_ONE:
                by[author_id] += 1
                found.append(Trend(what=str(post_id)))
        return found[:MAX_TRENDS]

    def _ranked(self, counted: Mapping[str, _Voices]) -> list[Trend]:
        many = [
            (each.score(self._now), what) for what, each in counted.items() if len(each.last) >= LEAST_PEOPLE
        ]
        first = sorted(many, key=lambda scored: (-scored[0], scored[1]))[:MAX_TRENDS]
        return [Trend(what=what, history=self._history(counted[what])) for _, what in first]

    def _history(self, voices: _Voices) -> tuple[Day, ...]:
        days = [(self._now - timedelta(days=number)).date() for number in range(DAYS)]
        said = {day: [person for moment, person in voices.uses if moment.date() == day] for day in days}
        return tuple(Day(day=day, uses=len(said[day]), people=len(set(said[day]))) for day in days)


def _worth(age: timedelta) -> float:
    return float(0.5 ** (max(age, timedelta()) / HALF_LIFE))
