"""`relay`: servers that pass on what many others publish."""

from __future__ import annotations

import click

from fediverse_node.cli.desk import Desk, JsonDict, json_option, pass_desk, show, table


@click.group()
def relay() -> None:
    """Relays: what others publish for the public timeline, and what is public here for others.

    Example: fediverse-node relay list
    """


@relay.command("add")
@click.argument("url")
@json_option
@pass_desk
def add(desk: Desk, url: str, *, as_json: bool) -> None:
    """Ask the relay whose actor is at URL to let this server take part.

    Example: fediverse-node relay add https://relay.example/actor
    """
    found = desk.ask("relay.add", url=url)
    show(
        found,
        as_json=as_json,
        otherwise=lambda made: f"Asked {made['relay']}. “relay list” shows its answer.",
    )


@relay.command("list")
@json_option
@pass_desk
def list_relays(desk: Desk, *, as_json: bool) -> None:
    """Show all relays, and what they answered.

    Example: fediverse-node relay list --json
    """
    show(desk.ask("relay.list"), as_json=as_json, otherwise=_relays)


@relay.command("remove")
@click.argument("url")
@json_option
@pass_desk
def remove(desk: Desk, url: str, *, as_json: bool) -> None:
    """Take no part in the relay at URL any more.

    Example: fediverse-node relay remove https://relay.example/actor
    """
    found = desk.ask("relay.remove", url=url)
    show(found, as_json=as_json, otherwise=lambda made: f"Left {made['relay']}.")


def _relays(found: JsonDict) -> str:
    rows = [(entry["relay"], entry["state"], entry["since"]) for entry in found["relays"]]
    if not rows:
        return "No relays. Take part in one: relay add URL"
    return table(rows, head=("relay", "state", "asked"))
