from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fediverse_node.activitystreams.read_app import OAUTH, read_app
from fediverse_node.kernel.errors import NotValid

HOME = "https://farm.example/client"
CALLBACK = "https://farm.example/callback"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


@pytest.mark.parametrize("name", ["redirectURI", "oauth:redirectURI", f"{OAUTH}#redirectURI"])
@pytest.mark.parametrize("value", [CALLBACK, [CALLBACK], {"id": CALLBACK}, {"@list": [CALLBACK]}])
def test_the_address_for_answers_may_be_written_in_many_ways(name: str, value: Any) -> None:
    found = read_app({"id": HOME, "type": "Service", name: value})
    assert (found.id, found.redirect_uris) == (HOME, (CALLBACK,))


def test_texts_are_kept_by_language() -> None:
    found = read_app(
        {"id": HOME, "redirectURI": CALLBACK, "name": "Farm", "nameMap": {"AR": "مزرعة"}, "summary": " "}
    )
    assert found.name == {"": "Farm", "ar": "مزرعة"}
    assert found.summary == {}


@pytest.mark.parametrize(
    "document",
    [
        {"redirectURI": CALLBACK},
        {"id": HOME},
        {"id": 5, "redirectURI": CALLBACK},
        {"id": HOME, "redirectURI": 5},
    ],
)
def test_what_describes_no_app_is_refused(document: dict[str, Any]) -> None:
    with pytest.raises(NotValid):
        read_app(document)


@given(st.dictionaries(st.sampled_from(["id", "name", "nameMap", "summary", "redirectURI"]), JSON))
def test_whatever_comes_is_read_or_refused(document: dict[str, Any]) -> None:
    try:
        found = read_app(document)
    except NotValid:
        return
    assert found.redirect_uris
    assert all(isinstance(text, str) for text in (*found.name.values(), *found.summary.values()))
