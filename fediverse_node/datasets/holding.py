"""Which releases hold posts of a person. Reads the ledger, and changes nothing."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from fediverse_node.consent.tables import consent_ledger
from fediverse_node.datasets import queries
from fediverse_node.datasets.model import Holding
from fediverse_node.datasets.tables import dataset_releases, dataset_rows
from fediverse_node.storage.tx import Tx

#: Addresses of posts that are named for each release; the count is of all.
NAMED: Final = 50


def holding(tx: Tx, actor_uri: str, *, named: int = NAMED) -> list[Holding]:
    """Every published release that holds posts of the author *actor_uri*, the newest first.

    Also ended ones: who has a copy of such a release still has the posts.
    """
    mine = sa.join(dataset_rows, consent_ledger, consent_ledger.c.seq == dataset_rows.c.seq).join(
        dataset_releases, dataset_releases.c.id == dataset_rows.c.release_id
    )
    of_author = sa.and_(consent_ledger.c.actor_uri == actor_uri, dataset_releases.c.state != "preparing")
    counted = (
        sa.select(dataset_rows.c.release_id, sa.func.count())
        .select_from(mine)
        .where(of_author)
        .group_by(dataset_rows.c.release_id)
    )
    counts = {row[0]: int(row[1]) for row in tx.all(counted)}
    releases = queries.by_ids(tx, counts)
    newest = sorted(releases.values(), key=lambda release: (release.made_at, release.id), reverse=True)
    return [
        Holding(release=each, count=counts[each.id], posts=_posts(tx, actor_uri, each.id, named))
        for each in newest
    ]


def _posts(tx: Tx, actor_uri: str, release_id: int, limit: int) -> tuple[str, ...]:
    statement = (
        sa.select(consent_ledger.c.object_uri)
        .join_from(dataset_rows, consent_ledger, consent_ledger.c.seq == dataset_rows.c.seq)
        .where(dataset_rows.c.release_id == release_id, consent_ledger.c.actor_uri == actor_uri)
        .order_by(dataset_rows.c.seq.desc())
        .limit(limit)
    )
    return tuple(row[0] for row in tx.all(statement))
