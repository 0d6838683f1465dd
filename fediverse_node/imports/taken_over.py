"""Which posts came from where."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from fediverse_node.actors.tables import actors
from fediverse_node.imports.tables import import_wishes, imported_posts
from fediverse_node.storage.tx import Tx


def hold(tx: Tx, actor_id: int) -> None:
    """Let nobody else take over posts of this actor until this transaction ends.

    Two that do at once would both find that something is not here yet. SQLite has one writer anyway.
    """
    tx.execute(sa.select(actors.c.id).where(actors.c.id == actor_id).with_for_update(key_share=True))


def known(tx: Tx, actor_id: int, original_uris: Iterable[str]) -> dict[str, int]:
    """Ids of the posts that were taken over from *original_uris*, also of those deleted since."""
    where = sa.and_(
        imported_posts.c.actor_id == actor_id, imported_posts.c.original_uri.in_(set(original_uris))
    )
    rows = tx.all(sa.select(imported_posts.c.original_uri, imported_posts.c.post_id).where(where))
    return {row[0]: row[1] for row in rows}


def note(tx: Tx, actor_id: int, original_uri: str, post_id: int) -> None:
    """Remember that a post was taken over."""
    tx.insert(imported_posts, {"actor_id": actor_id, "original_uri": original_uri, "post_id": post_id})


def forget(tx: Tx, actor_id: int) -> None:
    """Forget where the posts of an actor came from, and what it wished for: the account is gone."""
    for table in (imported_posts, import_wishes):
        tx.execute(table.delete().where(table.c.actor_id == actor_id))
