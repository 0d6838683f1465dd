"""The tag that says which picture stands for a `:code:` in a text (FEP-9098)."""

from __future__ import annotations

from fediverse_node.activitystreams import write
from fediverse_node.activitystreams.load import JsonDict
from fediverse_node.actors.addresses import Addresses


def tag(name: str, url: str, addresses: Addresses) -> JsonDict:
    """One of our emoji: *name* is `:code:`, *url* its picture, whose ending is its kind."""
    code, ending = name.strip(":"), url.rpartition(".")[2]
    return write.emoji(code, id_=addresses.emoji(code), url=url, media_type=f"image/{ending}")
