"""One dataset in every form, made once: what loads it takes seconds to start."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

import pytest

from fediverse_node.config.sections import Config, Instance
from fediverse_node.consent import decisions
from fediverse_node.export import parquet, tars
from fediverse_node.export.dataset import Form, export_dataset
from fediverse_node.export.filters import WITH_ASSISTANCE
from fediverse_node.posts.model import AiTool
from fediverse_node.posts.subject import subject_of
from fediverse_node.schema.migrate import migrate
from fediverse_node.storage.engine import open_database
from fediverse_node.storage.tx import Tx
from tests.fakes.writers import a_post
from tests.fixtures.albums import PICTURES, Studio, painted
from tests.fixtures.rooms import ADDRESSES, person


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """The same posts in the two forms, by the name of the form."""

    folders: dict[str, Path]

    @property
    def parquet(self) -> Path:
        return self.folders["parquet"]

    @property
    def both(self) -> Path:
        return self.folders["both"]


def _posts(tx: Tx) -> None:
    alice, bob = person(tx, "alice"), person(tx, "bob")
    first = a_post(tx, alice, "Rain on the river", addresses=ADDRESSES)
    made = [
        first,
        a_post(tx, bob, "مطر على النهر", addresses=ADDRESSES, language="ar", in_reply_to_id=first.id),
        a_post(tx, alice, "Ask @carol@there.example", addresses=ADDRESSES, edited_at=tx.now),
        a_post(
            tx,
            bob,
            "A machine had a part in this",
            addresses=ADDRESSES,
            ai_disclosure="ai-assisted",
            ai_tools=(AiTool(name="m", provider="P", action="rewrite"),),
            human_reviewed=True,
        ),
    ]
    for post in made:
        author = alice if post.actor_id == alice.id else bob
        decisions.choose(tx, subject_of(post, author), actor_uri=author.uri, allow=True, method="page")


@pytest.fixture(scope="session")
def pictured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An export with two pictures, in two tar files."""
    folder = tmp_path_factory.mktemp("pictured")
    url, studio = f"sqlite:///{folder / 'node.sqlite3'}", Studio(folder / "uploads")

    def unit(tx: Tx) -> None:
        alice = person(tx, "alice")
        studio.post(tx, alice, "Look", [painted(0), painted(1), painted(2)], allowed=[0, 1], alt="نهر")

    async def run() -> None:
        db = open_database(url)
        await db.write(unit)
        await export_dataset(db, studio.config, folder / "out", form=PICTURES)
        await db.close()

    migrate(url)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tars, "LARGEST", 1)
        asyncio.run(run())
    return folder / "out"


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    folder = tmp_path_factory.mktemp("written")
    url = f"sqlite:///{folder / 'node.sqlite3'}"
    config = Config(instance=Instance(origin=ADDRESSES.origin, name="Here"))

    async def run() -> None:
        db = open_database(url)
        await db.write(_posts)
        for form in ("jsonl", "parquet", "both"):
            await export_dataset(db, config, folder / form, filters=WITH_ASSISTANCE, form=Form(format=form))
        await db.close()

    migrate(url)
    with pytest.MonkeyPatch.context() as patch:
        # As if three rows were half a gigabyte.
        patch.setattr(parquet, "GROUP", 2)
        patch.setattr(parquet, "LARGEST", 1)
        asyncio.run(run())
    return Written(folders={name: folder / name for name in ("jsonl", "parquet", "both")})
