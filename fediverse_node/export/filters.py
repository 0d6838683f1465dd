"""What an operator asks for. Whatever is asked for, only what its author allowed goes out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from typing import Literal

import msgspec

from fediverse_node.consent.model import Entry
from fediverse_node.credentials.model import AiPart
from fediverse_node.posts.exportable import Candidate
from fediverse_node.posts.model import Post

Disclosure = Literal["human-only", "ai-assisted", "ai-autonomous"]


class Filters(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which of the allowed posts are taken. The plain value is what is recommended.

    Attributes:
        disclosure: the labels that are taken; a post that says nothing of how it came about never is.
        max_ai_share: of posts that a model had a part in, only those whose share, from 0 to 1, is known and
            not larger.
        languages: primary subtags (`en`); all where empty.
        since, until: published on or after the first, and before the second, day (UTC).
        licences: SPDX names; all, and posts without one, where empty.
        min_length: characters of the text as it goes out.
        sensitive: also posts marked as sensitive, whose authors said expressly that they may be used.
        min_authors: with fewer authors there is no dataset.
        keep_duplicates: leave in what repeats another post, marked by `dup_cluster`.
        with_pictures: only posts of which a picture may be used, too.
    """

    disclosure: tuple[Disclosure, ...] = ("human-only",)
    max_ai_share: float | None = None
    languages: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    licences: tuple[str, ...] = ()
    min_length: int = 1
    sensitive: bool = False
    min_authors: int = 1
    keep_duplicates: bool = False
    with_pictures: bool = False

    def wants(self, post: Candidate) -> bool:
        """Whether *post* is asked for, as far as can be said before its text was looked at."""
        if post.ai_disclosure not in self.disclosure or (post.sensitive and not self.sensitive):
            return False
        if self.licences and post.licence not in self.licences:
            return False
        return self._in_time(post.published_at) and self._shared(post)

    def wants_picture(self, post: Post, part: AiPart | None) -> bool:
        """Whether a picture of *post* is asked for in which a model had this *part*.

        The label of the post speaks of the picture, too. How much of a picture a model made, nobody measures:
        where that matters, only posts without a model's part will do.
        """
        if post.ai_disclosure not in self.disclosure or (post.sensitive and not self.sensitive):
            return False
        if post.ai_disclosure != "human-only" and self.max_ai_share is not None:
            return False
        if part in {"made", "edited"} and set(self.disclosure) == {"human-only"}:
            return False
        if self.licences and post.licence not in self.licences:
            return False
        return self._in_time(post.published_at) and self._in_language(post.language or "und")

    def wants_yes(self, entry: Entry) -> bool:
        """Whether a post is asked for that this line of the ledger allows."""
        return not self.with_pictures or bool(entry.media_sha256)

    def wants_text(self, text: str, language: str) -> bool:
        """Whether a row of this text, in this language (BCP 47), is asked for."""
        if len(text) < self.min_length:
            return False
        return self._in_language(language)

    @property
    def words(self) -> Iterator[str]:
        """Each that is set, for people."""
        yield f"disclosure: {', '.join(f'`{label}`' for label in self.disclosure)}"
        if self.max_ai_share is not None:
            yield f"`ai_share`, where a model had a part: at most {self.max_ai_share:g}"
        if self.languages:
            yield f"languages: {', '.join(self.languages)}"
        if self.since is not None:
            yield f"published on or after {self.since.isoformat()}"
        if self.until is not None:
            yield f"published before {self.until.isoformat()}"
        if self.licences:
            yield f"licences: {', '.join(self.licences)}"
        yield from self._kinds
        yield f"sensitive posts: {'in, where their authors said so expressly' if self.sensitive else 'out'}"
        if self.min_authors > 1:
            yield f"at least {self.min_authors} authors"

    @property
    def _kinds(self) -> Iterator[str]:
        if self.min_length > 1:
            yield f"text of at least {self.min_length} characters"
        if self.with_pictures:
            yield "only posts of which a picture may be used, too"

    def _in_language(self, language: str) -> bool:
        return not self.languages or language.partition("-")[0].lower() in self.languages

    def _in_time(self, moment: datetime) -> bool:
        if self.since is not None and moment < _start(self.since):
            return False
        return self.until is None or moment < _start(self.until)

    def _shared(self, post: Candidate) -> bool:
        if self.max_ai_share is None or post.ai_disclosure == "human-only":
            return True
        return post.ai_share is not None and post.ai_share <= self.max_ai_share


#: Posts that people wrote.
HUMAN_ONLY = Filters()
WITH_ASSISTANCE = Filters(disclosure=("human-only", "ai-assisted"))


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
