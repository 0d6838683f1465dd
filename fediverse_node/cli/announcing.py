"""`announcement`: what the operator has to say to everybody here."""

from __future__ import annotations

import click

from fediverse_node.cli.desk import Desk, JsonDict, json_option, pass_desk, show, table


@click.group()
def announcement() -> None:
    """Announcements: what everybody with an account here is told, by their app and on the pages.

    Example: fediverse-node announcement list
    """


@announcement.command("add")
@click.argument("text")
@click.option("--starts", default="", help="When what it is about begins, such as 2026-12-24T18:00+01:00.")
@click.option("--ends", default="", help="When it ends; after that it is no longer shown.")
@click.option("--all-day", is_flag=True, help="These two are days.")
@json_option
@pass_desk
def add(desk: Desk, text: str, starts: str, ends: str, *, all_day: bool, as_json: bool) -> None:
    """Announce TEXT, which may be Markdown.

    Example: fediverse-node announcement add "We **update** tonight." --ends 2026-12-24T23:00Z
    """
    found = desk.ask("announcement.add", text=text, starts=starts, ends=ends, all_day=all_day)
    show(found, as_json=as_json, otherwise=lambda made: f"Announced as {made['id']}.")


@announcement.command("list")
@json_option
@pass_desk
def list_announcements(desk: Desk, *, as_json: bool) -> None:
    """Show all announcements, also those that have ended.

    Example: fediverse-node announcement list --json
    """
    show(desk.ask("announcement.list"), as_json=as_json, otherwise=_announcements)


@announcement.command("remove")
@click.argument("id")
@json_option
@pass_desk
def remove(desk: Desk, id: str, *, as_json: bool) -> None:  # noqa: A002 click names it so in the help
    """Take back the announcement with this ID.

    Example: fediverse-node announcement remove 451234567890123456
    """
    found = desk.ask("announcement.remove", id=id)
    show(found, as_json=as_json, otherwise=lambda gone: f"Removed {gone['id']}.")


def _announcements(found: JsonDict) -> str:
    rows = [
        (each["id"], each["starts"] or "-", each["ends"] or "-", each["text"].split("\n")[0][:60])
        for each in found["announcements"]
    ]
    if not rows:
        return "No announcements. Make one: announcement add TEXT"
    return table(rows, head=("id", "starts", "ends", "text"))
