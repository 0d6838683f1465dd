"""All SQL of the cards room."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final

import msgspec
import sqlalchemy as sa

from fediverse_node.cards.model import Card, Page
from fediverse_node.cards.tables import link_cards
from fediverse_node.storage.tx import Row, Tx

#: Old cards that go with each new one: whatever nobody asks for any more is gone in time.
_AT_ONCE: Final = 20

_BY_URLS = sa.select(link_cards.c.id, link_cards.c.url, link_cards.c.page, link_cards.c.expires_at).where(
    link_cards.c.url.in_(sa.bindparam("urls", expanding=True))
)


def by_urls(tx: Tx, urls: Collection[str]) -> dict[str, Card]:
    """Those of *urls* that were looked at, by address, however long ago. One statement."""
    return {row[1]: _card(row) for row in tx.all(_BY_URLS, {"urls": list(urls)})}


def keep(tx: Tx, url: str, page: Page | None, *, until: datetime) -> None:
    """Note what a page says of itself, or that there is nothing to show."""
    values = {
        "id": tx.new_id(),
        "url": url,
        "page": None if page is None else msgspec.to_builtins(page),
        "expires_at": until,
    }
    tx.upsert(link_cards, values, key=["url"])


def forget_old(tx: Tx, before: datetime) -> None:
    """Forget some cards that expired before *before*."""
    old = (
        sa.select(link_cards.c.id)
        .where(link_cards.c.expires_at < before)
        .order_by(link_cards.c.expires_at)
        .limit(_AT_ONCE)
    )
    ids = [row[0] for row in tx.all(old)]
    if ids:
        tx.execute(link_cards.delete().where(link_cards.c.id.in_(ids)))


def _card(row: Row) -> Card:
    page = None if row[2] is None else msgspec.convert(row[2], Page)
    return Card(id=row[0], url=row[1], page=page, expires_at=row[3])
