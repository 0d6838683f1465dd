"""Who is asking: shared with the other door that apps use, so it stands in `web.bearers`."""

from __future__ import annotations

from fediverse_node.web.bearers import (
    Caller,
    Need,
    allows,
    app_caller,
    bearer_of,
    caller,
    note_use,
    viewer_of,
)

__all__ = ["Caller", "Need", "allows", "app_caller", "bearer_of", "caller", "note_use", "viewer_of"]
