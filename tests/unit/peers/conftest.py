from __future__ import annotations

from tests.fixtures.outbox import clock, db

__all__ = ["clock", "db"]
