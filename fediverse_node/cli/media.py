"""`media`: copies of other servers' pictures and files."""

from __future__ import annotations

import click

from fediverse_node.cli.desk import Desk, JsonDict, json_option, pass_desk, show, table


@click.group()
def media() -> None:
    """Copies of other servers' pictures and files.

    Example: fediverse-node media status
    """


@media.command()
@json_option
@pass_desk
def status(desk: Desk, *, as_json: bool) -> None:
    """Show how much room copies take, and whose they are.

    Example: fediverse-node media status --json
    """
    show(desk.ask("media.status"), as_json=as_json, otherwise=_status)


@media.command()
@click.argument("host", required=False)
@json_option
@pass_desk
def clear(desk: Desk, host: str | None, *, as_json: bool) -> None:
    """Delete all copies, or those from HOST. What is shown is fetched again when somebody looks at it.

    Example: fediverse-node media clear social.example
    """
    found = desk.ask("media.clear", host=host)
    show(
        found,
        as_json=as_json,
        otherwise=lambda gone: f"Deleted {gone['files']} files, {_size(gone['bytes'])}.",
    )


def _status(found: JsonDict) -> str:
    lines = [
        f"{found['files']} files, {_size(found['bytes'])} of {_size(found['budget'])}, in {found['folder']}",
    ]
    if not found["proxy"]:
        lines.append("media.proxy is off: pages only link to files of others.")
    if not found["has_room"]:
        lines.append("The disk is nearly full: no more files are taken in.")
    rows = [(each["host"], str(each["files"]), _size(each["bytes"])) for each in found["hosts"]]
    return "\n".join([*lines, table(rows, head=("server", "files", "size"))] if rows else lines)


def _size(size: int) -> str:
    return f"{size / (1 << 20):.1f} MiB"
