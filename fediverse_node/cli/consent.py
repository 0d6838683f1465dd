"""`consent` and `export`: decisions about training use, and the dataset of what was allowed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import click

from fediverse_node.cli.desk import Desk, JsonDict, Refusal, json_option, pass_desk, show, table
from fediverse_node.consent.model import CREDITS, PURPOSES, UNNAMED

_PURPOSE: Final = click.Choice(PURPOSES)
_CREDIT: Final = click.Choice([UNNAMED, *CREDITS])


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
@click.option(
    "--purpose",
    "purposes",
    multiple=True,
    type=_PURPOSE,
    help="What a yes is to; can be given more than once. Without it: train-ai and dataset.",
)
@click.option("--sensitive", is_flag=True, help="Also though the post is marked as sensitive.")
@click.option(
    "--picture",
    "pictures",
    multiple=True,
    metavar="PICTURE",
    help="A picture of the post that is allowed, too, by its id or SHA-256.",
)
@click.option("--credit", type=_CREDIT, help="How datasets name the author. Without it: as the account says.")
@json_option
@pass_desk
def set_consent(desk: Desk, /, *, as_json: bool, **decision: Any) -> None:
    """Write down what the account NAME, the author of POST, decides about its training use.

    Example: fediverse-node consent set alice https://example.org/@alice/123 yes
    """
    show(desk.ask("consent.set", **decision), as_json=as_json, otherwise=_history)


@consent.command()
@click.argument("name")
@click.option("--all", "everything", is_flag=True, required=True, help="Every yes that stands.")
@json_option
@pass_desk
def withdraw(desk: Desk, name: str, *, everything: bool, as_json: bool) -> None:
    """Take back every yes of the account NAME. Everybody who has a copy of a post is told.

    Example: fediverse-node consent withdraw alice --all
    """
    del everything  # that it was said is all that it is for
    done = desk.ask("consent.withdraw", name=name)
    show(done, as_json=as_json, otherwise=lambda found: f"Taken back: {found['withdrawn']}.")


@consent.command()
@click.option(
    "--revoked",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A list of revocations that was kept elsewhere, too.",
)
@json_option
@pass_desk
def recover(desk: Desk, revoked: Path | None, *, as_json: bool) -> None:
    """Take back again what was taken back after the backup was made that was restored.

    Until then nothing is exported. What this server kept outside its database is used, and the list.

    Example: fediverse-node consent recover --revoked revocations.jsonl
    """
    done = desk.ask("consent.recover", ended=_revoked(revoked))
    show(
        done,
        as_json=as_json,
        otherwise=lambda found: f"Known: {found['named']}. Taken back: {found['ended']}.",
    )


@consent.command()
@click.argument("name")
@click.option(
    "--licence", metavar="LICENCE", help="Of new posts that say nothing else: an SPDX name, or none."
)
@click.option("--never-ask/--ask", default=None, help="Whether forms leave the question out.")
@click.option("--credit", type=_CREDIT, help="How datasets name it, where a yes says nothing else.")
@json_option
@pass_desk
def settings(
    desk: Desk, name: str, licence: str | None, credit: str | None, *, never_ask: bool | None, as_json: bool
) -> None:
    """Show what the account NAME wants for its new posts, or change it. No setting says yes.

    Example: fediverse-node consent settings alice --licence CC-BY-4.0
    """
    said = "" if licence is not None and licence.lower() == "none" else licence
    found = desk.ask("consent.settings", name=name, licence=said, never_ask=never_ask, credit=credit)
    show(found, as_json=as_json, otherwise=_settings)


@consent.command()
@click.argument("name")
@click.option("--limit", type=click.IntRange(1, 80), default=20, show_default=True, help="How many to show.")
@click.option("--below", metavar="LINE", help="Older than this line.")
@click.option(
    "--state", type=click.Choice(["active", "ended"]), help="Only each yes that stands, or that has ended."
)
@click.option("--purpose", type=_PURPOSE, help="Only what names this use.")
@click.option("--licence", metavar="LICENCE", help="Only what names this licence.")
@click.option("--words", metavar="WORDS", help="Only about posts in which all these words stand.")
@json_option
@pass_desk
def receipts(desk: Desk, /, *, as_json: bool, **wanted: Any) -> None:
    """Show what the account NAME decided and the receipts of it, the newest first.

    With --json each comes with the receipt itself (`document`) and its salt, for the author to keep.

    Example: fediverse-node consent receipts alice --json
    """
    found = desk.ask("consent.receipts", **wanted)
    show(found, as_json=as_json, otherwise=_receipts)


@click.command()
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), help="A folder that does not exist yet."
)
@click.option(
    "--format", type=click.Choice(["jsonl", "parquet", "both"]), default="jsonl", help="How it is written."
)
@click.option("--include-ai-assisted", is_flag=True, help="Also posts that a model had a part in.")
@click.option(
    "--max-ai-share", type=click.FloatRange(0, 1), help="Of those, only with so much or less of the model."
)
@click.option(
    "--language", "languages", multiple=True, help="Only this language (en, ar …); may be repeated."
)
@click.option(
    "--licence", "licences", multiple=True, help="Only this licence (CC-BY-4.0 …); may be repeated."
)
@click.option("--since", metavar="DAY", help="Published on this day (2026-11-22, UTC) or after it.")
@click.option("--until", metavar="DAY", help="Published before this day.")
@click.option("--min-length", type=click.IntRange(1), default=1, help="Only texts of so many characters.")
@click.option("--min-authors", type=click.IntRange(1), default=1, help="No dataset with fewer authors.")
@click.option("--sensitive", is_flag=True, help="Also posts marked as sensitive that may be used.")
@click.option("--pictures", is_flag=True, help="Also the pictures that may be used, as WebDataset.")
@click.option("--with-pictures", is_flag=True, help="Only posts of which a picture may be used, too.")
@click.option("--keep-duplicates", is_flag=True, help="Mark posts that repeat another, and leave them in.")
@click.option(
    "--revoked",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A list of revocations that was kept: what it names stays out, whatever the database says.",
)
@click.option("--language-scores", is_flag=True, help="Have a detector look at each text (extra “data”).")
@click.option("--anew", is_flag=True, help="Throw away what an interrupted export to the same folder left.")
@json_option
@pass_desk
def export(desk: Desk, /, *, out: Path, revoked: Path | None, as_json: bool, **asked: Any) -> None:
    """Write the posts whose authors allowed training use as a dataset.

    Whatever is asked for, only what its author allowed is in it. One that was interrupted goes on when the
    same is asked for again.

    Example: fediverse-node export --out dataset --format parquet
    """
    assisted, anew = asked.pop("include_ai_assisted"), asked.pop("anew")
    form = {name: asked.pop(name) for name in ("format", "language_scores", "pictures")}
    filters = {"disclosure": ["human-only", *(["ai-assisted"] if assisted else [])], **asked}
    # The server that does the work has another working directory.
    made = desk.ask(
        "export",
        out=str(out.absolute()),
        filters=filters,
        form=form,
        ended=_revoked(revoked),
        anew=anew,
    )
    show(
        made,
        as_json=as_json,
        otherwise=lambda found: f"Wrote {found['out']}: posts: {found['rows']}, authors: {found['authors']}.",
    )


def _revoked(kept: Path | None) -> list[str]:
    """The receipts that a kept `revocations.jsonl` says have ended."""
    try:
        lines = [] if kept is None else [json.loads(line) for line in kept.read_text("utf-8").splitlines()]
        return [str(line["revokes"]) for line in lines if line.get("revokes")]
    except (ValueError, AttributeError) as error:
        raise Refusal(f"{kept} is not a list of revocations.") from error


def _history(found: JsonDict) -> str:
    uses = ", ".join(found["training_purposes"])
    head = f"{found['uri']}\ntraining use: {found['training_use']}{f' ({uses})' if uses else ''}"
    if found["licence"]:
        head = f"{head}\nlicence: {found['licence']}"
    rows = [(*_line(entry), entry["receipt"] or "") for entry in found["entries"]]
    return (
        f"{head}\n{table(rows, head=('line', 'at', 'decision', 'by', 'log', 'receipt'))}"
        if rows
        else f"{head} (nothing was decided)"
    )


def _settings(found: JsonDict) -> str:
    asked = "no" if found["never_ask"] else "yes"
    named = f"named in datasets by: {found['credit'] or 'nothing'}"
    return f"licence of new posts: {found['licence'] or 'none'}\nasked about training use: {asked}\n{named}"


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
