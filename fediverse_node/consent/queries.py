"""All SQL of the consent room: one INSERT, and SELECTs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Literal

import msgspec
import sqlalchemy as sa

from fediverse_node.consent.model import NOTHING_MORE, Entry, Extent, Kind, Method, Purpose
from fediverse_node.consent.tables import consent_ledger
from fediverse_node.consent.terms import Terms
from fediverse_node.storage.base import moment_of
from fediverse_node.storage.paging import Page
from fediverse_node.storage.paging import rows as rows_of
from fediverse_node.storage.tx import Row, Tx

_NAMES = Entry.__struct_fields__
_COLUMNS = [consent_ledger.c[name] for name in _NAMES]
#: As much of the posts room's rows as a look for words in them takes.
_POSTS = sa.table(
    "posts", *(sa.column(name, sa.Text) for name in ("uri", "source", "content_html", "summary"))
)
#: Words that are looked for together.
MOST_WORDS = 8
#: The receipts room's rows, by their id alone, which is the number of a line.
_RECEIPTS = sa.table("consent_receipts", sa.column("id"))
_LAST = (
    sa.select(sa.func.max(consent_ledger.c.seq))
    .where(consent_ledger.c.object_uri.in_(sa.bindparam("object_uris", expanding=True)))
    .group_by(consent_ledger.c.object_uri)
)
_later = consent_ledger.alias()
_OVERTAKEN = sa.exists().where(
    _later.c.object_uri == consent_ledger.c.object_uri, _later.c.seq > consent_ledger.c.seq
)
#: A yes after which nothing was said of the post. Whether it is in force is for `consent.decisions` to say.
_STANDS = (consent_ledger.c.kind == "grant", sa.not_(_OVERTAKEN))
_LAST_LINES = (
    sa.select(consent_ledger.c.object_uri, sa.func.max(consent_ledger.c.seq))
    .where(consent_ledger.c.object_uri.in_(sa.bindparam("object_uris", expanding=True)))
    .group_by(consent_ledger.c.object_uri)
)
#: What is read as it is stored, and made into a value here.
_STORED: Mapping[str, sa.types.TypeEngine[Any]] = {
    "at": sa.BigInteger(), "purposes": sa.Text(), "media_sha256": sa.Text()
}  # fmt: skip
#: Asked with every page of posts, so it is built once.
_LATEST = sa.select(
    *(
        sa.type_coerce(column, _STORED[column.name]) if column.name in _STORED else column
        for column in _COLUMNS
    )
).where(consent_ledger.c.seq.in_(_LAST))
_AT, _PURPOSES, _MEDIA, _SENSITIVE = map(_NAMES.index, ("at", "purposes", "media_sha256", "sensitive"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which lines of an author are looked for; what is not named may be anything.

    Attributes:
        state: `active` is each yes that nothing was said after, `ended` each that something was.
        purpose: that a line names.
        since, until: when it was decided, from the first up to the second.
        words: all of them stand in the post, as it is today, or in its warning; in any case.
        licence: that a yes names, by its SPDX name; empty for lines that name none.
    """

    kinds: Collection[str] = ()
    object_uri: str | None = None
    state: Literal["active", "ended"] | None = None
    purpose: Purpose | None = None
    since: datetime | None = None
    until: datetime | None = None
    words: tuple[str, ...] = ()
    licence: str | None = None


EVERYTHING = Wanted()


def append(
    tx: Tx,
    line: tuple[str, str, str],
    *,
    kind: Kind,
    purposes: tuple[Purpose, ...],
    terms: Terms,
    method: Method,
    extent: Extent = NOTHING_MORE,
) -> Entry:
    """Add a line about *line* = (actor uri, object uri, revision), and give it back."""
    actor_uri, object_uri, revision = line
    previous = latest(tx, [object_uri]).get(object_uri)
    values = {
        "at": tx.now,
        "kind": kind,
        "actor_uri": actor_uri,
        "object_uri": object_uri,
        "revision": revision,
        "purposes": list(purposes),
        "terms_id": terms.id,
        "terms_sha256": terms.sha256,
        "method": method,
        "previous_seq": previous.seq if previous else None,
        "licence": extent.licence,
        "media_sha256": list(extent.media_sha256) or None,
        "sensitive": extent.sensitive,
        "credit": extent.credit,
    }
    row = tx.execute(consent_ledger.insert().values(**values).returning(*_COLUMNS)).one()
    return _entry(row)


