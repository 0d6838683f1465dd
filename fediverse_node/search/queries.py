"""The index: writing posts down, taking them out, and looking for them. All SQL of `search_index`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import sqlalchemy as sa

from fediverse_node.search.model import Document, Sought
from fediverse_node.search.speaking import (
    query_for_postgresql,
    query_for_sqlite,
    text_for_sqlite,
    vector_for_postgresql,
)
from fediverse_node.search.tables import INDEX, search_authors, search_late, search_marks, search_tags
from fediverse_node.storage.tx import Tx

_WRITE = {
    "sqlite": sa.text("INSERT INTO search_index (rowid, words) VALUES (:post_id, :words)"),
    "postgresql": sa.text(
        "INSERT INTO search_index (rowid, words) VALUES (:post_id, CAST(:words AS tsvector)) "
        "ON CONFLICT (rowid) DO UPDATE SET words = excluded.words"
    ),
}
_TAKE_OUT = sa.text("DELETE FROM search_index WHERE rowid = :post_id")
_MATCHES = {
    "sqlite": sa.text("search_index MATCH :query"),
    "postgresql": sa.text("words @@ CAST(:query AS tsquery)"),
}
_WRITTEN_DOWN = (
    sa.select(INDEX.c.rowid).select_from(INDEX).where(INDEX.c.rowid.in_(sa.bindparam("ids", expanding=True)))
)


def write(tx: Tx, documents: Sequence[Document]) -> None:
    """Write these posts down, in place of what stands there of them."""
    if tx.dialect == "sqlite":
        take_out(tx, [each.post_id for each in documents])
    text = text_for_sqlite if tx.dialect == "sqlite" else vector_for_postgresql
    if documents:
        rows = [{"post_id": each.post_id, "words": text(each)} for each in documents]
        tx.execute(_WRITE[tx.dialect], rows)


def take_out(tx: Tx, ids: Collection[int]) -> None:
    """Take posts out; those that are not there are passed over."""
    if ids:
        tx.execute(_TAKE_OUT, [{"post_id": id_} for id_ in ids])


def matching(
    tx: Tx, sought: Sought, *, limit: int, below: int | None = None, above: int | None = None
) -> list[int]:
    """Ids of the newest posts that match, newest first; with *above* alone, of those nearest to it.

    Args:
        tx: the transaction.
        sought: see `model`.
        limit: how many at the most.
        below: only posts with a smaller id.
        above: only posts with a greater id.
    """
    says = query_for_sqlite if tx.dialect == "sqlite" else query_for_postgresql
    statement = sa.select(INDEX.c.rowid).select_from(INDEX).where(_MATCHES[tx.dialect])
    if below is not None:
        statement = statement.where(INDEX.c.rowid < below)
    if above is not None:
        statement = statement.where(INDEX.c.rowid > above)
    nearest = above is not None and below is None
    ordered = statement.order_by(INDEX.c.rowid.asc() if nearest else INDEX.c.rowid.desc()).limit(limit)
    found = [row[0] for row in tx.execute(ordered, {"query": says(sought)})]
    return found[::-1] if nearest else found


def written_down(tx: Tx, ids: Iterable[int]) -> set[int]:
    """Those of *ids* that stand in the index."""
    return {row[0] for row in tx.all(_WRITTEN_DOWN, {"ids": list(ids)})}


def count(tx: Tx) -> int:
    """How many posts stand in the index."""
    return int(tx.scalar(sa.select(sa.func.count()).select_from(INDEX)))


def stored_late(tx: Tx, post_id: int) -> None:
    """A post was stored in the place of its date, and not as the newest: have it written down, too."""
    tx.insert_new(search_late, {"post_id": post_id})


def forget_everything(tx: Tx) -> None:
    """Empty the index and what is known of it. The worker begins anew, with the newest posts."""
    if tx.dialect == "postgresql":
        tx.execute(sa.text("TRUNCATE search_index"))
    else:
        made = "SELECT sql FROM sqlite_master WHERE name = 'search_index'"
        forgetful = "contentless_delete" in tx.connection.exec_driver_sql(made).scalar_one()
        # Row by row takes seconds; but an index that keeps what it was made from knows no other way.
        quick = "INSERT INTO search_index (search_index) VALUES ('delete-all')"
        tx.execute(sa.text(quick if forgetful else "DELETE FROM search_index"))
    for table in (search_marks, search_authors, search_late, search_tags):
        tx.execute(table.delete())
