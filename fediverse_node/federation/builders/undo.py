"""Undo: a Follow, Like or Announce is taken back."""

from __future__ import annotations

from fediverse_node.activitystreams import write
from fediverse_node.activitystreams.load import JsonDict
from fediverse_node.activitystreams.vocabulary import AS2


def document(undone: JsonDict, *, id_: str) -> JsonDict:
    """Takes back *undone*, which is embedded whole: Threads answers 500 to a bare id.

    Addressed as *undone* was.
    """
    inner = {name: value for name, value in undone.items() if name not in {"@context", "proof"}}
    return write.activity(
        "Undo",
        id_=id_,
        actor=undone["actor"],
        object_=inner,
        audience=(undone.get("to", []), undone.get("cc", [])),
        context=undone.get("@context", AS2),
    )
