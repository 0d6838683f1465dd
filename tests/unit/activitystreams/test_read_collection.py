from __future__ import annotations

import pytest

from fediverse_node.activitystreams.read_collection import read_collection
from fediverse_node.kernel.errors import NotValid


def test_a_collection_is_read_by_its_page() -> None:
    page = {"type": "CollectionPage", "items": ["https://a.example/1", {"id": "x"}, 5]}
    found = read_collection({"type": "Collection", "first": page, "items": ["u"] * 150, "totalItems": -1})
    assert (found.first, found.first_page) == (None, page)
    assert (len(found.items), found.total_items) == (100, None)
    assert read_collection(page).items == ("https://a.example/1", {"id": "x"})
    with pytest.raises(NotValid):
        read_collection({"type": "Note"})
