"""Routes about reports, for those who look after the server. Each look at one is logged (ADM-02)."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final

from fediverse_node.kernel.errors import NotFound
from fediverse_node.moderation import acts, reports
from fediverse_node.moderation.model import Report
from fediverse_node.storage.tx import Tx
from fediverse_node.web.client_api.entities_admin import admin_reports
from fediverse_node.web.client_api.paging import cursors, page_of
from fediverse_node.web.client_api.view import Act, Answer, View, path_id

log = logging.getLogger(__name__)

_MOST: Final = 80


def listing(view: View) -> Answer:
    """Open reports, or `resolved` ones, the newest first; by `account_id` or about `target_account_id`."""
    page = page_of(view.fields, default=40, most=_MOST)
    found = reports.listing(
        view.tx,
        page,
        closed=bool(view.fields.flag("resolved")),
        reporter_id=view.fields.id("account_id"),
        target_id=view.fields.id("target_account_id"),
    )
    return Answer(body=admin_reports(view, found), cursors=cursors([each.id for each in found], page))


def show(view: View) -> Answer:
    """One report, with those of its posts that the one who looks may see."""
    found = _report(view.tx, path_id(view.path, "report"))
    log.info("moderation.looked", extra={"account": view.person.account.id, "report": found.id})
    return Answer(body=admin_reports(view, [found])[0])


async def assign_to_self(act: Act) -> Answer:
    """Say that one looks at a report oneself."""
    me = act.person.account.id
    return await _done(act, "report.assign", lambda tx, report: reports.assign(tx, report.id, me))


async def unassign(act: Act) -> Answer:
    """Say that nobody looks at a report yet."""
    return await _done(act, "report.unassign", lambda tx, report: reports.assign(tx, report.id, None))


async def resolve(act: Act) -> Answer:
    """Be done with a report. Nobody is told."""
    me = act.person.account.id
    return await _done(act, "report.resolve", lambda tx, report: reports.close(tx, report.id, by=me))


async def reopen(act: Act) -> Answer:
    """Look at a report again."""
    return await _done(act, "report.reopen", lambda tx, report: reports.reopen(tx, report.id))


async def _done(act: Act, action: str, do: Callable[[Tx, Report], object]) -> Answer:
    report_id, by = path_id(act.path, "report"), act.person.account.id

    def unit(tx: Tx) -> None:
        do(tx, _report(tx, report_id))
        acts.note(tx, by, action, f"report {report_id}")

    await act.desk.db.write(unit)
    return await act.look(show)


def _report(tx: Tx, report_id: int) -> Report:
    found = reports.by_id(tx, report_id)
    if found is None:
        raise NotFound("There is no such report.")
    return found
