"""The reference of the client API says what the table of routes says: WRITE_GOLDEN=1 writes it anew."""

from __future__ import annotations

import os
from pathlib import Path

from fediverse_node.web.client_api.routes import TABLE
from fediverse_node.web.client_api.table import Route

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "client-api.md"
HEAD = "| route | scope | |\n|---|---|---|\n"


def row(route: Route) -> str:
    handler = route.reader or route.actor or route.plain
    assert handler is not None
    assert handler.__doc__, f"{route.path} does not say what it is for"
    scope = f"`{route.need.scope}`" if route.need.scope else "any"
    if route.need.or_scope:
        scope += f" or `{route.need.or_scope}`"
    who = "" if route.need.person else " (or nobody)"
    who = " of an app itself" if route.need.app else ", for moderators" if route.need.role else who
    first = " ".join(handler.__doc__.strip().split("\n\n")[0].split()).replace("|", "\\|")
    return f"| `{route.method} {route.path}` | {scope}{who} | {first} |\n"


def test_every_route_stands_in_the_reference_with_its_scope() -> None:
    before, head, found = PAGE.read_text().partition(HEAD)
    assert head, "the page has lost its table"
    table = "".join(sorted(map(row, TABLE), key=lambda line: (line.split("`")[1].split()[1], line)))
    if os.environ.get("WRITE_GOLDEN"):
        PAGE.write_text(before + head + table)
    else:
        assert found == table
