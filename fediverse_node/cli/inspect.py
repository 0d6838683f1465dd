"""`trace` and `doctor`: did it arrive, and is everything well?"""

from __future__ import annotations

import click

from fediverse_node.cli.desk import Desk, JsonDict, Refusal, json_option, pass_desk, show, table


@click.command()
@click.argument("post")
@json_option
@pass_desk
def trace(desk: Desk, post: str, *, as_json: bool) -> None:
    """Show where POST (its address or id) was delivered, when, and with what answer.

    Example: fediverse-node trace https://example.org/@alice/123
    """
    show(desk.ask("trace", post=post), as_json=as_json, otherwise=_deliveries)


@click.command()
@json_option
@pass_desk
def doctor(desk: Desk, *, as_json: bool) -> None:
    """Look at everything that must be right for this server to work, and say what is not.

    Example: fediverse-node doctor
    """
    found = desk.ask("doctor")
    show(found, as_json=as_json, otherwise=_findings)
    if not found["well"]:
        raise Refusal("Something is not well; see above.")


def _deliveries(found: JsonDict) -> str:
    if not found["deliveries"]:
        return "This post was sent to no other server: it has no followers or mentions elsewhere."
    rows = [
        (
            row["type"],
            row["host"],
            row["state"],
            str(row["attempts"]),
            str(row["status"] or row["error"] or ""),
            row["at"] or row["next_try"] or "",
            f"{row['milliseconds']} ms" if row["milliseconds"] is not None else "",
        )
        for row in found["deliveries"]
    ]
    return table(rows, head=("activity", "server", "state", "tries", "answer", "when", "took"))


def _findings(found: JsonDict) -> str:
    marks = {"well": "ok", "remark": "--", "ill": "!!"}
    return "\n".join(f"{marks[each['state']]}  {each['what']}: {each['says']}" for each in found["findings"])
