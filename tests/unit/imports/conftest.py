from __future__ import annotations

from tests.fixtures.outbox import alice, clock, db, desk, outbound

__all__ = ["alice", "clock", "db", "desk", "outbound"]
