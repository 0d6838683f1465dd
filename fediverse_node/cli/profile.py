"""`profile`, `requests`, `accept`, `reject`, `pin`, `unpin`, and an account's aliases, moves and end."""

from __future__ import annotations

import base64
from pathlib import Path

import click

from fediverse_node.cli.account import account
from fediverse_node.cli.desk import Desk, JsonDict, json_option, pass_desk, show, table

_PICTURE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("name")
@click.option("--display-name", help="The name that is shown.")
@click.option("--about", help="The text of the profile.")
@click.option(
    "--field", "fields", multiple=True, metavar="NAME=VALUE", help="A field; all of them, up to 16."
)
@click.option("--no-fields", is_flag=True, help="Take all fields away.")
@click.option("--approve-followers/--any-followers", default=None, help="Whether followers are asked for.")
@click.option("--discoverable/--not-discoverable", default=None, help="Whether directories may list it.")
@click.option("--indexable/--not-indexable", default=None, help="Whether search may find its public posts.")
@click.option("--hide-follows/--show-follows", default=None, help="Whether others see who follows whom.")
@click.option("--bot/--person", default=None, help="Whether a program posts here.")
@click.option(
    "--by-ai-alone/--by-a-person", "autonomous", default=None, help="Whether only AI writes its posts."
)
@click.option(
    "--hide-ai",
    type=click.Choice(["off", "autonomous", "all"]),
    help="Which posts of AI its timelines leave out.",
)
@click.option(
    "--site", "sites", multiple=True, metavar="HOST", help="A site that may name it as an author; all."
)
@click.option("--no-sites", is_flag=True, help="Let no site do so.")
@click.option("--avatar", type=_PICTURE, help="A picture; a square is made of it.")
@click.option("--avatar-alt", help="What it shows.")
@click.option("--no-avatar", is_flag=True, help="Take the picture away.")
@click.option("--header", type=_PICTURE, help="A wide picture.")
@click.option("--header-alt", help="What it shows.")
@click.option("--no-header", is_flag=True, help="Take the wide picture away.")
@json_option
@pass_desk
def profile(  # noqa: PLR0913 one parameter for each option of the command
    desk: Desk,
    name: str,
    *,
    display_name: str | None,
    about: str | None,
    fields: tuple[str, ...],
    no_fields: bool,
    approve_followers: bool | None,
    discoverable: bool | None,
    indexable: bool | None,
    hide_follows: bool | None,
    bot: bool | None,
    autonomous: bool | None,
    hide_ai: str | None,
    sites: tuple[str, ...],
    no_sites: bool,
    avatar: Path | None,
    avatar_alt: str | None,
    no_avatar: bool,
    header: Path | None,
    header_alt: str | None,
    no_header: bool,
    as_json: bool,
) -> None:
    """Show the profile of the account NAME, or change what is given.

    Example: fediverse-node profile alice --field "Web=https://alice.example" --approve-followers
    """
    if (fields and no_fields) or (sites and no_sites):
        raise click.UsageError("Give what shall stand there, or --no-fields or --no-sites; not both.")
    if (avatar and no_avatar) or (header and no_header):
        raise click.UsageError("Give a picture, or --no-avatar or --no-header; not both.")
    found = desk.ask(
        "profile",
        name=name,
        display_name=display_name,
        about=about,
        fields=[_pair(text) for text in fields] if fields or no_fields else None,
        approve_followers=approve_followers,
        discoverable=discoverable,
        indexable=indexable,
        hide_collections=hide_follows,
        bot=bot,
        autonomous=autonomous,
        hide_ai=hide_ai,
        attribution_domains=list(sites) if sites or no_sites else None,
        avatar=_picture(avatar, none=no_avatar),
        avatar_alt=avatar_alt,
        header=_picture(header, none=no_header),
        header_alt=header_alt,
    )
    show(found, as_json=as_json, otherwise=_said)


@click.command()
@click.argument("name")
@json_option
@pass_desk
def requests(desk: Desk, name: str, *, as_json: bool) -> None:
    """Show who asked to follow the account NAME and waits for an answer.

    Example: fediverse-node requests alice
    """
    show(desk.ask("requests", name=name), as_json=as_json, otherwise=_asked)


@click.command()
@click.argument("name")
@click.argument("handle")
@pass_desk
def accept(desk: Desk, name: str, handle: str) -> None:
    """Let HANDLE, who asked, follow the account NAME.

    Example: fediverse-node accept alice @bob@example.org
    """
    click.echo(f"{desk.ask('request.accept', name=name, handle=handle)['handle']} may follow.")


@click.command()
@click.argument("name")
@click.argument("handle")
@pass_desk
def reject(desk: Desk, name: str, handle: str) -> None:
    """Do not let HANDLE follow the account NAME, or no longer.

    Example: fediverse-node reject alice @bob@example.org
    """
    click.echo(f"{desk.ask('request.reject', name=name, handle=handle)['handle']} does not follow.")


