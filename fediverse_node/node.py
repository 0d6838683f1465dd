"""`Node`: the things with a lifecycle, and two values. Nothing else belongs here."""

from __future__ import annotations

from dataclasses import dataclass

from fediverse_node.assist.provider import ModelProvider
from fediverse_node.config.sections import Config
from fediverse_node.kernel.clock import Clock
from fediverse_node.outbound.client import Outbound
from fediverse_node.storage.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """What doors and workers are handed.

    Attributes:
        provider: the model behind assist; None while assist is off.
    """

    config: Config
    clock: Clock
    db: Database
    outbound: Outbound
    provider: ModelProvider | None
