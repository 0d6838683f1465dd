"""Values the oauth room hands out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessToken:
    """What a bearer token stands for. The token itself is nowhere; only its hash is stored.

    Attributes:
        scopes: as granted: `read`, `write:statuses`, … A plain scope includes its finer ones.
    """

    id: int
    account_id: int
    scopes: frozenset[str]
    app_name: str
    created_at: datetime

    def allows(self, scope: str) -> bool:
        """Whether this token may do what needs *scope* (`write:statuses` is also granted by `write`)."""
        return scope in self.scopes or scope.partition(":")[0] in self.scopes
