"""What an operator does for people who cannot sign in, or should not be signed in any more."""

from __future__ import annotations

import click

from fediverse_node.cli.desk import Desk, JsonDict, json_option, pass_desk, show, table


@click.command("sessions")
@click.argument("name")
@click.option("--end", is_flag=True, help="Sign the account out of every browser and app.")
@json_option
@pass_desk
def list_sessions(desk: Desk, name: str, *, end: bool, as_json: bool) -> None:
    """Show where the account NAME is signed in, and how it signs in; or end all of it.

    Example: fediverse-node account sessions alice --end
    """
    if end:
        done = desk.ask("account.sessions.end", name=name)
        show(done, as_json=as_json, otherwise=_ended)
        return
    show(desk.ask("account.sessions", name=name), as_json=as_json, otherwise=_sessions)


@click.group("second-factor")
def second_factor() -> None:
    """The code that an account asks for beside its password.

    Example: fediverse-node account second-factor remove alice
    """


@second_factor.command("remove")
@click.argument("name")
@pass_desk
def remove_second_factor(desk: Desk, name: str) -> None:
    """Let the password of the account NAME be enough again, for whoever lost their codes.

    Make sure that it is them who ask.

    Example: fediverse-node account second-factor remove alice
    """
    done = desk.ask("account.second_factor.remove", name=name)
    removed = "No code is asked for any more." if done["removed"] else "No code was asked for."
    click.echo(f"{done['handle']}: {removed}")


@click.group()
def passkeys() -> None:
    """What an account signs in with in place of its password.

    Example: fediverse-node account passkeys remove alice
    """


@passkeys.command("remove")
@click.argument("name")
@pass_desk
def remove_passkeys(desk: Desk, name: str) -> None:
    """Remove every passkey of the account NAME, for whoever lost a device.

    Example: fediverse-node account passkeys remove alice
    """
    done = desk.ask("account.passkeys.remove", name=name)
    click.echo(f"{done['handle']}: removed {done['removed']} passkeys.")


def _ended(found: JsonDict) -> str:
    return f"{found['handle']} is signed out everywhere; browsers: {found['signed_out']}."


def _sessions(found: JsonDict) -> str:
    rows = [("browser", each["browser"], each["since"], each["last_used"]) for each in found["sessions"]]
    rows += [("app", each["name"], each["since"], "") for each in found["apps"]]
    lines = [table(rows, head=("kind", "name", "since", "last used")) if rows else "Signed in nowhere."]
    lines.append(f"Second factor: {'yes' if found['second_factor'] else 'no'}.")
    lines.append(f"Passkeys: {', '.join(found['passkeys']) or 'none'}.")
    return "\n".join(lines)
