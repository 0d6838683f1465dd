"""`block`, `unblock`, `report`, `reports`, `domain`, and `account suspend`: keeping a server's peace."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from fediverse_node.cli.account import account
from fediverse_node.cli.desk import Desk, JsonDict, Refusal, json_option, note, pass_desk, show, table


@click.command()
@click.argument("name")
@click.argument("handle")
@json_option
@pass_desk
def block(desk: Desk, name: str, handle: str, *, as_json: bool) -> None:
    """Let the account NAME block HANDLE (@user@host): neither sees, follows or reaches the other.

    Example: fediverse-node block alice @bob@example.org
    """
    found = desk.ask("block", name=name, handle=handle)
    show(found, as_json=as_json, otherwise=lambda made: f"Blocked {made['handle']}.")


@click.command()
@click.argument("name")
@click.argument("handle")
@json_option
@pass_desk
def unblock(desk: Desk, name: str, handle: str, *, as_json: bool) -> None:
    """Let the account NAME block HANDLE no longer. Follows that ended do not come back.

    Example: fediverse-node unblock alice @bob@example.org
    """
    found = desk.ask("unblock", name=name, handle=handle)
    show(found, as_json=as_json, otherwise=lambda made: f"{made['handle']} is no longer blocked.")


@click.command()
@click.argument("name")
@click.argument("handle")
@click.option(
    "--post", "posts", multiple=True, help="The address or id of a post it is about; may be repeated."
)
@click.option("--comment", default="", help="What is wrong.")
@click.option("--forward", is_flag=True, help="Tell the other server, too, without saying who reports.")
@json_option
@pass_desk
def report(
    desk: Desk,
    name: str,
    handle: str,
    *,
    posts: tuple[str, ...],
    comment: str,
    forward: bool,
    as_json: bool,
) -> None:
    """Let the account NAME report HANDLE to whoever runs this server.

    Example: fediverse-node report alice @bob@example.org --comment "advertising" --forward
    """
    made = desk.ask("report", name=name, handle=handle, posts=list(posts), comment=comment, forward=forward)
    show(made, as_json=as_json, otherwise=lambda found: f"Reported {found['about']} as report {found['id']}.")


@click.group()
def reports() -> None:
    """What people here and other servers reported.

    Example: fediverse-node reports list
    """


@reports.command("list")
@click.option("--closed", is_flag=True, help="Those that were closed instead of those that are open.")
@json_option
@pass_desk
def list_reports(desk: Desk, *, closed: bool, as_json: bool) -> None:
    """Show open reports, the newest first.

    Example: fediverse-node reports list --json
    """
    show(desk.ask("reports.list", closed=closed), as_json=as_json, otherwise=_reports)


@reports.command("show")
@click.argument("number")
@json_option
@pass_desk
def show_report(desk: Desk, number: str, *, as_json: bool) -> None:
    """Show the report NUMBER with the posts it names.

    Example: fediverse-node reports show 116589123456789012
    """
    show(desk.ask("reports.show", id=number), as_json=as_json, otherwise=_one)


@reports.command("close")
@click.argument("number")
@json_option
@pass_desk
def close_report(desk: Desk, number: str, *, as_json: bool) -> None:
    """Mark the report NUMBER as dealt with. Nobody is told.

    Example: fediverse-node reports close 116589123456789012
    """
    found = desk.ask("reports.close", id=number)
    show(found, as_json=as_json, otherwise=lambda each: f"Closed report {each['id']}.")


@click.group()
def domain() -> None:
    """Servers that are silenced or shut out.

    Example: fediverse-node domain list
    """


@domain.command("block")
@click.argument("name")
@click.option(
    "--severity",
    type=click.Choice(["silence", "suspend", "noop"]),
    default="suspend",
    show_default=True,
    help="silence: heard by followers only. suspend: nothing goes in or out.",
)
@click.option("--reject-media", is_flag=True, help="Show none of its pictures and files.")
@click.option("--reject-reports", is_flag=True, help="Take no reports from it.")
@click.option("--comment", default="", help="Why; everybody can read it.")
@click.option("--obfuscate", is_flag=True, help="Hide a part of its name in the public list.")
@json_option
@pass_desk
def block_domain(  # noqa: PLR0913 one parameter for each option of the command
    desk: Desk,
    name: str,
    *,
    severity: str,
    reject_media: bool,
    reject_reports: bool,
    comment: str,
    obfuscate: bool,
    as_json: bool,
) -> None:
    """Make a rule for the server NAME and those below it. Follows end at once when it is suspended.

    Example: fediverse-node domain block spam.example --severity suspend --comment "spam"
    """
    made = desk.ask(
        "domain.block",
        domain=name,
        severity=severity,
        reject_media=reject_media,
        reject_reports=reject_reports,
        comment=comment,
        obfuscate=obfuscate,
    )
    show(
        made,
        as_json=as_json,
        otherwise=lambda found: (
            f"{found['domain']}: {found['severity']}. {found['hidden']} accounts were hidden, "
            f"{found['turned_back']} letters were not sent."
        ),
    )


@domain.command("unblock")
@click.argument("name")
@json_option
@pass_desk
def unblock_domain(desk: Desk, name: str, *, as_json: bool) -> None:
    """Take the rule for the server NAME back. Follows that ended do not come back.

    Example: fediverse-node domain unblock spam.example
    """
    found = desk.ask("domain.unblock", domain=name)
    show(
        found,
        as_json=as_json,
        otherwise=lambda made: (
            f"No rule for {made['domain']} any more; {made['shown']} accounts are shown again."
        ),
    )


@domain.command("list")
@json_option
@pass_desk
def list_domains(desk: Desk, *, as_json: bool) -> None:
    """Show the rules for servers.

    Example: fediverse-node domain list
    """
    show(desk.ask("domain.list"), as_json=as_json, otherwise=_domains)


@domain.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only say what would change.")
@json_option
@pass_desk
def import_domains(desk: Desk, file: Path, *, dry_run: bool, as_json: bool) -> None:
    """Take over the rules in FILE, a list as Mastodon exports it. Rules that are not in it stay.

    Lines that cannot be used are named, and the others are taken; then the exit code is 1.

    Example: fediverse-node domain import blocks.csv --dry-run
    """
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Refusal(f"{file} cannot be read as UTF-8 text.") from error
    made = desk.ask("domain.import", csv=text, dry_run=dry_run)
    show(made, as_json=as_json, otherwise=_imported)
    for each in made["refused"]:
        note(f"{file}, line {each['line']}: “{each['text']}” cannot be used. {each['reason']}")
    if made["refused"]:
        raise Refusal(f"{len(made['refused'])} lines could not be used; see above.")


@domain.command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path, allow_dash=True))
@pass_desk
def export_domains(desk: Desk, file: Path) -> None:
    """Write the rules to FILE (- for standard output), as Mastodon imports them.

    Example: fediverse-node domain export blocks.csv
    """
    found = desk.ask("domain.list")
    if str(file) == "-":
        sys.stdout.write(found["csv"])
        return
    try:
        file.write_text(found["csv"], encoding="utf-8")
    except OSError as error:
        raise Refusal(f"{file} cannot be written: {error.strerror}.") from error
    note(f"Wrote {len(found['domains'])} rules to {file}.")


@click.command("ai-filter")
@click.argument("hides", type=click.Choice(["off", "autonomous", "all"]), required=False)
@json_option
@pass_desk
def ai_filter(desk: Desk, hides: str | None, *, as_json: bool) -> None:
    """Show or set which posts of AI the public timelines of this server leave out.

    autonomous: what says that AI wrote it and nobody reviewed it. all: also what says that AI helped. Home
    timelines are their owners' matter: see `profile NAME --hide-ai`.

    Example: fediverse-node ai-filter autonomous
    """
    found = desk.ask("ai_filter", hides=hides)
    show(found, as_json=as_json, otherwise=lambda made: f"Public timelines hide of AI: {made['hides']}")


@account.command("suspend")
@click.argument("handle")
@json_option
@pass_desk
def suspend(desk: Desk, handle: str, *, as_json: bool) -> None:
    """Suspend HANDLE, here (alice) or elsewhere (@bob@example.org): shown nowhere, taken from no more.

    Example: fediverse-node account suspend @bob@example.org
    """
    found = desk.ask("account.suspend", handle=handle)
    show(found, as_json=as_json, otherwise=lambda each: f"Suspended {each['handle']}.")


@account.command("unsuspend")
@click.argument("handle")
@json_option
@pass_desk
def unsuspend(desk: Desk, handle: str, *, as_json: bool) -> None:
    """Let HANDLE act and be shown again.

    Example: fediverse-node account unsuspend @bob@example.org
    """
    found = desk.ask("account.unsuspend", handle=handle)
    show(found, as_json=as_json, otherwise=_unsuspended)


def _unsuspended(found: JsonDict) -> str:
    if found["suspended"]:
        return f"{found['handle']} stays hidden while its server is shut out."
    return f"{found['handle']} is no longer suspended."


def _reports(found: JsonDict) -> str:
    rows = [
        (each["id"], each["at"], each["from"], each["about"], each["comment"]) for each in found["reports"]
    ]
    return table(rows, head=("number", "when", "from", "about", "comment")) if rows else "No reports."


def _one(found: JsonDict) -> str:
    said = {key: value for key, value in found.items() if value not in (None, "", [], False)}
    return "\n".join(f"{key.replace('_', ' ')}: {_words(value)}" for key, value in said.items())


def _words(value: object) -> str:
    return "yes" if value is True else ", ".join(value) if isinstance(value, list) else str(value)


def _domains(found: JsonDict) -> str:
    rows = [
        (each["domain"], each["severity"], "yes" if each["reject_media"] else "", each["public_comment"])
        for each in found["domains"]
    ]
    return table(rows, head=("server", "severity", "no media", "comment")) if rows else "No rules."


def _imported(found: JsonDict) -> str:
    rows = [(each["change"], each["domain"], each["severity"]) for each in found["changes"]]
    if not rows:
        return "Nothing to change."
    done = "would change" if found["dry_run"] else "changed"
    return f"{table(rows, head=('change', 'server', 'severity'))}\nRules that {done}: {len(rows)}."
