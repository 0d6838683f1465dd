"""EXP-21: a backup is restored, and what was taken back since stays taken back."""

from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path

import pytest

from fediverse_node.consent.notary import Notary
from fediverse_node.consent.remembered import memory_of
from fediverse_node.datasets import users
from fediverse_node.federation.outbox.edit import set_training_use
from fediverse_node.federation.outbox.publish import Draft, publish
from fediverse_node.kernel.errors import Conflict
from fediverse_node.storage.sqlite import driver
from fediverse_node.web.control.routes import OPERATIONS
from tests.fixtures.nodes import LiveNode, running_node

pytestmark = pytest.mark.one_engine


async def export(node: LiveNode, out: Path) -> int:
    made = await OPERATIONS["export"](node.node, {"out": str(out)}, lambda _: None)
    return int(made["rows"])


async def stream(node: LiveNode, key: str) -> int:
    headers = {"Authorization": f"Bearer {key}"}
    async with node.http.get("/datasets/stream", headers=headers) as answer:
        return answer.status


async def notary(node: LiveNode) -> None:
    await Notary(node.node.db, memory_of(node.node.config)).run_once()


def copy_of(database: Path, backup: Path) -> None:
    # With the node's own library: another one in this process would take its locks from it by closing.
    with closing(driver().connect(database)) as opened:
        opened.execute("VACUUM INTO ?", (str(backup),))


def restored(database: Path, backup: Path) -> None:
    for name in (f"{database}-wal", f"{database}-shm"):
        Path(name).unlink(missing_ok=True)
    shutil.copy(backup, database)


async def test_after_a_restore_nothing_is_given_out_until_it_was_made_good(
    database_url: str, tmp_path: Path
) -> None:
    database, backup = Path(database_url.removeprefix("sqlite:///")), tmp_path / "backup"
    settings = {"FEDIVERSE_NODE_DATASETS__PUBLISH": "true"}
    async with running_node(database_url, settings=settings) as node:
        _, key = await node.node.db.write(lambda tx: users.add(tx, name="Lab", contact="a@lab.example"))
        origin = node.base_url
        alice = await node.add_person("alice")
        first = await publish(node.desk, alice.actor, Draft(text="Taken back", training_use=True))
        await publish(node.desk, alice.actor, Draft(text="Stays", training_use=True))
        await notary(node)
        assert await export(node, tmp_path / "before") == 2
        assert await stream(node, key) == 200
        copy_of(database, backup)
        await set_training_use(node.desk, alice.actor, first.id, allow=False, method="page")
        await notary(node)
        assert await export(node, tmp_path / "then") == 1
    restored(database, backup)
    async with running_node(database_url, origin=origin, settings=settings) as node:
        assert await stream(node, key) == 503
        with pytest.raises(Conflict, match="consent recover"):
            await export(node, tmp_path / "after")
        # Also when it has gone on since, so that it is as long again.
        bob = await node.add_person("bob")
        for text in ("Of today", "Of today, too"):
            await publish(node.desk, bob.actor, Draft(text=text, training_use=True))
        await notary(node)
        with pytest.raises(Conflict):
            await export(node, tmp_path / "after")
        done = await OPERATIONS["consent.recover"](node.node, {}, lambda _: None)
        assert done == {"named": 1, "ended": 1}
        assert await export(node, tmp_path / "after") == 3
        assert await stream(node, key) == 200
    assert "Taken back" not in (tmp_path / "after/data/train.jsonl").read_text()
