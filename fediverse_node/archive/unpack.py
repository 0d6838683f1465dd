"""Taking over what somebody posted elsewhere, as posts of theirs from back then.

Nobody is told: no letter, no notification, no place in anybody's home. Each batch is one transaction and
remembers what it took over, so that a second time, or going on after an end in the middle, makes nothing
twice.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

import msgspec

from fediverse_node.actors.addresses import Addresses
from fediverse_node.actors.model import Actor
from fediverse_node.archive import past
from fediverse_node.archive.gallery import Gallery, hang
from fediverse_node.archive.past import Owner, PastPost
from fediverse_node.federation.builders.note import context_of
from fediverse_node.federation.outbox import pictures
from fediverse_node.federation.outbox.pictures import Chosen
from fediverse_node.imports import taken_over
from fediverse_node.kernel.errors import NodeError, NotAllowed, NotValid
from fediverse_node.kernel.ids import id_at
from fediverse_node.polls import queries as polls
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Post
from fediverse_node.search import queries as search
from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Tx
from fediverse_node.visibility.policy import may_answer
from fediverse_node.visibility.rule import may_see, viewer_for

log = logging.getLogger(__name__)

#: Posts that one transaction takes over.
BATCH: Final = 25
#: Things in an outbox that are named when they cannot be taken over.
MAX_NAMED: Final = 50
_TRIES: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Something that was not taken over: its number in the outbox, by date, and why."""

    number: int
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of an outbox.

    Attributes:
        posts: how many are new here.
        there: how many were here already.
        passed_over: boosts and other things that are no posts.
        files: pictures and other files that did not come along.
        refused: the first of what could not be taken over; `refused_count` is all of it.
    """

    posts: int = 0
    there: int = 0
    passed_over: int = 0
    files: int = 0
    refused: tuple[Refused, ...] = ()
    refused_count: int = 0


def _quiet(_: str) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """Where posts are taken over to.

    Attributes:
        gallery: takes their pictures in; None: none come along.
        dry_run: nothing changes; what would be is counted.
    """

    db: Database
    addresses: Addresses
    author: Actor
    gallery: Gallery | None = None
    dry_run: bool = False


async def take_over(
    shelf: Shelf, outbox: bytes, actor: bytes | None, *, progress: Callable[[str], None] = _quiet
) -> Taken:
    """Take over the posts in *outbox* (`outbox.json`), of whom *actor* (`actor.json`) says it is.

    Raises:
        NotValid: it cannot be read at all, or does not say whose it is.
        TooLarge: it is larger than anybody's.
        NotAllowed: the account has moved away.
    """
    if shelf.author.moved_to is not None:
        raise NotAllowed(f"This account has moved to {shelf.author.moved_to}. Nothing is added to it.")
    items = await asyncio.to_thread(past.items_of, outbox)
    owner = past.owner_of(actor, items)
    taken, at_once = Taken(), Counter[datetime]()
    for begin in range(0, len(items), BATCH):
        batch = items[begin : begin + BATCH]
        read = await asyncio.to_thread(_read, shelf, batch, owner, at_once, begin=begin)
        taken = _refusing(replace(taken, passed_over=taken.passed_over + read.passed_over), read.refused)
        new = await shelf.db.read(lambda tx: _unknown(tx, shelf, read.found))  # noqa: B023 awaited within its turn
        taken = replace(taken, there=taken.there + len(read.found) - len(new))
        ready, refused = await _with_pictures(shelf, new)
        taken = _refusing(taken, refused)
        if not shelf.dry_run:
            ready = await shelf.db.write(lambda tx: _store(tx, shelf, ready))  # noqa: B023 likewise
        taken = replace(
            taken,
            posts=taken.posts + len(ready),
            files=taken.files + sum(each.left_out for each in ready),
        )
        progress(f"{min(begin + BATCH, len(items))} of {len(items)} entries")
    if not shelf.dry_run:
        log.info("archive.taken_over", extra={"actor": shelf.author.uri, "posts": taken.posts})
    return taken


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """A batch, read."""

    found: list[PastPost]
    passed_over: int
    refused: list[Refused]


def _read(
    shelf: Shelf, batch: Sequence[msgspec.Raw], owner: Owner, at_once: Counter[datetime], *, begin: int
) -> _Read:
    found: list[PastPost] = []
    refused: list[Refused] = []
    passed_over = 0
    for number, item in enumerate(batch, begin + 1):
        try:
            made = past.past_post(item, owner, shelf.author, shelf.db.clock())
        except NodeError as error:
            refused.append(Refused(number=number, problem=str(error)))
            continue
        if made is None:
            passed_over += 1
        else:
            # Archives say whole seconds, and threads are sent in one: what came first has to stay first.
            moment = made.post.published_at
            found.append(replace(made, number=number, step=at_once[moment]))
            at_once[moment] += 1
    return _Read(found=found, passed_over=passed_over, refused=refused)


def _refusing(taken: Taken, refused: Sequence[Refused]) -> Taken:
    return replace(
        taken,
        refused=(*taken.refused, *refused)[:MAX_NAMED],
        refused_count=taken.refused_count + len(refused),
    )


async def _with_pictures(shelf: Shelf, new: Sequence[PastPost]) -> tuple[list[PastPost], list[Refused]]:
    """*new* with their pictures, and those of which without any nothing would be left."""
    ready: list[PastPost] = []
    refused: list[Refused] = []
    for each in new:
        made = each
        if shelf.gallery is None:
            made = replace(each, left_out=each.left_out + len(each.pictures))
        elif not shelf.dry_run:
            made = await hang(shelf.gallery, each)
        bare = made.empty and not made.uploaded and (shelf.gallery is None or not shelf.dry_run)
        if bare:
            problem = "it has no text, and its pictures did not come along"
            refused.append(Refused(number=each.number, problem=problem))
        else:
            ready.append(made)
    return ready, refused


def _unknown(tx: Tx, shelf: Shelf, found: Sequence[PastPost]) -> list[PastPost]:
    """Those of *found* that are not here; of two with one id the first."""
    known = set(taken_over.known(tx, shelf.author.id, (each.original for each in found)))
    new: dict[str, PastPost] = {}
    for each in found:
        if each.original not in known and not _is_own(tx, shelf, each.original):
            new.setdefault(each.original, each)
    return list(new.values())


def _store(tx: Tx, shelf: Shelf, found: Sequence[PastPost]) -> list[PastPost]:
    """Store those of *found* that did not come in meanwhile; gives those."""
    taken_over.hold(tx, shelf.author.id)
    names = {each.original for each in found} | {each.post.in_reply_to_uri or "" for each in found}
    numbers = taken_over.known(tx, shelf.author.id, names)
    known = {uri: shelf.addresses.post(shelf.author.username, id_) for uri, id_ in numbers.items()}
    new: list[PastPost] = []
    for each in found:
        if each.original in known:
            continue
        place = each.post.published_at + timedelta(milliseconds=each.step)
        answering = replace(each, post=past.answers(each.post, known))
        stored = _stored(tx, shelf, answering, place)
        taken_over.note(tx, shelf.author.id, each.original, stored.id)
        known[each.original] = stored.uri
        new.append(each)
    return new


def _is_own(tx: Tx, shelf: Shelf, uri: str) -> bool:
    """Whether it is, or was before it was deleted, a post of this very account: the archive is its own."""
    there = posts.by_uri(tx, uri)
    if there is not None:
        return there.actor_id == shelf.author.id
    left = posts.tombstone(tx, uri)
    return left is not None and left.actor_uri == shelf.author.uri


def _stored(tx: Tx, shelf: Shelf, each: PastPost, place: datetime) -> Post:
    post, parent = _carrying(tx, shelf, each), None
    if post.in_reply_to_uri is not None:
        parent = posts.by_uri(tx, post.in_reply_to_uri)
        post = replace(post, context_uri=context_of(parent) if parent is not None else None)
    for placed in _places(shelf, post, place):
        new = replace(placed, created_at=tx.now)
        if post.in_reply_to_uri is None:
            new = replace(new, context_uri=shelf.addresses.context(shelf.author.username, new.id))
        stored = posts.add(tx, new, mentioned=each.mentioned, tagged=each.tagged)
        if stored is None:
            continue
        if parent is not None and not _may_stand_under(tx, shelf.author, parent):
            posts.detach(tx, stored)
        search.stored_late(tx, stored.id)
        pictures.tie(tx, stored)
        if each.poll is not None:
            polls.add(tx, replace(each.poll, post_id=stored.id))
        return stored
    raise NotValid("There is no place left at this date.", detail=each.original[:200])


def _carrying(tx: Tx, shelf: Shelf, each: PastPost) -> Post:
    if shelf.gallery is None or not each.uploaded:
        return each.post
    carried = pictures.of_draft(
        tx,
        [Chosen(id=id_) for id_ in each.uploaded],
        text=each.post.content_html,
        account_id=shelf.gallery.account_id,
        addresses=shelf.addresses,
    )
    return past.with_files(each.post, carried, each.poll)


def _places(shelf: Shelf, post: Post, place: datetime) -> Iterator[Post]:
    """*post* with an id of its date. Two of one moment may be given the same: then the next one is tried."""
    name = shelf.author.username
    for step in range(_TRIES):
        id_ = id_at(place + timedelta(milliseconds=step))
        yield replace(
            post,
            id=id_,
            uri=shelf.addresses.post(name, id_),
            url=shelf.addresses.post_page(name, id_),
        )


def _may_stand_under(tx: Tx, author: Actor, parent: Post) -> bool:
    return may_see(tx, parent, viewer_for(author)) and may_answer(tx, parent.uri, author, author.uri)