def latest(tx: Tx, object_uris: Iterable[str]) -> dict[str, Entry]:
    """The last line about each of *object_uris* that has one, in one statement."""
    wanted = set(object_uris)
    if not wanted:
        return {}
    found = map(_entry_as_stored, tx.raw(_LATEST, {"object_uris": list(wanted)}))
    return {entry.object_uri: entry for entry in found}


def last_yes(tx: Tx, limit: int) -> list[Entry]:
    """The newest lines that say yes and are the last about their post.

    Whether one is in force is for `consent.decisions` to say.
    """
    statement = sa.select(*_COLUMNS).where(*_STANDS)
    rows = tx.all(statement.order_by(consent_ledger.c.seq.desc()).limit(limit))
    return [_entry(row) for row in rows]


def standing(tx: Tx, actor_uri: str, limit: int) -> list[Entry]:
    """The oldest lines of one author that say yes and are the last about their post."""
    statement = sa.select(*_COLUMNS).where(consent_ledger.c.actor_uri == actor_uri, *_STANDS)
    return [_entry(row) for row in tx.all(statement.order_by(consent_ledger.c.seq).limit(limit))]


def count_standing(tx: Tx, actor_uri: str) -> int:
    """How many posts there are about which the last line of this author is a yes."""
    statement = sa.select(sa.func.count()).where(consent_ledger.c.actor_uri == actor_uri, *_STANDS)
    return int(tx.scalar(statement) or 0)


def all_standing(tx: Tx, after: int, limit: int) -> list[Entry]:
    """Lines past *after*, oldest first, that say yes and are the last about their post, of all authors."""
    statement = sa.select(*_COLUMNS).where(consent_ledger.c.seq > after, *_STANDS)
    return [_entry(row) for row in tx.all(statement.order_by(consent_ledger.c.seq).limit(limit))]


def standing_with_pictures(tx: Tx, after: int, limit: int) -> list[Entry]:
    """Those lines of `all_standing` that name pictures, too."""
    statement = sa.select(*_COLUMNS).where(
        consent_ledger.c.seq > after, consent_ledger.c.media_sha256.is_not(None), *_STANDS
    )
    return [_entry(row) for row in tx.all(statement.order_by(consent_ledger.c.seq).limit(limit))]


def before(tx: Tx, object_uri: str, seq: int, *, kind: Kind | None = None) -> Entry | None:
    """The last line about one post before the line *seq*; with *kind* the last of that kind."""
    statement = sa.select(*_COLUMNS).where(
        consent_ledger.c.object_uri == object_uri, consent_ledger.c.seq < seq
    )
    if kind is not None:
        statement = statement.where(consent_ledger.c.kind == kind)
    row = tx.first(statement.order_by(consent_ledger.c.seq.desc()).limit(1))
    return None if row is None else _entry(row)


def seqs_before(tx: Tx, object_uri: str, seq: int, *, after: int, limit: int) -> list[int]:
    """The numbers of the lines about one post between *after* and *seq*, oldest first."""
    statement = sa.select(consent_ledger.c.seq).where(
        consent_ledger.c.object_uri == object_uri, consent_ledger.c.seq > after, consent_ledger.c.seq < seq
    )
    return [row[0] for row in tx.all(statement.order_by(consent_ledger.c.seq).limit(limit))]


def history(tx: Tx, object_uri: str) -> list[Entry]:
    """Every line about one post, oldest first."""
    statement = (
        sa.select(*_COLUMNS).where(consent_ledger.c.object_uri == object_uri).order_by(consent_ledger.c.seq)
    )
    return [_entry(row) for row in tx.all(statement)]


def by_seq(tx: Tx, seq: int) -> Entry | None:
    """The line with this number."""
    row = tx.first(sa.select(*_COLUMNS).where(consent_ledger.c.seq == seq))
    return None if row is None else _entry(row)


