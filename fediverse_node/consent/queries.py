"""All SQL of the consent room: one INSERT, and SELECTs."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import fields

import sqlalchemy as sa

from fediverse_node.consent.model import Entry, Kind, Method, Purpose
from fediverse_node.consent.tables import consent_ledger
from fediverse_node.consent.terms import Terms
from fediverse_node.storage.paging import Page
from fediverse_node.storage.paging import rows as rows_of
from fediverse_node.storage.tx import Row, Tx

_NAMES = tuple(field.name for field in fields(Entry))
_COLUMNS = [consent_ledger.c[name] for name in _NAMES]
#: The receipts room's rows, by their id alone, which is the number of a line.
_RECEIPTS = sa.table("consent_receipts", sa.column("id"))
_LAST = (
    sa.select(sa.func.max(consent_ledger.c.seq))
    .where(consent_ledger.c.object_uri.in_(sa.bindparam("object_uris", expanding=True)))
    .group_by(consent_ledger.c.object_uri)
)
#: Asked with every page of posts, so it is built once.
_LATEST = sa.select(*_COLUMNS).where(consent_ledger.c.seq.in_(_LAST))


def append(
    tx: Tx,
    line: tuple[str, str, str],
    *,
    kind: Kind,
    purposes: tuple[Purpose, ...],
    terms: Terms,
    method: Method,
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
    }
    row = tx.execute(consent_ledger.insert().values(**values).returning(*_COLUMNS)).one()
    return _entry(row)


def latest(tx: Tx, object_uris: Iterable[str]) -> dict[str, Entry]:
    """The last line about each of *object_uris* that has one, in one statement."""
    wanted = set(object_uris)
    if not wanted:
        return {}
    found = map(_entry, tx.all(_LATEST, {"object_uris": list(wanted)}))
    return {entry.object_uri: entry for entry in found}


def last_yes(tx: Tx, limit: int) -> list[Entry]:
    """The newest lines that say yes and are the last about their post.

    Whether one is in force is for `consent.decisions` to say.
    """
    later = consent_ledger.alias()
    overtaken = sa.exists().where(
        later.c.object_uri == consent_ledger.c.object_uri, later.c.seq > consent_ledger.c.seq
    )
    statement = sa.select(*_COLUMNS).where(consent_ledger.c.kind == "grant", sa.not_(overtaken))
    rows = tx.all(statement.order_by(consent_ledger.c.seq.desc()).limit(limit))
    return [_entry(row) for row in rows]


def standing(tx: Tx, actor_uri: str, limit: int) -> list[Entry]:
    """The oldest lines of one author that say yes and are the last about their post."""
    later = consent_ledger.alias()
    overtaken = sa.exists().where(
        later.c.object_uri == consent_ledger.c.object_uri, later.c.seq > consent_ledger.c.seq
    )
    statement = sa.select(*_COLUMNS).where(
        consent_ledger.c.actor_uri == actor_uri, consent_ledger.c.kind == "grant", sa.not_(overtaken)
    )
    return [_entry(row) for row in tx.all(statement.order_by(consent_ledger.c.seq).limit(limit))]


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


def of_actor(
    tx: Tx, actor_uri: str, page: Page, *, kinds: Collection[str] = (), object_uri: str | None = None
) -> list[Entry]:
    """The lines of one author, newest first; with *kinds* or *object_uri* only those."""
    statement = sa.select(*_COLUMNS).where(consent_ledger.c.actor_uri == actor_uri)
    if kinds:
        statement = statement.where(consent_ledger.c.kind.in_(kinds))
    if object_uri is not None:
        statement = statement.where(consent_ledger.c.object_uri == object_uri)
    return [_entry(row) for row in rows_of(tx, statement, consent_ledger.c.seq, page)]


def _entry(row: Row) -> Entry:
    values = dict(zip(_NAMES, row, strict=True))
    return Entry(**{**values, "purposes": tuple(values["purposes"])})
