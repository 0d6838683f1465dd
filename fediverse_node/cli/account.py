"""`account` and `token`."""

from __future__ import annotations

import sys

import click

from fediverse_node.cli.desk import Desk, JsonDict, Refusal, json_option, pass_desk, show, table


@click.group()
def account() -> None:
    """People who sign in here.

    Example: fediverse-node account list
    """


@account.command()
@click.argument("name")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@json_option
@pass_desk
def create(desk: Desk, name: str, *, password_stdin: bool, as_json: bool) -> None:
    """Make the account NAME.

    Example: fediverse-node account create alice --password-stdin < password.txt
    """
    made = desk.ask("account.create", name=name, password=_password() if password_stdin else None)
    show(made, as_json=as_json, otherwise=lambda found: f"Made {found['handle']}: {found['page']}")


@account.command("list")
@json_option
@pass_desk
def list_accounts(desk: Desk, *, as_json: bool) -> None:
    """Show all accounts.

    Example: fediverse-node account list --json
    """
    show(desk.ask("account.list"), as_json=as_json, otherwise=_accounts)


@account.command()
@click.argument("name")
@click.option("--password-stdin", is_flag=True, required=True, help="Read it from standard input.")
@json_option
@pass_desk
def password(desk: Desk, name: str, *, password_stdin: bool, as_json: bool) -> None:
    """Set the password of the account NAME, and sign it out of every browser and app.

    Example: fediverse-node account password alice --password-stdin < password.txt
    """
    del password_stdin  # There is no other way: arguments stand in histories and process lists.
    changed = desk.ask("account.password", name=name, password=_password())
    show(changed, as_json=as_json, otherwise=lambda found: f"{found['handle']} has a new password.")


@click.group()
def token() -> None:
    """Access tokens for apps and scripts.

    Example: fediverse-node token create alice --scopes "read write"
    """


@token.command("create")
@click.argument("name")
@click.option("--scopes", default="read write follow push", show_default=True, help="What the token may do.")
@click.option("--app", default="", help="A name to recognise it by.")
@pass_desk
def create_token(desk: Desk, name: str, scopes: str, app: str) -> None:
    """Make a token for the account NAME, and print it. It cannot be shown again.

    Example: fediverse-node token create alice --scopes "read write follow push"
    """
    click.echo(desk.ask("token.create", name=name, scopes=scopes, app=app)["token"])


def _password() -> str:
    found = sys.stdin.readline().rstrip("\r\n")
    if not found:
        raise Refusal("Standard input holds no password. Write it there, for instance with < password.txt.")
    return found


def _accounts(found: JsonDict) -> str:
    rows = [(entry["handle"], entry["created_at"], entry["page"]) for entry in found["accounts"]]
    return (
        table(rows, head=("account", "since", "page"))
        if rows
        else "No accounts yet. Make one: account create NAME"
    )
