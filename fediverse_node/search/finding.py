"""Finding posts. The index says which may be meant; who may find a post is asked of the post itself.

A person finds what is public and by somebody who lets their posts be found, and what is in their library:
what they wrote, are named in, favourited, bookmarked or boosted. Of all that, only what the rule of
visibility shows them, and nothing of people whom they do not want to hear.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from fediverse_node.actors import queries as actors
from fediverse_node.actors.model import Actor
from fediverse_node.kernel.text import parse_handle
from fediverse_node.posts import marks
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Post
from fediverse_node.search import queries
from fediverse_node.search.asking import Place, Question, understand
from fediverse_node.search.describing import is_public
from fediverse_node.search.model import OPEN, Sought, Term, library_mark, mark
from fediverse_node.storage.tx import Tx
from fediverse_node.visibility import quiet, rule
from fediverse_node.visibility.rule import viewer_for

#: Posts that one search looks at, at the most, however many the index names.
MOST_CANDIDATES: Final = 1200
#: How far `offset` reaches; further on, `max_id` does.
MOST_OFFSET: Final = 400
#: Candidates that are looked at together.
_AT_ONCE: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which of the posts that are found.

    Attributes:
        author_id: only those by this actor.
        max_id, min_id: only those with an id between these; with *min_id* alone, those nearest to it.
        offset: how many are passed over.
    """

    limit: int
    offset: int = 0
    author_id: int | None = None
    max_id: int | None = None
    min_id: int | None = None


def find(tx: Tx, text: str, person: Actor, wanted: Wanted) -> list[Post]:
    """The posts that *person*, who lives here, finds by *text*, newest first.

    Raises:
        NotValid: *text* is too long, or has too many parts.
    """
    question = understand(text)
    sought = None if question.empty or wanted.offset > MOST_OFFSET else _sought(tx, question, person, wanted)
    if sought is None:
        return []
    below, above = wanted.max_id, wanted.min_id
    upwards = above is not None and below is None
    found: list[Post] = []
    for _ in range(MOST_CANDIDATES // _AT_ONCE):
        ids = queries.matching(tx, sought, limit=_AT_ONCE, below=below, above=above)
        shown = _shown(tx, ids, person, question.place)
        found += shown[::-1] if upwards else shown
        if len(ids) < _AT_ONCE or len(found) >= wanted.offset + wanted.limit:
            break
        below, above = (below, ids[0]) if upwards else (ids[-1], above)
    page = found[wanted.offset : wanted.offset + wanted.limit]
    return page[::-1] if upwards else page


def _sought(tx: Tx, question: Question, person: Actor, wanted: Wanted) -> Sought | None:
    """What the index is asked for. None where nothing can be found."""
    authors = _named(tx, question.authors, person)
    if not question.possible or (question.authors and not authors):
        return None
    every = [_within(question.place, person), *question.every]
    if authors:
        every.append(tuple(_by(id_) for id_ in sorted(authors)))
    if wanted.author_id is not None:
        every.append((_by(wanted.author_id),))
    others = [_by(id_) for id_ in sorted(_named(tx, question.not_authors, person))]
    return Sought(every=tuple(every), none=(*question.none, *others))


def _within(place: Place, person: Actor) -> tuple[Term, ...]:
    public, library = Term(tokens=(OPEN,)), Term(tokens=(library_mark(person.id),))
    if place == "all":
        return public, library
    return (public,) if place == "public" else (library,)


def _by(actor_id: int) -> Term:
    return Term(tokens=(mark("from", actor_id),))


def _named(tx: Tx, names: Sequence[str], person: Actor) -> set[int]:
    found = set()
    for name in names:
        handle = parse_handle(name)
        if name.lower() in {"me", "@me"}:
            found.add(person.id)
        elif handle is not None:
            actor = actors.by_handle(tx, handle.name, handle.host or person.domain)
            found |= {actor.id} if actor is not None else set()
    return found


def _shown(tx: Tx, ids: Sequence[int], person: Actor, place: Place) -> list[Post]:
    """Those of the posts *ids* that *person* finds, in their order."""
    if not ids:
        return []
    known = posts.by_ids(tx, ids)
    viewer = viewer_for(person)
    seen = rule.survey(tx, [known[id_] for id_ in ids if id_ in known], viewer)
    public = {post.id for post in seen.shown if is_public(post) and seen.authors[post.actor_id].indexable}
    if place != "public":
        unsure = [post for post in seen.shown if place == "library" or post.id not in public]
        mine = _library(tx, unsure, person)
        public = mine if place == "library" else public | mine
    return quiet.heard(tx, [post for post in seen.shown if post.id in public], viewer)


def _library(tx: Tx, some: Sequence[Post], person: Actor) -> set[int]:
    """Those of *some* that *person* wrote, is named in or marked. The index may say so of too many."""
    own = {post.id for post in some if post.actor_id == person.id}
    rest = [post.id for post in some if post.id not in own]
    if not rest:
        return own
    marked = marks.of(tx, person.id, rest)
    return own | marked.favourited | marked.bookmarked | marked.boosted | _naming(tx, rest, person)


def _naming(tx: Tx, ids: Collection[int], person: Actor) -> set[int]:
    named = posts.mentions_of(tx, ids)
    return {id_ for id_, names in named.items() if any(name.actor_uri == person.uri for name in names)}
