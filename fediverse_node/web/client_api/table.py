"""What a row of the table of routes is, and how rows that ask the same of their caller are written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fediverse_node.web.client_api.auth import Need
from fediverse_node.web.client_api.door import Actor, Handler, Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One way into the API.

    Attributes:
        reader: for GET. actor: else, and for the search.
        plain: speaks HTTP itself, and looks at its caller itself, by the same `need`.
        files: fields of a multipart form that may hold a file, for one that acts.
    """

    method: str
    path: str
    need: Need
    reader: Reader | None = None
    actor: Actor | None = None
    plain: Handler | None = None
    files: frozenset[str] = frozenset()


def gets(scope: str, readers: dict[str, Reader], *, person: bool = True) -> Iterator[Route]:
    """Rows of handlers that read, by path."""
    for path, reader in readers.items():
        need = Need(scope=scope, person=person)
        yield Route(method="GET", path=f"/api/{path}", need=need, reader=reader)


def acts(
    scope: str, actors: dict[str, Actor], *, method: str = "POST", person: bool = True
) -> Iterator[Route]:
    """Rows of handlers that change something, or ask another server, by path."""
    for path, actor in actors.items():
        need = Need(scope=scope, person=person)
        yield Route(method=method, path=f"/api/{path}", need=need, actor=actor)
