"""The check of answers against Mastodon's description can fail, and fails for the right reasons."""

from __future__ import annotations

import json
from typing import Any

import pytest

from fediverse_node.web.client_api.routes import TABLE
from tests.fixtures.described import EXEMPT, OWN_PATHS, Description, description

LIST = {"id": "1", "title": "friends", "replies_policy": "list", "exclusive": False}


@pytest.fixture
def known() -> Description:
    found = description()
    if found is None:
        pytest.skip("the OpenAPI document is not on this machine")
    return found


def faults(
    known: Description, value: Any, *, path: str = "/api/v1/lists/{id}", status: int = 200
) -> list[str]:
    return known.faults("GET", path, status, json.dumps(value).encode())


def test_what_fits_fits_with_fields_of_ours_beside(known: Description) -> None:
    assert faults(known, LIST) == faults(known, {**LIST, "fediverse_node": {"a": 1}}) == []
    assert faults(known, {"error": "There is no such list."}, status=404) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {**LIST, "id": 1},
        {**LIST, "title": None},
        {**LIST, "replies_policy": "all"},
        {name: value for name, value in LIST.items() if name != "exclusive"},
        [LIST],
    ],
)
def test_what_does_not_fit_is_a_fault_each_time(known: Description, wrong: Any) -> None:
    assert faults(known, LIST) == []
    assert len(faults(known, wrong)) == len(faults(known, wrong)) == 1


def test_what_was_seen_hides_no_other_moment_or_address(known: Description) -> None:
    marker = {"last_read_id": "1", "version": 1, "updated_at": "2026-05-01T00:00:00.000Z"}
    path = "/api/v1/markers"
    assert faults(known, {"home": marker}, path=path) == []
    assert len(faults(known, {"home": {**marker, "updated_at": "2026-05-01T00:00:00Z"}}, path=path)) == 1


def test_each_route_is_mastodons_or_said_not_to_be(known: Description) -> None:
    # What the description leaves out, though Mastodon has it: administration, and names of former versions.
    left_out = ("/api/v1/admin/", "/api/v2/admin/")
    of_others = {
        "GET /api/v1/emails/check_confirmation",
        "GET /api/v1/notifications/policy",
        "GET /api/v1/trends",
        "PATCH /api/v1/notifications/policy",
        "POST /api/v1/conversations/{id}/unread",
        "PUT /api/v1/notifications/policy",
        "PUT /api/v2/notifications/policy",
    }
    strangers = {
        f"{route.method} {route.path}"
        for route in TABLE
        if not known.knows(route.method, route.path) and not route.path.startswith((*OWN_PATHS, *left_out))
    }
    assert strangers <= of_others
    assert all(known.knows(*exempt.split()) for exempt in EXEMPT)
