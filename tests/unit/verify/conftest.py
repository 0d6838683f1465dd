"""An export of two posts, as somebody has it who downloaded it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fediverse_node.config.sections import Config, Instance
from fediverse_node.consent import decisions
from fediverse_node.export.dataset import export_dataset
from fediverse_node.posts.subject import subject_of
from fediverse_node.signatures import notes
from fediverse_node.signatures.notes import NoteKey
from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Tx
from fediverse_node.verify.dataset import check_copy, open_copy
from fediverse_node.verify.findings import Report
from tests.fakes.writers import a_post
from tests.fixtures.rooms import ADDRESSES, db, person

__all__ = ["db"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    folder: Path
    key: NoteKey

    def check(self, key: NoteKey | None = None) -> Report:
        report = Report()
        check_copy(open_copy(self.folder), key or self.key, report, now=datetime.now(UTC))
        return report

    def broken(self) -> str:
        return " ".join(each.text for each in self.check().findings if each.verdict == "broken")


@pytest.fixture
async def download(db: Database, tmp_path: Path) -> Download:
    def unit(tx: Tx) -> None:
        alice = person(tx, "alice")
        for text in ("One", "Two", "Not this"):
            post = a_post(tx, alice, text, addresses=ADDRESSES)
            allow = text != "Not this"
            decisions.choose(tx, subject_of(post, alice), actor_uri=alice.uri, allow=allow, method="page")

    await db.write(unit)
    folder = tmp_path / "out"
    config = Config(instance=Instance(origin=ADDRESSES.origin, name="Here"))
    await export_dataset(db, config, folder)
    return Download(folder=folder, key=notes.read_key((folder / "consent" / "key").read_text()))
