"""Values the trends room hands out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from fediverse_node.posts.tag_figures import Day

Kind = Literal["tag", "post", "link"]

#: How many of each kind are kept.
MAX_TRENDS: Final = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """One of them.

    Attributes:
        what: a hashtag, folded; the id of a post; or an address.
        history: how it was used, by day, today first; empty of a post.
    """

    what: str
    history: tuple[Day, ...] = ()
