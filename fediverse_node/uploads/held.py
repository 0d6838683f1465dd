"""Uploads that are kept for a post which is still to be published, however long that takes."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from fediverse_node.kernel.errors import Conflict
from fediverse_node.storage.tx import Tx
from fediverse_node.uploads.tables import held_uploads, uploads

#: Whether an upload is kept so.
HELD: sa.ColumnElement[bool] = sa.exists().where(held_uploads.c.upload_id == uploads.c.id)


def hold(tx: Tx, holder_id: int, ids: Sequence[int]) -> None:
    """Keep uploads for what has this id, until it lets them go.

    Raises:
        Conflict: one of them is kept for something else.
    """
    for upload_id in ids:
        if not tx.insert_new(held_uploads, {"upload_id": upload_id, "holder_id": holder_id}):
            raise Conflict("One of the pictures is in another scheduled post.")


def release(tx: Tx, holder_id: int) -> None:
    """Let go of what was kept. What is in no post then is gone after a day, like anything else."""
    tx.execute(held_uploads.delete().where(held_uploads.c.holder_id == holder_id))


def drop(tx: Tx, ids: Sequence[int]) -> None:
    """Forget that uploads were kept which are gone."""
    tx.execute(held_uploads.delete().where(held_uploads.c.upload_id.in_(ids)))
