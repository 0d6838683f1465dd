"""The front desk: `fediverse-node COMMAND`.

What it knows: words for people at a terminal, exit codes, where the configuration is.
Who may enter: the operator.
What it never does: the work itself; every command asks an operation or the composition root.
"""

from fediverse_node.cli.main import main

__all__ = ["main"]
