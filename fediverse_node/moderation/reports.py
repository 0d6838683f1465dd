"""All SQL of the moderation room about reports. Only those who look after the server read them."""

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


def listing(
    tx: Tx,
    page: Page,
    *,
    closed: bool = False,
    reporter_id: int | None = None,
    target_id: int | None = None,
) -> list[Report]:
    """Open reports, or closed ones, newest first; where asked, only by or about somebody."""
    state = reports.c.closed_at.is_not(None) if closed else reports.c.closed_at.is_(None)
    statement: sa.Select[Any] = sa.select(*_COLUMNS).where(state)
    if reporter_id is not None:
        statement = statement.where(reports.c.reporter_id == reporter_id)
    if target_id is not None:
        statement = statement.where(reports.c.target_id == target_id)
    return [_report(row) for row in paging.rows(tx, statement, reports.c.id, page)]


def close(tx: Tx, report_id: int, *, by: int | None = None) -> bool:
    """The operator, or the account *by*, is done with a report. False when it is not open."""
    where = sa.and_(reports.c.id == report_id, reports.c.closed_at.is_(None))
    return tx.execute(reports.update().where(where).values(closed_at=tx.now, closed_by=by)).rowcount == 1


def reopen(tx: Tx, report_id: int) -> None:
    """A report is to be looked at again."""
    where = reports.c.id == report_id
    tx.execute(reports.update().where(where).values(closed_at=None, closed_by=None))


def assign(tx: Tx, report_id: int, account_id: int | None) -> None:
    """Let an account, or nobody, look at a report."""
    tx.execute(reports.update().where(reports.c.id == report_id).values(assigned_to=account_id))


def close_all_about(tx: Tx, target_id: int, *, by: int) -> int:
    """The account *by* is done with every open report about an actor. Gives how many."""
    where = sa.and_(reports.c.target_id == target_id, reports.c.closed_at.is_(None))
    return tx.execute(reports.update().where(where).values(closed_at=tx.now, closed_by=by)).rowcount


def _report(row: Row) -> Report:
    values = dict(zip(_NAMES, row, strict=True))
    return Report(**{**values, "post_uris": tuple(values["post_uris"] or ())})
