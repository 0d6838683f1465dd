from __future__ import annotations

from pathlib import Path

import pytest

from fediverse_node.kernel.errors import NotValid
from fediverse_node.storage.engine import sqlite_path


def test_a_sqlite_address_names_a_file() -> None:
    assert sqlite_path("sqlite:///data/node.db") == Path("data/node.db")


def test_a_postgresql_address_names_none() -> None:
    assert sqlite_path("postgresql://node@localhost/node") is None


@pytest.mark.parametrize("url", ["", "node.db", "mysql://host/name", "sqlite://"])
def test_anything_else_is_refused_with_the_key_named(url: str) -> None:
    with pytest.raises(NotValid, match=r"database\.url"):
        sqlite_path(url)
