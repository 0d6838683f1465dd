"""Who is named, and by what."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from fediverse_node.actors.model import Actor
from fediverse_node.consent.model import Credit, Entry
from fediverse_node.export.credit import name_of

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
ALICE = Actor(
    id=2,
    uri="https://alpha.example/users/alice",
    local=True,
    type="Person",
    username="alice",
    domain="alpha.example",
    inbox="x",
    name=" Alice\u202e of the  river ",
    created_at=NOW,
    updated_at=NOW,
)


def a_yes(credit: Credit | None) -> Entry:
    return Entry(
        seq=1,
        at=NOW,
        kind="grant",
        actor_uri=ALICE.uri,
        object_uri=f"{ALICE.uri}/posts/1",
        revision="a" * 64,
        purposes=("train-ai", "dataset"),
        terms_id="training-3",
        terms_sha256="b" * 64,
        method="page",
        credit=credit,
    )


@pytest.mark.parametrize(
    ("credit", "shown"),
    [(None, None), ("handle", "@alice@alpha.example"), ("name", "Alice of the  river")],
)
def test_an_author_is_named_as_they_said_and_else_not_at_all(credit: Credit | None, shown: str) -> None:
    assert name_of(a_yes(credit), ALICE) == shown


def test_who_has_no_name_is_named_by_the_handle() -> None:
    assert name_of(a_yes("name"), replace(ALICE, name="")) == "@alice@alpha.example"
