"""Seals what everybody may read; the sealing itself is `delivery.sealing`."""

from __future__ import annotations

from fediverse_node.federation.delivery.sealing import DATA_INTEGRITY, seal

__all__ = ["DATA_INTEGRITY", "seal"]
