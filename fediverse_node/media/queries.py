"""All SQL of the media room."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from datetime import datetime

import msgspec
import sqlalchemy as sa

from fediverse_node.credentials.model import Manifest
from fediverse_node.media.model import Copy, Share
from fediverse_node.media.tables import media_copies, media_store
from fediverse_node.storage.tx import Row, Tx

#: The id of the only row of `media_store`.
_STORE = 1
#: Copies that one statement names.
_AT_ONCE = 500

_NAMES = tuple(field.name for field in fields(Copy))
_SELECT = sa.select(*(media_copies.c[name] for name in _NAMES))
_BY_KEY = _SELECT.where(media_copies.c.key == sa.bindparam("key"))
_AFTER = (
    _SELECT.where(media_copies.c.id > sa.bindparam("after"))
    .order_by(media_copies.c.id)
    .limit(sa.bindparam("most", type_=sa.Integer))
)
_SIZE = sa.select(media_store.c.size).where(media_store.c.id == _STORE)
_USED = (
    media_copies.update()
    .where(media_copies.c.key == sa.bindparam("which"), media_copies.c.used_at < sa.bindparam("moment"))
    .values(used_at=sa.bindparam("moment"))
)


def secret(tx: Tx) -> str | None:
    """The key that signs addresses; None before the first start."""
    found: str | None = tx.scalar(sa.select(media_store.c.secret).where(media_store.c.id == _STORE))
    return found


def ensure_secret(tx: Tx) -> str:
    """The key that signs addresses, made when there is none."""
    tx.insert_new(media_store, {"id": _STORE, "secret": secrets.token_hex(32), "size": 0})
    found = secret(tx)
    assert found is not None
    return found


def find(tx: Tx, key: str) -> Copy | None:
    """The copy with this key."""
    row = tx.first(_BY_KEY, {"key": key})
    return None if row is None else _copy(row)


def credentials_of(tx: Tx, keys: Iterable[str]) -> dict[str, Manifest]:
    """What the copies with these keys say of themselves, as far as they do."""
    columns = sa.select(media_copies.c.key, media_copies.c.credentials)
    where = sa.and_(media_copies.c.key.in_(list(keys)), media_copies.c.credentials.is_not(None))
    return {row[0]: msgspec.convert(row[1], Manifest) for row in tx.all(columns.where(where))}


def add(tx: Tx, copy: Copy) -> bool:
    """Note a copy. False when another process noted one for the same key before."""
    values = {name: getattr(copy, name) for name in _NAMES}
    said = asdict(copy.credentials) if copy.credentials is not None else None
    added = tx.insert_new(media_copies, {**values, "credentials": said})
    if added:
        _grow(tx, copy.size)
    return added


def note_uses(tx: Tx, uses: Mapping[str, datetime]) -> None:
    """Note when copies were looked at, by key."""
    if uses:
        tx.execute(_USED, [{"which": key, "moment": moment} for key, moment in uses.items()])


def make_room(tx: Tx, budget: int) -> list[Copy]:
    """Forget the copies that nobody looked at for the longest time, until the others fit *budget* bytes."""
    gone: list[Copy] = []
    over = size(tx) - budget
    while over > 0:
        oldest = _SELECT.order_by(media_copies.c.used_at, media_copies.c.id).limit(_AT_ONCE)
        enough: list[Copy] = []
        for row in tx.all(oldest):
            if over <= 0:
                break
            enough.append(_copy(row))
            over -= row.size
        if not enough:
            break
        remove(tx, enough)
        gone += enough
    return gone


def remove(tx: Tx, copies: Sequence[Copy]) -> None:
    """Forget copies. Their files are to be deleted once that is durable."""
    for start in range(0, len(copies), _AT_ONCE):
        ids = [copy.id for copy in copies[start : start + _AT_ONCE]]
        where = media_copies.c.id.in_(ids)
        freed = tx.scalar(sa.select(sa.func.coalesce(sa.func.sum(media_copies.c.size), 0)).where(where))
        tx.execute(media_copies.delete().where(where))
        _grow(tx, -int(freed))


def after(tx: Tx, id_: int, *, limit: int) -> list[Copy]:
    """The copies with the next higher ids: for going through all of them."""
    return [_copy(row) for row in tx.all(_AFTER, {"after": id_, "most": limit})]


def of_host(tx: Tx, host: str) -> list[Copy]:
    """The copies from a host, or of its people."""
    where = sa.or_(media_copies.c.host == host, media_copies.c.domain == host)
    return [_copy(row) for row in tx.all(_SELECT.where(where).order_by(media_copies.c.id))]


def named(tx: Tx, names: Iterable[str]) -> set[str]:
    """Those of some names of files that belong to a copy."""
    statement = sa.select(media_copies.c.name).where(media_copies.c.name.in_(list(names)))
    return {row[0] for row in tx.all(statement)}


def size(tx: Tx) -> int:
    """Bytes of all copies."""
    return int(tx.scalar(_SIZE, {}) or 0)


def shares(tx: Tx, *, limit: int) -> tuple[int, list[Share]]:
    """How many copies there are, and the hosts whose copies take the most room."""
    files, total = sa.func.count(), sa.func.sum(media_copies.c.size)
    statement = sa.select(media_copies.c.host, files, total).group_by(media_copies.c.host)
    rows = tx.all(statement.order_by(total.desc(), media_copies.c.host).limit(limit))
    count = tx.scalar(sa.select(files).select_from(media_copies))
    return count, [Share(host=row[0], files=row[1], size=int(row[2])) for row in rows]


def _grow(tx: Tx, by: int) -> None:
    changed = media_store.update().where(media_store.c.id == _STORE)
    tx.execute(changed.values(size=media_store.c.size + by))


def _copy(row: Row) -> Copy:
    values = dict(zip(_NAMES, row, strict=True))
    said = values["credentials"]
    return Copy(**{**values, "credentials": msgspec.convert(said, Manifest) if said else None})
