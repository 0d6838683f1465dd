"""All SQL of the moderation room about reports. Only the operator reads them."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import sqlalchemy as sa

from fediverse_node.moderation.model import Report
from fediverse_node.moderation.tables import reports
from fediverse_node.storage import paging
from fediverse_node.storage.paging import Page
from fediverse_node.storage.tx import Row, Tx

#: Open reports that one reporter may have about one actor; more say nothing new (a flood of Flags).
MAX_OPEN = 10
#: Posts that one report names.
MAX_POSTS = 20
MAX_COMMENT = 5_000

_NAMES = tuple(field.name for field in fields(Report))
_COLUMNS = [reports.c[name] for name in _NAMES]


def add(tx: Tx, report: Report) -> bool:
    """Keep a report. False when it is here, or its reporter has said enough about this actor."""
    waiting = sa.select(sa.func.count()).where(
        reports.c.reporter_id == report.reporter_id,
        reports.c.target_id == report.target_id,
        reports.c.closed_at.is_(None),
    )
    if int(tx.scalar(waiting)) >= MAX_OPEN:
        return False
    values: dict[str, Any] = {name: getattr(report, name) for name in _NAMES}
    return tx.insert_new(reports, {**values, "post_uris": list(report.post_uris)})


def by_id(tx: Tx, report_id: int) -> Report | None:
    """The report with this id."""
    row = tx.first(sa.select(*_COLUMNS).where(reports.c.id == report_id))
    return None if row is None else _report(row)


def listing(tx: Tx, page: Page, *, closed: bool = False) -> list[Report]:
    """Open reports, or closed ones, newest first."""
    state = reports.c.closed_at.is_not(None) if closed else reports.c.closed_at.is_(None)
    statement: sa.Select[Any] = sa.select(*_COLUMNS).where(state)
    return [_report(row) for row in paging.rows(tx, statement, reports.c.id, page)]


def close(tx: Tx, report_id: int) -> bool:
    """The operator is done with a report. False when it is not open."""
    where = sa.and_(reports.c.id == report_id, reports.c.closed_at.is_(None))
    return tx.execute(reports.update().where(where).values(closed_at=tx.now)).rowcount == 1


def _report(row: Row) -> Report:
    values = dict(zip(_NAMES, row, strict=True))
    return Report(**{**values, "post_uris": tuple(values["post_uris"] or ())})
