"""What the operator sees of the index, and making it anew."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from click.testing import CliRunner

from fediverse_node.cli.main import main
from fediverse_node.cli.searching import _status
from fediverse_node.federation.outbox.publish import Draft, publish
from fediverse_node.search import indexing
from fediverse_node.web.control import searching
from fediverse_node.web.control.routes import OPERATIONS
from tests.fixtures.nodes import LiveNode


async def test_the_index_is_looked_at_and_made_anew(alpha: LiveNode, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "_SAY_EVERY", 2)
    monkeypatch.setattr(indexing, "BATCH", 2)
    monkeypatch.setattr(indexing, "LAG", timedelta(0))
    alice = await alpha.add_person("alice")
    for number in range(5):
        await publish(alpha.desk, alice.actor, Draft(text=f"word {number}"))
    lines: list[str] = []

    async def do(operation: str) -> dict[str, Any]:
        return await OPERATIONS[operation](alpha.node, {}, lines.append)

    assert await do("search.status") == {"posts": 0, "begun": False, "left_before": None}
    assert (await searching.look(alpha.node)).state == "remark"
    complete = {"posts": 5, "begun": True, "left_before": None}
    assert await do("search.rebuild") == complete
    assert await do("search.rebuild") == await do("search.status") == complete
    assert "4 posts gone through." in lines
    assert (await searching.look(alpha.node)).state == "well"
    await alpha.node.db.write(indexing.begin_anew)
    await indexing.Indexer(alpha.node.db)._batch()
    assert (await do("search.status"))["left_before"] is not None
    assert "still to be added" in (await searching.look(alpha.node)).says


def test_a_status_says_how_far_it_has_come() -> None:
    found = {"posts": 3, "begun": True, "left_before": None}
    assert _status(found) == "3 posts can be found by their words. The index is complete."
    assert "2024" in _status({**found, "left_before": "2024-01-01T00:00:00Z"})
    assert "when the server runs" in _status({**found, "begun": False})
    assert CliRunner().invoke(main, ["search", "--help"]).exit_code == 0
