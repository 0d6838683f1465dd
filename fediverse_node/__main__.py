"""`python -m fediverse_node` is the same as `fediverse-node`."""

from fediverse_node.cli import main

main()
