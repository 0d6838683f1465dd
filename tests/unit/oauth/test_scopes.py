from __future__ import annotations

import pytest

from fediverse_node.kernel.errors import NotValid
from fediverse_node.oauth import scopes


@pytest.mark.parametrize(
    ("granted", "scope", "covered"),
    [
        ("read", "read", True),
        ("read", "read:accounts", True),
        ("read:accounts", "read", False),
        ("read:accounts", "read:statuses", False),
        ("write", "read", False),
        ("follow", "write:blocks", True),
        ("follow", "read:follows", True),
        ("follow", "write:statuses", False),
        ("follow", "write", False),
        ("write", "write:sameorigin", True),
        ("write:sameorigin", "write:sameorigin", True),
        ("write:sameorigin", "write:statuses", False),
        ("write:statuses", "write:sameorigin", False),
    ],
)
def test_what_includes_what(granted: str, scope: str, covered: bool) -> None:  # noqa: FBT001 a column of the table
    assert scopes.covers(granted.split(), scope) is covered


def test_all_of_several_have_to_be_covered() -> None:
    # OAU-10
    assert scopes.all_covered(["read", "write:statuses"], ["read:lists", "write:statuses"])
    assert not scopes.all_covered(["read", "write:statuses"], ["read", "write"])
    assert scopes.all_covered(["read"], [])


def test_scopes_are_taken_apart_once_each_in_their_order() -> None:
    assert scopes.split(" write  read write ") == ("write", "read")
    with pytest.raises(NotValid):
        scopes.split("read " * 500)


@pytest.mark.parametrize("unknown", ["admin", "admin:nothing", "write:sameorigin", "read:everything", "READ"])
def test_what_does_not_exist_is_named(unknown: str) -> None:
    with pytest.raises(NotValid, match=unknown):
        scopes.require_known(["read", unknown])
    scopes.require_known(["read", "write:statuses"])
