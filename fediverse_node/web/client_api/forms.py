"""What a client sent: shared with the doors of OAuth, so it stands in `web.forms`."""

from __future__ import annotations

from fediverse_node.web.forms import Fields, Value, nest, query_values, sent_fields

__all__ = ["Fields", "Value", "nest", "query_values", "sent_fields"]
