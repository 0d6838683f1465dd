"""`consent` and `export`: decisions about training use, and the dataset of what was allowed."""

from __future__ import annotations

from pathlib import Path

import click

from fediverse_node.cli.desk import Desk, JsonDict, json_option, pass_desk, show, table


@click.group()
def consent() -> None:
    """Decisions about training use: each post's author decides, and silence is no.

    Example: fediverse-node consent show https://example.org/@alice/123
    """


@consent.command("show")
@click.argument("post")
@json_option
@pass_desk
def show_consent(desk: Desk, post: str, *, as_json: bool) -> None:
    """Show what was decided about POST (its address or id), and every line of the ledger about it.

    Example: fediverse-node consent show https://example.org/@alice/123
    """
    show(desk.ask("consent.show", post=post), as_json=as_json, otherwise=_history)


@consent.command("set")
@click.argument("name")
@click.argument("post")
@click.argument("answer", type=click.Choice(["yes", "no"]))
@json_option
@pass_desk
def set_consent(desk: Desk, name: str, post: str, answer: str, *, as_json: bool) -> None:
    """Write down what the account NAME, the author of POST, decides about its training use.

    Example: fediverse-node consent set alice https://example.org/@alice/123 yes
    """
    show(desk.ask("consent.set", name=name, post=post, answer=answer), as_json=as_json, otherwise=_history)


@consent.command()
@click.argument("name")
@click.option("--limit", type=click.IntRange(1, 80), default=20, show_default=True, help="How many to show.")
@click.option("--below", metavar="LINE", help="Older than this line.")
@json_option
@pass_desk
def receipts(desk: Desk, name: str, *, limit: int, below: str | None, as_json: bool) -> None:
    """Show what the account NAME decided and the receipts of it, the newest first.

    With --json each comes with the receipt itself (`document`) and its salt, for the author to keep.

    Example: fediverse-node consent receipts alice --json
    """
    found = desk.ask("consent.receipts", name=name, limit=limit, below=below)
    show(found, as_json=as_json, otherwise=_receipts)


@click.command()
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), help="A folder that does not exist yet."
)
@click.option("--include-ai-assisted", is_flag=True, help="Also posts that a model had a part in.")
@json_option
@pass_desk
def export(desk: Desk, out: Path, *, include_ai_assisted: bool, as_json: bool) -> None:
    """Write the posts whose authors allowed training use as a dataset.

    Example: fediverse-node export --out dataset
    """
    # The server that does the work has another working directory.
    made = desk.ask("export", out=str(out.absolute()), include_ai_assisted=include_ai_assisted)
    show(made, as_json=as_json, otherwise=lambda found: f"Wrote {found['out']}: posts: {found['rows']}.")


def _history(found: JsonDict) -> str:
    head = f"{found['uri']}\ntraining use: {found['training_use']}"
    rows = [(*_line(entry), entry["receipt"] or "") for entry in found["entries"]]
    return (
        f"{head}\n{table(rows, head=('line', 'at', 'decision', 'by', 'log', 'receipt'))}"
        if rows
        else f"{head} (nothing was decided)"
    )


def _receipts(found: JsonDict) -> str:
    rows = [(*_line(entry), entry["receipt"] or "", entry["post"]) for entry in found["receipts"]]
    return (
        table(rows, head=("line", "at", "decision", "by", "log", "receipt", "post"))
        if rows
        else "Nothing was decided."
    )


def _line(entry: JsonDict) -> tuple[str, str, str, str, str]:
    place = entry["log_index"]
    return (
        str(entry["seq"]),
        entry["at"],
        entry["kind"],
        entry["method"],
        "" if place is None else str(place),
    )
