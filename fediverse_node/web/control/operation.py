"""What an operation is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from fediverse_node.node import Node

JsonDict = dict[str, Any]
#: Told a line about how far a long operation has come.
Progress = Callable[[str], None]


class Operation(Protocol):
    """A command of the operator: arguments in, a JSON object out. Errors are the kernel's."""

    def __call__(self, node: Node, arguments: JsonDict, progress: Progress) -> Awaitable[JsonDict]:
        """Do it."""
        ...
