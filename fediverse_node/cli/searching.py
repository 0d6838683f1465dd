"""`search`: the index of posts."""

from __future__ import annotations

import click

from fediverse_node.cli.desk import Desk, JsonDict, json_option, pass_desk, show


@click.group()
def search() -> None:
    """The index by which posts are found by their words.

    Example: fediverse-node search status
    """


@search.command()
@json_option
@pass_desk
def status(desk: Desk, *, as_json: bool) -> None:
    """Show how many posts can be found by their words, and how far the index has come.

    Example: fediverse-node search status --json
    """
    show(desk.ask("search.status"), as_json=as_json, otherwise=_status)


@search.command()
@json_option
@pass_desk
def rebuild(desk: Desk, *, as_json: bool) -> None:
    """Empty the index and fill it anew, the newest posts first.

    Meanwhile older posts are not found yet. When it is interrupted, a running server goes on with it.

    Example: fediverse-node search rebuild
    """
    show(desk.ask("search.rebuild"), as_json=as_json, otherwise=_status)


def _status(found: JsonDict) -> str:
    posts = f"{found['posts']} posts can be found by their words."
    if not found["begun"]:
        return f"{posts} The index is begun when the server runs."
    if found["left_before"]:
        return f"{posts} Those before {found['left_before']} are still to be added."
    return f"{posts} The index is complete."
