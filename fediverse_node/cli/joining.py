"""`invite`, and of `account` what lets people in: who waits, who may moderate, links for new passwords."""

from __future__ import annotations

import click

from fediverse_node.cli.account import account
from fediverse_node.cli.desk import Desk, JsonDict, json_option, pass_desk, show, table


@click.group()
def invite() -> None:
    """Invitations: links by which people can join, also while the server is closed.

    Example: fediverse-node invite create --uses 5
    """


@invite.command("create")
@click.option(
    "--uses", type=click.IntRange(1, 1000), default=1, show_default=True, help="For so many people."
)
@click.option("--any-number", is_flag=True, help="For any number of people instead.")
@click.option("--days", type=click.IntRange(1, 365), default=7, show_default=True, help="For so many days.")
@click.option("--forever", is_flag=True, help="Without an end instead.")
@click.option("--note", default="", help="What it is for; only you see it.")
@json_option
@pass_desk
def create_invitation(
    desk: Desk, *, uses: int, any_number: bool, days: int, forever: bool, note: str, as_json: bool
) -> None:
    """Make an invitation, and print its link. Whoever has the link can join without being approved.

    Example: fediverse-node invite create --uses 5 --days 30 --note "the choir"
    """
    made = desk.ask(
        "invite.create", uses=None if any_number else uses, days=None if forever else days, note=note
    )
    show(made, as_json=as_json, otherwise=lambda found: str(found["link"]))


@invite.command("list")
@json_option
@pass_desk
def list_invitations(desk: Desk, *, as_json: bool) -> None:
    """Show all invitations, also those of people and those that work no more.

    Example: fediverse-node invite list
    """
    show(desk.ask("invite.list"), as_json=as_json, otherwise=_invitations)


@invite.command("revoke")
@click.argument("code")
@json_option
@pass_desk
def revoke_invitation(desk: Desk, code: str, *, as_json: bool) -> None:
    """Take the invitation CODE (or its link) back. Who came in by it stays.

    Example: fediverse-node invite revoke 6vZ1VbSh8mQyXw0L
    """
    found = desk.ask("invite.revoke", code=code)
    show(found, as_json=as_json, otherwise=lambda each: f"Nobody comes in by {each['code']} any more.")


@account.command("waiting")
@json_option
@pass_desk
def waiting(desk: Desk, *, as_json: bool) -> None:
    """Show who signed up and is not in yet.

    Example: fediverse-node account waiting
    """
    show(desk.ask("account.waiting"), as_json=as_json, otherwise=_waiting)


@account.command("approve")
@click.argument("name")
@json_option
@pass_desk
def approve(desk: Desk, name: str, *, as_json: bool) -> None:
    """Let NAME in, who signed up and waits for it.

    Example: fediverse-node account approve bob
    """
    show(desk.ask("account.approve", name=name), as_json=as_json, otherwise=_in)


@account.command("refuse")
@click.argument("name")
@json_option
@pass_desk
def refuse(desk: Desk, name: str, *, as_json: bool) -> None:
    """Do not let NAME in, who signed up and waits for it. The account goes, and its name is free.

    Example: fediverse-node account refuse bob
    """
    found = desk.ask("account.refuse", name=name)
    show(found, as_json=as_json, otherwise=lambda each: f"{each['handle']} is gone.")


@account.command("confirm")
@click.argument("name")
@click.option("--address", default="", help="Another address than the one they gave, or their first one.")
@json_option
@pass_desk
def confirm(desk: Desk, name: str, address: str, *, as_json: bool) -> None:
    """Say that the e-mail address of the account NAME is its owner's, as its own letter would.

    Example: fediverse-node account confirm bob --address bob@mail.example
    """
    show(desk.ask("account.confirm", name=name, address=address), as_json=as_json, otherwise=_in)


@account.command("reset-link")
@click.argument("name")
@json_option
@pass_desk
def reset_link(desk: Desk, name: str, *, as_json: bool) -> None:
    """Print a link by which NAME can choose a new password, once and within an hour. Hand it to nobody else.

    Example: fediverse-node account reset-link bob
    """
    found = desk.ask("account.reset_link", name=name)
    show(found, as_json=as_json, otherwise=lambda each: str(each["link"]))


@account.command("role")
@click.argument("name")
@click.argument("role", type=click.Choice(["none", "moderator", "owner"]))
@json_option
@pass_desk
def role(desk: Desk, name: str, role: str, *, as_json: bool) -> None:
    """Let NAME look after the server in apps that moderate, or no longer.

    A moderator cannot act upon moderators and owners; an owner can act upon moderators.

    Example: fediverse-node account role alice moderator
    """
    found = desk.ask("account.role", name=name, role=role)
    said = "may moderate no longer" if role == "none" else f"is {role} now"
    show(found, as_json=as_json, otherwise=lambda each: f"{each['handle']} {said}.")


@account.command("acts")
@json_option
@pass_desk
def acts(desk: Desk, *, as_json: bool) -> None:
    """Show what moderators did last, and what was done here about accounts.

    Example: fediverse-node account acts
    """
    show(desk.ask("account.acts"), as_json=as_json, otherwise=_acts)


def _in(found: JsonDict) -> str:
    return f"{found['handle']} " + ("still waits; see: account waiting." if found["waits"] else "is in.")


def _invitations(found: JsonDict) -> str:
    rows = [
        (
            each["code"],
            "yes" if each["works"] else "no",
            str(each["used"]),
            "any" if each["uses_left"] is None else str(each["uses_left"]),
            each["expires_at"] or "",
            each["by"] or "",
            each["note"],
        )
        for each in found["invitations"]
    ]
    head = ("code", "works", "used", "left", "until", "of", "note")
    return table(rows, head=head) if rows else "No invitations. Make one: invite create"


def _waiting(found: JsonDict) -> str:
    rows = [
        (
            each["name"],
            each["at"],
            " and ".join(word for word, holds in _waits_for(each) if holds),
            each["email"] or "",
            " ".join(each["reason"].split()),
        )
        for each in found["accounts"]
    ]
    return table(rows, head=("name", "since", "waits for", "e-mail", "reason")) if rows else "Nobody waits."


def _waits_for(each: JsonDict) -> tuple[tuple[str, bool], ...]:
    return (("approval", each["pending"]), ("confirmation", each["unconfirmed"]))


def _acts(found: JsonDict) -> str:
    rows = [
        (each["at"], each["by"] or "command line", each["action"], each["target"], each["note"])
        for each in found["acts"]
    ]
    return table(rows, head=("when", "by", "did", "to", "note")) if rows else "Nothing was done yet."