def by_seqs(tx: Tx, seqs: Iterable[int]) -> list[Entry]:
    """Those of the lines with these numbers that there are, oldest first."""
    wanted = sorted(set(seqs))
    statement = sa.select(*_COLUMNS).where(consent_ledger.c.seq.in_(wanted)).order_by(consent_ledger.c.seq)
    return [_entry(row) for row in tx.all(statement)] if wanted else []


def unproved(tx: Tx, after: int, limit: int) -> list[Entry]:
    """Lines past *after*, oldest first, that may need a receipt and have none.

    Some of them need none: whoever asks goes on after the last.
    """
    has_receipt = sa.exists().where(_RECEIPTS.c.id == consent_ledger.c.seq)
    statement = sa.select(*_COLUMNS).where(
        consent_ledger.c.seq > after, consent_ledger.c.kind != "deny", sa.not_(has_receipt)
    )
    rows = tx.all(statement.order_by(consent_ledger.c.seq).limit(limit))
    return [_entry(row) for row in rows]


def of_actor(tx: Tx, actor_uri: str, page: Page, wanted: Wanted = EVERYTHING) -> list[Entry]:
    """The lines of one author that are *wanted*, newest first."""
    statement = sa.select(*_COLUMNS).where(consent_ledger.c.actor_uri == actor_uri, *_wanted(wanted))
    return [_entry(row) for row in rows_of(tx, statement, consent_ledger.c.seq, page)]


def _wanted(wanted: Wanted) -> Iterator[sa.ColumnElement[bool]]:
    column = consent_ledger.c
    if wanted.kinds:
        yield column.kind.in_(wanted.kinds)
    if wanted.object_uri is not None:
        yield column.object_uri == wanted.object_uri
    if wanted.purpose is not None:
        # A list of known words, each in quotation marks: none of them is a part of another.
        yield sa.cast(column.purposes, sa.Text).contains(f'"{wanted.purpose}"', autoescape=True)
    if wanted.state is not None:
        yield column.kind == "grant"
        yield sa.not_(_OVERTAKEN) if wanted.state == "active" else _OVERTAKEN
    yield from _described(wanted)


def _described(wanted: Wanted) -> Iterator[sa.ColumnElement[bool]]:
    column = consent_ledger.c
    if wanted.since is not None:
        yield column.at >= wanted.since
    if wanted.until is not None:
        yield column.at < wanted.until
    if wanted.licence is not None:
        yield column.licence == wanted.licence if wanted.licence else column.licence.is_(None)
    if wanted.words:
        # Only posts that a line of this author is about are looked at, each by its address.
        told = map(_tells_of, wanted.words[:MOST_WORDS])
        yield sa.exists().where(_POSTS.c.uri == column.object_uri, *told)


def _tells_of(word: str) -> sa.ColumnElement[bool]:
    """Whether *word* stands in a post. SQLite folds the case of ASCII alone, so others are looked for."""
    forms = {word} if word.isascii() else {word, word.lower(), word.upper(), word.capitalize()}
    typed = sa.func.coalesce(_POSTS.c.source, _POSTS.c.content_html)
    places = (typed, sa.func.coalesce(_POSTS.c.summary, ""))
    return sa.or_(*(place.icontains(form, autoescape=True) for place in places for form in sorted(forms)))


def _entry(row: Row) -> Entry:
    values = dict(zip(_NAMES, row, strict=True))
    listed = {name: tuple(values[name] or ()) for name in ("purposes", "media_sha256")}
    return Entry(**{**values, **listed})


def _entry_as_stored(row: Sequence[Any]) -> Entry:
    """As `_entry`, for very many: the same few lists are decoded once."""
    values = list(row)
    values[_AT] = moment_of(values[_AT])
    values[_PURPOSES] = _words(values[_PURPOSES])
    values[_MEDIA] = _words(values[_MEDIA])
    if values[_SENSITIVE] is not None:
        values[_SENSITIVE] = bool(values[_SENSITIVE])
    return Entry(*values)


@lru_cache(maxsize=256)
def _words(stored: str | None) -> tuple[str, ...]:
    return msgspec.json.decode(stored, type=tuple[str, ...]) if stored else ()


def last_lines(tx: Tx, object_uris: Iterable[str]) -> dict[str, int]:
    """The number of the last line about each of *object_uris* that has one, in one statement."""
    return dict(tx.raw(_LAST_LINES, {"object_uris": list(object_uris)}))
