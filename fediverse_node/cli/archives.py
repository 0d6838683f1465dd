"""`export account` and `import`: a person's own copy, out and in."""

from __future__ import annotations

from pathlib import Path

import click

from fediverse_node.cli import consent
from fediverse_node.cli.desk import Desk, JsonDict, json_option, pass_desk, show

_KINDS = ("follows", "blocks", "mutes", "domains")


class _Export(click.Group):
    """Takes `export --out FOLDER` for `export dataset --out FOLDER`, as it was before there was another."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the name of the command there where it is left out."""
        named = bool(args) and args[0] in {*self.commands, *ctx.help_option_names}
        return super().parse_args(ctx, args if named else ["dataset", *args])


@click.group(cls=_Export)
def export() -> None:
    """Write the dataset of what was allowed, or the own copy of one person.

    Example: fediverse-node export --out dataset
    """


export.add_command(consent.export, "dataset")


@export.command("account")
@click.argument("name")
@click.option(
    "--to",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="A file that does not exist yet: .zip or .tar.gz.",
)
@json_option
@pass_desk
def export_account(desk: Desk, name: str, to: Path, *, as_json: bool) -> None:
    """Write everything of the account NAME into one file, for the person whose account it is.

    Posts of every visibility, follows, blocks, mutes, likes, decisions about training and their receipts.
    Nothing of others, and no keys or passwords. Only you may read the file.

    Example: fediverse-node export account alice --to alice.zip
    """
    # The server that does the work has another working directory.
    made = desk.ask("archive.write", name=name, to=str(to.absolute()))
    show(made, as_json=as_json, otherwise=lambda found: f"Wrote {found['to']}: {found['bytes']} bytes.")


@click.command("import")
@click.argument("name")
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--as", "kind", type=click.Choice(_KINDS), help="Which list it is, where the file says not.")
@click.option("--replace", is_flag=True, help="End what is not in the list. Without it the list is added.")
@click.option("--dry-run", is_flag=True, help="Only say what would happen.")
@json_option
@pass_desk
def import_file(
    desk: Desk, name: str, file: Path | None, *, kind: str | None, replace: bool, dry_run: bool, as_json: bool
) -> None:
    """Take FILE in for the account NAME: a list (.csv), an archive (.zip, .tar.gz), or an outbox.json.

    Posts keep their dates and are sent to nobody. People of a list are looked for one after the other,
    while the server runs; without FILE it is shown how far that has come.

    Example: fediverse-node import alice following_accounts.csv --dry-run
    """
    if file is None:
        found = desk.ask("archive.status", name=name)
        show(found, as_json=as_json, otherwise=_status)
        return
    path = str(file.absolute())
    made = desk.ask("archive.take_in", name=name, file=path, kind=kind, replace=replace, dry_run=dry_run)
    show(made, as_json=as_json, otherwise=lambda told: _told(told, dry_run=dry_run))


def _told(found: JsonDict, *, dry_run: bool) -> str:
    lines = ["Nothing was changed. This would happen:"] if dry_run else []
    posts = found["posts"]
    if posts is not None:
        lines.append(
            f"posts: {posts['new']} new, {posts['there']} here already, {posts['passed_over']} boosts and "
            f"the like passed over, {posts['refused']} refused, {posts['files_left_out']} files left out"
        )
        lines += [f"  entry {each['entry']}: {each['problem']}" for each in posts["refusals"]]
    for each in found["lists"]:
        lines.append(
            f"{each['kind']}: {each['new']} new, {each['there']} so already, {each['leaving']} ended, "
            f"{each['bad']} lines passed over"
        )
        if dry_run:
            lines += [f"  + {target}" for target in each["new_entries"]]
        lines += [f"  - {target}" for target in each["leaving_entries"]]
        lines += [f"  line {bad['line']}: {bad['problem']}" for bad in each["bad_lines"]]
    return "\n".join(lines)


def _status(found: JsonDict) -> str:
    waiting = [f"{kind}: {count} waiting" for kind, count in sorted(found["waiting"].items())]
    lost = [f"{each['kind']} {each['handle']}: {each['problem']}" for each in found["given_up"]]
    return "\n".join([*waiting, *lost]) or "Nothing waits."
