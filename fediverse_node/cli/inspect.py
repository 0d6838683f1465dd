"""`trace`, `hosts`, `deliveries` and `doctor`: did it arrive, how are the others, and is everything well?"""

from __future__ import annotations

import click

from fediverse_node.cli.desk import Desk, JsonDict, Refusal, json_option, pass_desk, show, table

_EVERY_HOST = "*"


@click.command()
@click.argument("post")
@click.option(
    "--retry",
    is_flag=False,
    flag_value=_EVERY_HOST,
    metavar="[HOST]",
    help="Try now what has not arrived or was given up, everywhere or at HOST. Write it behind POST.",
)
@click.option("--link", is_flag=True, help="Print the address of a page for the author, good for 15 minutes.")
@json_option
@pass_desk
def trace(desk: Desk, post: str, *, retry: str | None, link: bool, as_json: bool) -> None:
    """Show where POST (its address or id) was delivered, when, and with what answer.

    Example: fediverse-node trace https://example.org/@alice/123
    """
    if link:
        show(desk.ask("trace.link", post=post), as_json=as_json, otherwise=lambda made: str(made["url"]))
    elif retry is not None:
        host = None if retry == _EVERY_HOST else retry
        show(desk.ask("trace.retry", post=post, host=host), as_json=as_json, otherwise=_tried)
    else:
        show(desk.ask("trace", post=post), as_json=as_json, otherwise=_trace)


@click.command()
@click.argument("host", required=False)
@click.option("--all", "everyone", is_flag=True, help="Also servers with which all is well.")
@json_option
@pass_desk
def hosts(desk: Desk, host: str | None, *, everyone: bool, as_json: bool) -> None:
    """Show how delivery to other servers goes: those that want looking at, all of them, or HOST.

    Example: fediverse-node hosts --all
    """
    found = desk.ask("hosts", host=host, all=everyone)
    show(found, as_json=as_json, otherwise=_hosts if host is None else _host)


@click.command()
@click.option("--host", help="Those for this server.")
@click.option("--state", type=click.Choice(["waiting", "delivered", "failed"]), help="Those in this state.")
@click.option(
    "--limit", type=click.IntRange(1, 1000), default=50, show_default=True, help="How many to show."
)
@click.option("--below", metavar="ID", help="Older than the one with this id.")
@json_option
@pass_desk
def deliveries(
    desk: Desk, *, host: str | None, state: str | None, limit: int, below: str | None, as_json: bool
) -> None:
    """Show letters to other servers, the newest first.

    Example: fediverse-node deliveries --state failed
    """
    found = desk.ask("deliveries", host=host, state=state, limit=limit, below=below)
    show(found, as_json=as_json, otherwise=lambda each: _letters(each, nothing="There are no such letters."))


@click.command()
@json_option
@pass_desk
def doctor(desk: Desk, *, as_json: bool) -> None:
    """Look at everything that must be right for this server to work, and say what is not.

    It asks its own public address, as a stranger would: name, proxy, certificate, clock and signatures.

    Example: fediverse-node doctor
    """
    found = desk.ask("doctor")
    show(found, as_json=as_json, otherwise=_findings)
    if not found["well"]:
        raise Refusal("Something is not well; see above.")


def _trace(found: JsonDict) -> str:
    return _letters(
        found, nothing="This post was sent to no other server: it has no followers or mentions elsewhere."
    )


def _letters(found: JsonDict, *, nothing: str) -> str:
    if not found["deliveries"]:
        return nothing
    rows = [
        (
            row["type"],
            row["host"],
            row["state"],
            str(row["attempts"]),
            row["tried_at"] or "",
            _answer(row),
            f"{row['milliseconds']} ms" if row["milliseconds"] is not None else "",
            _next(row),
        )
        for row in found["deliveries"]
    ]
    return table(
        rows, head=("activity", "server", "state", "tries", "last tried", "answer", "took", "next try")
    )


def _answer(row: JsonDict) -> str:
    return " ".join(str(part) for part in (row["status"], row["error"]) if part)


def _next(row: JsonDict) -> str:
    if row["state"] != "waiting":
        return ""
    return row["next_try"] or "when the server answers again"


def _tried(made: JsonDict) -> str:
    if not made["hosts"]:
        return "There is nothing to try again: everything arrived, is on its way, or was withdrawn."
    return f"Trying now: {', '.join(made['hosts'])}."


def _hosts(found: JsonDict) -> str:
    if not found["hosts"]:
        return f"All is well with the {found['known']} servers that are known; --all shows them."
    rows = [
        (
            row["host"],
            row["state"],
            str(row["waiting"]),
            row["oldest"] or "",
            row["last_success"] or "",
            row["until"] or "",
            row["software"] or "",
            row["last_error"] or "",
        )
        for row in found["hosts"]
    ]
    head = ("server", "state", "waiting", "oldest", "last answered", "next probe", "software", "last error")
    return table(rows, head=head)


def _host(found: JsonDict) -> str:
    row = found["hosts"][0]
    return "\n".join(f"{name}: {value}" for name, value in row.items() if value not in (None, ""))


def _findings(found: JsonDict) -> str:
    marks = {"well": "ok", "remark": "--", "ill": "!!"}
    return "\n".join(f"{marks[each['state']]}  {each['what']}: {each['says']}" for each in found["findings"])
