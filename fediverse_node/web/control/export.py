"""The operation behind `export`."""

from __future__ import annotations

from pathlib import Path

from fediverse_node.export.dataset import export_dataset
from fediverse_node.node import Node
from fediverse_node.web.control.operation import JsonDict, Progress


async def write(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{out, include_ai_assisted?}` → `{out, rows, authors, sha256}`. The folder appears whole or not."""
    made = await export_dataset(
        node.db,
        node.config,
        Path(arguments["out"]),
        include_ai_assisted=bool(arguments.get("include_ai_assisted")),
        progress=progress,
    )
    return {"out": str(made.out), "rows": made.rows, "authors": made.authors, "sha256": made.sha256}
