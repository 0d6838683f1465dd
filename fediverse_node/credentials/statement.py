"""The words of a manifest of ours: what was done to a picture, and what may be done with it.

Sources: C2PA 2.x “Actions”, CAWG Training and Data Mining Assertion 1.1.
"""

from __future__ import annotations

from typing import Any, Final

from fediverse_node import __version__
from fediverse_node.credentials.model import Making

_SENT: Final = "sent"
_USES: Final = ("ai_generative_training", "ai_inference", "ai_training", "data_mining")


Manifest = dict[str, Any]


def manifest(making: Making, *, constraint: str, carries: bool, resized: bool) -> Manifest:
    """The manifest of one file.

    Args:
        making: how the picture was made, as far as what goes along does not say so.
        constraint: who is asked what may be done with it.
        carries: the manifest that it came with goes along, and says what was done before.
        resized: it is smaller than what was sent.
    """
    made: Manifest = {
        "claim_generator_info": [{"name": "fediverse-node", "version": __version__}],
        "assertions": [
            {"label": "c2pa.actions.v2", "data": {"actions": _actions(making, carries, resized)}},
            {"label": "cawg.training-mining", "data": {"entries": _entries(constraint)}},
        ],
    }
    if making.part != "made" and not carries:
        # What was sent is named, and nothing of it is kept: it may say where and by whom it was taken.
        described = {"title": "as it was sent", "relationship": "parentOf", "label": _SENT}
        made["ingredients"] = [described]
    return made


def _actions(making: Making, carries: bool, resized: bool) -> list[dict[str, Any]]:  # noqa: FBT001 as in `manifest`
    agent = {"softwareAgent": {"name": making.tool}} if making.tool else {}
    opened: Manifest = {"action": "c2pa.opened", "parameters": {"ingredientIds": [_SENT]}}
    if making.part == "made" and not carries:
        done: list[Manifest] = [{"action": "c2pa.created", "digitalSourceType": making.source, **agent}]
    else:
        done = [opened]
        if making.source is not None:
            done.append({"action": "c2pa.edited", "digitalSourceType": making.source, **agent})
    return [*done, *([{"action": "c2pa.resized"}] if resized else []), {"action": "c2pa.transcoded"}]


def _entries(constraint: str) -> dict[str, Any]:
    # Never a yes and never a plain no: the file outlives the decision (see `packet`).
    return {f"cawg.{use}": {"use": "constrained", "constraint_info": constraint} for use in _USES}
