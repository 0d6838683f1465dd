from __future__ import annotations

import pytest
import sqlalchemy as sa

from fediverse_node.consent import decisions, queries
from fediverse_node.consent.model import Subject
from fediverse_node.storage.tx import Tx

ALICE = "https://alpha.example/users/alice"
POST = Subject(
    object_uri=f"{ALICE}/posts/1", author_uri=ALICE, revision="a" * 64, public=True, own=True, present=True
)


@pytest.mark.parametrize("change", ["UPDATE consent_ledger SET kind = 'deny'", "DELETE FROM consent_ledger"])
def test_the_database_itself_refuses_to_change_or_remove_a_line(tx: Tx, change: str) -> None:
    line = decisions.decide(tx, POST, actor_uri=ALICE, kind="grant", method="page")

    with (
        pytest.raises(sa.exc.DBAPIError, match="the consent ledger is only ever added to"),
        tx.connection.begin_nested(),
    ):
        tx.execute(sa.text(change))

    assert queries.history(tx, POST.object_uri) == [line]
    assert decisions.decide(tx, POST, actor_uri=ALICE, kind="withdraw", method="page").seq > line.seq
