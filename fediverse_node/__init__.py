"""fediverse-node: a federating social server that asks before anything is used for training."""

__version__ = "0.1.0"
