"""`dataset`: releases of the open dataset, and who uses them."""

from __future__ import annotations

import json

import click

from fediverse_node.cli.desk import Desk, JsonDict, json_option, pass_desk, show, table


@click.group()
def dataset() -> None:
    """Releases of the open dataset, published under /datasets/, and who uses them.

    Example: fediverse-node dataset list
    """


@dataset.command("release")
@click.option("--include-ai-assisted", is_flag=True, help="Also posts that a model had a part in.")
@click.option(
    "--language", "languages", multiple=True, help="Only this language (en, ar …); may be repeated."
)
@click.option(
    "--licence", "licences", multiple=True, help="Only this licence (CC-BY-4.0 …); may be repeated."
)
@click.option("--min-length", type=click.IntRange(1), default=1, help="Only texts of so many characters.")
@click.option("--min-authors", type=click.IntRange(1), default=1, help="No release with fewer authors.")
@click.option("--sensitive", is_flag=True, help="Also posts marked as sensitive that may be used.")
@click.option(
    "--format", type=click.Choice(["jsonl", "parquet", "both"]), default="jsonl", help="How it is written."
)
@click.option("--pictures", is_flag=True, help="Also the pictures that may be used, as WebDataset.")
@click.option("--with-pictures", is_flag=True, help="Only posts of which a picture may be used, too.")
@click.option("--language-scores", is_flag=True, help="Have a detector look at each text (extra “data”).")
@json_option
@pass_desk
def release(desk: Desk, /, *, as_json: bool, **asked: bool | int | str | tuple[str, ...]) -> None:
    """Publish what may be used now; the release before it ends.

    Whenever somebody takes a post of it back, a new one is made in the same way within a day.

    Example: fediverse-node dataset release --min-authors 5
    """
    assisted = asked.pop("include_ai_assisted")
    form = {name: asked.pop(name) for name in ("format", "language_scores", "pictures")}
    filters = {"disclosure": ["human-only", *(["ai-assisted"] if assisted else [])], **asked}
    show(desk.ask("dataset.release", filters=filters, form=form), as_json=as_json, otherwise=_made)


@dataset.command("list")
@json_option
@pass_desk
def list_releases(desk: Desk, *, as_json: bool) -> None:
    """Show every release, the newest first.

    Example: fediverse-node dataset list --json
    """
    show(desk.ask("dataset.list"), as_json=as_json, otherwise=_releases)


@dataset.command("exports")
@json_option
@pass_desk
def exports(desk: Desk, *, as_json: bool) -> None:
    """Show what was exported by command: when, what was asked for, how much it was, and its hash.

    Example: fediverse-node dataset exports
    """
    show(desk.ask("dataset.exports"), as_json=as_json, otherwise=_exports)


@dataset.command("withdraw")
@json_option
@pass_desk
def withdraw(desk: Desk, *, as_json: bool) -> None:
    """Take the current release down. There is none until the next is made.

    Example: fediverse-node dataset withdraw
    """
    found = desk.ask("dataset.withdraw")
    show(found, as_json=as_json, otherwise=lambda ended: f"{ended['url']} is handed out no more.")


@dataset.group("user")
def user() -> None:
    """Who uses the dataset: their keys, and what they are told.

    Example: fediverse-node dataset user list
    """


@user.command("add")
@click.argument("name")
@click.option("--contact", required=True, help="How to reach them.")
@click.option("--webhook", help="An address to which every withdrawal is sent.")
@json_option
@pass_desk
def add(desk: Desk, name: str, *, contact: str, webhook: str | None, as_json: bool) -> None:
    """Let NAME use the dataset, and print their key. It is shown this once.

    They have to know the terms for users of the dataset: /datasets/terms.md.

    Example: fediverse-node dataset user add "Open Lab" --contact data@lab.example
    """
    found = desk.ask("dataset.user.add", name=name, contact=contact, webhook=webhook)
    show(found, as_json=as_json, otherwise=lambda made: f"User {made['id']}, with the key\n{made['key']}")


@user.command("list")
@json_option
@pass_desk
def list_users(desk: Desk, *, as_json: bool) -> None:
    """Show who uses the dataset, and whether what is sent to them arrives.

    Example: fediverse-node dataset user list
    """
    show(desk.ask("dataset.user.list"), as_json=as_json, otherwise=_users)


@user.command("webhook")
@click.argument("user_id", metavar="ID")
@click.argument("webhook", metavar="URL", required=False)
@json_option
@pass_desk
def set_webhook(desk: Desk, user_id: str, webhook: str | None, *, as_json: bool) -> None:
    """Let the user ID be told at URL what was taken back; without one, nowhere.

    Example: fediverse-node dataset user webhook 123 https://lab.example/withdrawals
    """
    found = desk.ask("dataset.user.webhook", id=user_id, webhook=webhook)
    show(found, as_json=as_json, otherwise=lambda done: f"Told at: {done['webhook'] or 'nowhere'}.")


@user.command("end")
@click.argument("user_id", metavar="ID")
@json_option
@pass_desk
def end(desk: Desk, user_id: str, *, as_json: bool) -> None:
    """End the access of the user ID, as “dataset user list” shows it.

    Example: fediverse-node dataset user end 123
    """
    found = desk.ask("dataset.user.end", id=user_id)
    show(found, as_json=as_json, otherwise=lambda ended: f"The access of {ended['id']} has ended.")


def _made(found: JsonDict) -> str:
    if not found["new"]:
        return f"Nothing has changed since {found['url']} (posts: {found['rows']})."
    return f"Published {found['url']} (posts: {found['rows']}, authors: {found['authors']})."


def _releases(found: JsonDict) -> str:
    rows = [
        (each["made_at"], each["state"], str(each["rows"]), str(each["downloads"]), each["url"])
        for each in found["releases"]
    ]
    if not rows:
        return "Nothing was published. Make a release: dataset release"
    return table(rows, head=("made", "state", "posts", "downloads", "release"))


def _exports(found: JsonDict) -> str:
    rows = [
        (each["at"], str(each["rows"]), str(each["authors"]), each["sha256"], json.dumps(each["asked"]))
        for each in found["exports"]
    ]
    head = ("at", "posts", "authors", "sha256", "asked for")
    return table(rows, head=head) if rows else "Nothing was exported."


def _users(found: JsonDict) -> str:
    rows = [
        (
            each["id"],
            each["name"],
            each["contact"],
            each["ended"] or "",
            each["webhook"] or "",
            each["last_answer"] or "",
        )
        for each in found["users"]
    ]
    return table(rows, head=("id", "name", "contact", "ended", "webhook", "answered")) if rows else "Nobody."
