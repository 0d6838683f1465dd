"""All SQL about releases, their files and their rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime

import msgspec
import sqlalchemy as sa

from fediverse_node.datasets.model import File, Release, Settings
from fediverse_node.datasets.tables import dataset_files, dataset_releases, dataset_rows
from fediverse_node.receipts.tables import consent_receipts
from fediverse_node.storage.tx import Row, Tx

#: Rung when another release became current, or none is any more.
BELL = "datasets"

_NAMES = tuple(field.name for field in fields(Release))
_COLUMNS = [dataset_releases.c[name] for name in _NAMES]
_PUBLISHED = dataset_releases.c.state != "preparing"
_CURRENT = dataset_releases.c.state == sa.literal_column("'current'")
_FILE = (dataset_files.c.path, dataset_files.c.sha256, dataset_files.c.size, dataset_files.c.downloads)


def current(tx: Tx) -> Release | None:
    """The release that is handed out."""
    return _one(tx, _CURRENT)


def by_sha256(tx: Tx, sha256: str) -> Release | None:
    """The release with this manifest, also one that is still being prepared."""
    return _one(tx, dataset_releases.c.sha256 == sha256)


def by_ids(tx: Tx, ids: Iterable[int]) -> dict[int, Release]:
    """Releases by their id."""
    return {found.id: found for found in _all(tx, dataset_releases.c.id.in_(list(ids)))}


def published(tx: Tx, limit: int) -> list[Release]:
    """What was ever published, the newest first."""
    statement = sa.select(*_COLUMNS).where(_PUBLISHED)
    newest = (dataset_releases.c.made_at.desc(), dataset_releases.c.id.desc())
    return [_release(row) for row in tx.all(statement.order_by(*newest).limit(limit))]


def files_of(tx: Tx, release_id: int) -> list[File]:
    """The files of a release, by path."""
    statement = sa.select(*_FILE).where(dataset_files.c.release_id == release_id)
    return [_file(row) for row in tx.all(statement.order_by(dataset_files.c.path))]


def file_of(tx: Tx, release_id: int, path: str) -> File | None:
    """One file of a release; None where it has none of exactly this path."""
    mine = sa.and_(dataset_files.c.release_id == release_id, dataset_files.c.path == path)
    row = tx.first(sa.select(*_FILE).where(mine))
    return None if row is None else _file(row)


def count_downloads(tx: Tx, counted: Mapping[tuple[int, str], int]) -> None:
    """So many more times files were fetched, each by its release and path."""
    for (release_id, path), times in counted.items():
        mine = sa.and_(dataset_files.c.release_id == release_id, dataset_files.c.path == path)
        tx.execute(dataset_files.update().where(mine).values(downloads=dataset_files.c.downloads + times))


def prepare(tx: Tx, release: Release, files: Sequence[File]) -> Release:
    """Note a release that is not yet handed out; gives it as it stands, with its id.

    One of the same manifest that has ended gets its place again.
    """
    old = by_sha256(tx, release.sha256)
    if old is not None:
        values = {"state": "preparing", "log_size": release.log_size, "settings": release.settings.stored}
        _change(tx, old.id, **values, on_disk=True)
        _forget_rows(tx, old.id)
    else:
        values = {name: getattr(release, name) for name in _NAMES}
        tx.insert(dataset_releases, {**values, "settings": release.settings.stored})
        tx.insert(
            dataset_files,
            [
                {
                    "id": tx.new_id(),
                    "release_id": release.id,
                    "path": file.path,
                    "sha256": file.sha256,
                    "size": file.size,
                    "downloads": 0,
                }
                for file in files
            ],
        )
    found = by_sha256(tx, release.sha256)
    assert found is not None
    return found


def add_rows(tx: Tx, release_id: int, seqs: Sequence[int]) -> None:
    """Note decisions that a release rests on, as far as they are not noted yet."""
    tx.insert_missing(dataset_rows, [{"release_id": release_id, "seq": seq} for seq in seqs])


def publish(tx: Tx, release_id: int) -> None:
    """Let a prepared release be the current one; the one before it is superseded."""
    tx.execute(dataset_releases.update().where(_CURRENT).values(state="superseded", ended_at=tx.now))
    _change(tx, release_id, state="current", made_at=tx.now, ended_at=None)
    tx.ring(BELL)


def withdraw(tx: Tx) -> Release | None:
    """Take the current release down without a successor. None where there is none."""
    found = current(tx)
    if found is not None:
        _change(tx, found.id, state="withdrawn", ended_at=tx.now)
        tx.ring(BELL)
    return found


def abandon(tx: Tx) -> None:
    """Forget what was being prepared when its process ended; what had been published before stays noted."""
    for found in _all(tx, dataset_releases.c.state == "preparing"):
        _forget_rows(tx, found.id)
        if found.ended_at is not None:
            _change(tx, found.id, state="superseded")
            continue
        tx.execute(dataset_files.delete().where(dataset_files.c.release_id == found.id))
        tx.execute(dataset_releases.delete().where(dataset_releases.c.id == found.id))


def on_disk_since(tx: Tx, before: datetime) -> list[Release]:
    """Releases that ended before a moment and whose files are still there."""
    ended = sa.and_(dataset_releases.c.ended_at <= before, sa.not_(_CURRENT), _PUBLISHED)
    return _all(tx, sa.and_(ended, dataset_releases.c.on_disk))


def names_on_disk(tx: Tx) -> set[str]:
    """The folders that belong to a release, also to one that is being prepared."""
    return {release.sha256 for release in _all(tx, dataset_releases.c.on_disk)}


def note_cleared(tx: Tx, release_id: int) -> None:
    """The files of an ended release are gone."""
    _change(tx, release_id, on_disk=False)


def forgettable(tx: Tx, ended_before: datetime) -> list[int]:
    """Releases, by id, that ended before a moment, have no files any more, and whose rows are still noted."""
    ended = sa.and_(dataset_releases.c.ended_at <= ended_before, _PUBLISHED, sa.not_(_CURRENT))
    noted = sa.exists().where(dataset_rows.c.release_id == dataset_releases.c.id)
    statement = sa.select(dataset_releases.c.id).where(ended, sa.not_(dataset_releases.c.on_disk), noted)
    return [row[0] for row in tx.all(statement)]


def forget_rows(tx: Tx, release_id: int, *, limit: int) -> int:
    """Forget at most *limit* of the rows of a release; how many it were."""
    mine = dataset_rows.c.release_id == release_id
    some = sa.select(dataset_rows.c.seq).where(mine).limit(limit).scalar_subquery()
    return tx.execute(dataset_rows.delete().where(mine, dataset_rows.c.seq.in_(some))).rowcount


def stale_since(tx: Tx, release: Release) -> datetime | None:
    """When the first of the decisions that *release* rests on was taken back; None while all stand."""
    statement = (
        sa.select(sa.func.min(consent_receipts.c.at))
        .join_from(consent_receipts, dataset_rows, dataset_rows.c.seq == consent_receipts.c.revokes)
        .where(dataset_rows.c.release_id == release.id, consent_receipts.c.log_index >= release.log_size)
    )
    found: datetime | None = tx.scalar(statement)
    return found


def _change(tx: Tx, release_id: int, **values: object) -> None:
    tx.execute(dataset_releases.update().where(dataset_releases.c.id == release_id).values(**values))


def _forget_rows(tx: Tx, release_id: int) -> None:
    tx.execute(dataset_rows.delete().where(dataset_rows.c.release_id == release_id))


def _one(tx: Tx, where: sa.ColumnElement[bool]) -> Release | None:
    row = tx.first(sa.select(*_COLUMNS).where(where))
    return None if row is None else _release(row)


def _all(tx: Tx, where: sa.ColumnElement[bool]) -> list[Release]:
    return [_release(row) for row in tx.all(sa.select(*_COLUMNS).where(where))]


def _release(row: Row) -> Release:
    values = dict(zip(_NAMES, row, strict=True))
    return Release(**{**values, "settings": msgspec.convert(values["settings"], Settings)})


def _file(row: Row) -> File:
    return File(path=row[0], sha256=row[1], size=row[2], downloads=row[3])