@click.command()
@click.argument("name")
@click.argument("post")
@pass_desk
def pin(desk: Desk, name: str, post: str) -> None:
    """Show POST (its address or id) first on the profile of the account NAME. Up to five.

    Example: fediverse-node pin alice https://example.org/@alice/123
    """
    click.echo(f"Pinned: {desk.ask('pin', name=name, post=post)['uri']}")


@click.command()
@click.argument("name")
@click.argument("post")
@pass_desk
def unpin(desk: Desk, name: str, post: str) -> None:
    """Take POST (its address or id) down from the top of the profile of the account NAME.

    Example: fediverse-node unpin alice https://example.org/@alice/123
    """
    click.echo(f"Not pinned: {desk.ask('unpin', name=name, post=post)['uri']}")


@account.group()
def alias() -> None:
    """Other accounts of the same person, so that they can move here.

    Example: fediverse-node account alias list alice
    """


@alias.command("add")
@click.argument("name")
@click.argument("other")
@pass_desk
def add_alias(desk: Desk, name: str, other: str) -> None:
    """Say that OTHER (@user@host or an address) is the account NAME's, too.

    Example: fediverse-node account alias add alice @alice@old.example
    """
    click.echo(_aliases(desk.ask("account.alias", name=name, add=other)))


@alias.command("remove")
@click.argument("name")
@click.argument("other")
@pass_desk
def remove_alias(desk: Desk, name: str, other: str) -> None:
    """No longer say that OTHER is the account NAME's, too.

    Example: fediverse-node account alias remove alice @alice@old.example
    """
    click.echo(_aliases(desk.ask("account.alias", name=name, remove=other)))


@alias.command("list")
@click.argument("name")
@json_option
@pass_desk
def list_aliases(desk: Desk, name: str, *, as_json: bool) -> None:
    """Show the other accounts of the account NAME.

    Example: fediverse-node account alias list alice
    """
    show(desk.ask("account.alias", name=name), as_json=as_json, otherwise=_aliases)


_confirm = click.option("--confirm", default="", help="The account's name once more, instead of being asked.")


@account.command()
@click.argument("name")
@click.argument("target")
@_confirm
@pass_desk
def move(desk: Desk, name: str, target: str, *, confirm: str) -> None:
    """Move the account NAME to TARGET (@user@host), which has to name it as its alias first.

    Followers' servers are asked to follow TARGET. The account posts no more; what it said stays. This
    can be done once in thirty days.

    Example: fediverse-node account move alice @alice@new.example
    """
    confirm = confirm or click.prompt(f"To move, type the name of the account ({name})", err=True)
    moved = desk.ask("account.move", name=name, target=target, confirm=confirm)
    click.echo(f"{moved['handle']} has moved to {moved['moved_to']}.")


@account.command("cancel-move")
@click.argument("name")
@pass_desk
def cancel_move(desk: Desk, name: str) -> None:
    """Take back a move of the account NAME: it lives here, and posts, again.

    Followers that went along do not come back by themselves, and it cannot move again for thirty days
    after the move.

    Example: fediverse-node account cancel-move alice
    """
    click.echo(f"{desk.ask('account.cancel_move', name=name)['handle']} lives here again.")


@account.command()
@click.argument("name")
@_confirm
@pass_desk
def delete(desk: Desk, name: str, *, confirm: str) -> None:
    """Delete the account NAME and everything it said, for good. The name is never given again.

    Example: fediverse-node account delete alice
    """
    confirm = confirm or click.prompt(f"To delete for good, type the name of the account ({name})", err=True)
    gone = desk.ask("account.delete", name=name, confirm=confirm)
    click.echo(f"{gone['handle']} is deleted. Servers that are told: {gone['servers']}.")


def _picture(path: Path | None, *, none: bool) -> str | None:
    """A file in base64; empty to take the picture away; None leaves it."""
    if none:
        return ""
    return base64.b64encode(path.read_bytes()).decode() if path is not None else None


def _pair(text: str) -> list[str]:
    name, sign, value = text.partition("=")
    if not sign or not name.strip():
        raise click.BadParameter(f"“{text}” is not NAME=VALUE.", param_hint="--field")
    return [name.strip(), value.strip()]


def _said(found: JsonDict) -> str:
    fields = [f"  {name}: {value}" for name, value in found["fields"]]
    rest = {key: value for key, value in found.items() if key != "fields" and value not in (None, "", [], {})}
    return "\n".join([*(f"{key.replace('_', ' ')}: {_words(value)}" for key, value in rest.items()), *fields])


def _words(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(value) if isinstance(value, list | dict) else str(value)


def _asked(found: JsonDict) -> str:
    rows = [(entry["handle"], entry["since"]) for entry in found["requests"]]
    return table(rows, head=("who", "since")) if rows else "Nobody waits for an answer."


def _aliases(found: JsonDict) -> str:
    return "\n".join(found["aliases"]) or "No other accounts."
