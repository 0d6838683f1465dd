"""All SQL of the uploads room."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import Final

import msgspec
import sqlalchemy as sa

from fediverse_node.kernel.errors import Conflict
from fediverse_node.storage.tx import Row, Tx
from fediverse_node.uploads import held
from fediverse_node.uploads.held import HELD
from fediverse_node.uploads.model import LONG_AGO, Focus, Papers, Play, Role, Upload
from fediverse_node.uploads.tables import upload_jobs, uploads

#: Rung when files are to go.
BELL: Final = "uploads"

_NAMES = tuple(field.name for field in fields(Upload))
_LIVE: sa.ColumnElement[bool] = uploads.c.deleted_at.is_(None)
#: Neither in a post nor of a profile.
_WAITING: sa.ColumnElement[bool] = sa.and_(uploads.c.post_id.is_(None), uploads.c.role.is_(None), _LIVE)
_ALL = sa.select(*(uploads.c[name] for name in _NAMES))
_SELECT = _ALL.where(_LIVE)
_BY_NAME = _SELECT.where(
    sa.or_(uploads.c.name == sa.bindparam("name"), uploads.c.small_name == sa.bindparam("name"))
)


def add(tx: Tx, upload: Upload) -> None:
    """Note a picture."""
    tx.insert(uploads, _values(upload))


def replace_waiting(tx: Tx, upload: Upload) -> None:
    """Let a picture that waits for its post be this one from now on.

    Raises:
        Conflict: it is in a post, or was deleted, meanwhile.
    """
    where = sa.and_(uploads.c.id == upload.id, _WAITING)
    if tx.execute(uploads.update().where(where).values(_values(upload))).rowcount != 1:
        raise Conflict("This picture is in a post by now, or it was deleted.")


def by_name(tx: Tx, name: str) -> Upload | None:
    """The picture that a file of this name is of."""
    row = tx.first(_BY_NAME, {"name": name})
    return None if row is None else _upload(row)


def by_ids(tx: Tx, ids: Iterable[int]) -> dict[int, Upload]:
    """Those of *ids* that exist, by id."""
    rows = tx.all(_SELECT.where(uploads.c.id.in_(set(ids))))
    return {upload.id: upload for upload in map(_upload, rows)}


def own(tx: Tx, account_id: int, upload_id: int) -> Upload | None:
    """The picture with this id, if it is this account's, for posts: one of a profile is none of these."""
    found = by_ids(tx, [upload_id]).get(upload_id)
    return found if found is not None and found.account_id == account_id and found.role is None else None


def used_by(tx: Tx, account_id: int) -> int:
    """Bytes of all pictures of an account."""
    total = sa.func.coalesce(sa.func.sum(uploads.c.size + uploads.c.small_size), 0)
    return int(tx.scalar(sa.select(total).where(uploads.c.account_id == account_id, _LIVE)))


def describe(tx: Tx, upload_id: int, *, description: str | None, focus: Focus | None) -> None:
    """Let a picture be described so."""
    where = uploads.c.id == upload_id
    tx.execute(uploads.update().where(where).values(description=description, focus=focus))


def attach(tx: Tx, post_id: int, ids: Sequence[int]) -> None:
    """Tie pictures that wait for a post to this one.

    Raises:
        Conflict: one of them is tied, or was deleted, meanwhile.
    """
    where = sa.and_(uploads.c.id.in_(ids), _WAITING)
    if ids and tx.execute(uploads.update().where(where).values(post_id=post_id)).rowcount != len(ids):
        raise Conflict("One of the pictures is in another post by now.")


def wear(tx: Tx, upload: Upload, role: Role) -> None:
    """Let a picture that waits be the one that its owner's profile shows. The one before goes.

    Raises:
        Conflict: it is in a post, or was deleted, meanwhile.
    """
    take_off(tx, upload.account_id, role)
    where = sa.and_(uploads.c.id == upload.id, _WAITING)
    if tx.execute(uploads.update().where(where).values(role=role)).rowcount != 1:
        raise Conflict("This picture is in a post by now, or it was deleted.")


def take_off(tx: Tx, account_id: int, role: Role) -> None:
    """Let nobody see the picture that a profile shows any more, and its files go."""
    _remove(tx, sa.and_(uploads.c.account_id == account_id, uploads.c.role == role))


def remove(tx: Tx, upload_id: int) -> None:
    """Let nobody see a picture any more, and its files go."""
    _remove(tx, uploads.c.id == upload_id)


def remove_of_post(tx: Tx, post_id: int) -> None:
    """The same for all that a post has and had."""
    _remove(tx, uploads.c.post_id == post_id)


def remove_of_account(tx: Tx, account_id: int) -> None:
    """The same for all that an account ever sent. Of what is still being made nothing becomes."""
    # Out of date, so that nobody begins with it and the next round deletes its file.
    theirs = upload_jobs.c.account_id == account_id
    tx.execute(upload_jobs.update().where(theirs).values(created_at=LONG_AGO))
    _remove(tx, uploads.c.account_id == account_id)


def has_unattached(tx: Tx, before: datetime) -> bool:
    """Whether something came before this moment and belongs to no post."""
    where = sa.and_(_WAITING, uploads.c.created_at < before, ~HELD)
    return tx.first(sa.select(uploads.c.id).where(where).limit(1)) is not None


def remove_unattached(tx: Tx, before: datetime) -> int:
    """The same for what came before this moment and belongs to no post. Gives how many."""
    where = sa.and_(_WAITING, uploads.c.created_at < before, ~HELD)
    return _remove(tx, where)


def removed(tx: Tx, *, limit: int) -> list[Upload]:
    """Some of those whose files are to go."""
    where = uploads.c.deleted_at.is_not(None)
    return [_upload(row) for row in tx.all(_ALL.where(where).order_by(uploads.c.id).limit(limit))]


def forget(tx: Tx, ids: Sequence[int]) -> None:
    """Forget removed pictures, whose files are gone."""
    tx.execute(uploads.delete().where(uploads.c.id.in_(ids), uploads.c.deleted_at.is_not(None)))
    held.drop(tx, ids)


def named(tx: Tx, names: Sequence[str]) -> set[str]:
    """Those of some names of files that belong to a picture, or of which one is still being made."""
    sent = tx.all(sa.select(upload_jobs.c.name).where(upload_jobs.c.name.in_(names)))
    rows = tx.all(
        sa.select(uploads.c.name, uploads.c.small_name).where(
            sa.or_(uploads.c.name.in_(names), uploads.c.small_name.in_(names))
        )
    )
    return {name for row in (*rows, *sent) for name in row if name is not None}


def _remove(tx: Tx, where: sa.ColumnElement[bool]) -> int:
    gone = tx.execute(uploads.update().where(where, _LIVE).values(deleted_at=tx.now)).rowcount
    if gone:
        tx.ring(BELL)
    return gone


def _values(upload: Upload) -> dict[str, object]:
    values: dict[str, object] = {name: getattr(upload, name) for name in _NAMES}
    for name, each in (("credentials", upload.credentials), ("play", upload.play)):
        values[name] = asdict(each) if each is not None else None
    return values


def _upload(row: Row) -> Upload:
    values = dict(zip(_NAMES, row, strict=True))
    focus, papers = values["focus"], values["credentials"]
    values["focus"] = (float(focus[0]), float(focus[1])) if focus else None
    values["credentials"] = msgspec.convert(papers, Papers) if papers else None
    values["play"] = Play(**values["play"]) if values["play"] else None
    return Upload(**values)
