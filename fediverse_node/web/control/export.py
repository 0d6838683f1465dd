"""The operation behind `export`."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TypeVar

import msgspec

from fediverse_node.datasets import records
from fediverse_node.export.dataset import Form, export_dataset
from fediverse_node.export.filters import Filters
from fediverse_node.kernel.errors import NotValid
from fediverse_node.node import Node
from fediverse_node.web.control.operation import JsonDict, Progress

T = TypeVar("T")


async def write(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{out, filters?, form?, ended?, anew?}` → `{out, rows, authors, sha256}`. The folder appears whole."""
    made = await export_dataset(
        node.db,
        node.config,
        Path(arguments["out"]),
        filters=_read(arguments.get("filters") or {}, Filters),
        form=_read(arguments.get("form") or {}, Form),
        ended=_read(arguments.get("ended") or [], list[str]),
        anew=bool(arguments.get("anew")),
        progress=progress,
    )
    asked = {name: arguments.get(name) or {} for name in ("filters", "form")}
    asked |= {"ended": len(arguments.get("ended") or [])}
    noting = partial(records.add, asked=asked, rows=made.rows, authors=made.authors, sha256=made.sha256)
    await node.db.write(noting)
    return {"out": str(made.out), "rows": made.rows, "authors": made.authors, "sha256": made.sha256}


def _read(asked: object, kind: type[T]) -> T:
    try:
        return msgspec.convert(asked, kind)
    except msgspec.ValidationError as error:
        raise NotValid(f"This cannot be asked for: {error}.") from error
