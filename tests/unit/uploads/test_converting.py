from __future__ import annotations

import asyncio
import io
from pathlib import Path

import pytest

from fediverse_node.accounts import queries as accounts
from fediverse_node.accounts.model import Account
from fediverse_node.kernel.errors import NotNow
from fediverse_node.storage.database import Database
from fediverse_node.storage.folder import Folder
from fediverse_node.uploads import jobs, queries, recording
from fediverse_node.uploads.converting import Converter
from fediverse_node.uploads.decoding import Bounds
from fediverse_node.uploads.intake import Sent, Uploads
from fediverse_node.uploads.marking import House
from fediverse_node.uploads.model import Job
from tests.fixtures import rooms
from tests.fixtures.films import film, needs_ffmpeg
from tests.fixtures.waiting import wait_until

db = rooms.db
HOUSE = House(origin="https://here.example", terms="https://here.example/terms/training")


@pytest.fixture
def uploads(db: Database, tmp_path: Path) -> Uploads:
    bounds = Bounds(pixels=1_000_000, size=1 << 20, play_size=1 << 20)
    folder = Folder(tmp_path / "files", free_at_least=0)
    return Uploads(db, folder=folder, bounds=bounds, budget=1 << 20, house=HOUSE)


@pytest.fixture
async def alice(db: Database) -> Account:
    return await db.write(lambda tx: accounts.create(tx, rooms.person(tx, "alice").id, password_hash=None))


async def begun(uploads: Uploads, alice: Account, data: bytes, monkeypatch: pytest.MonkeyPatch) -> Job:
    monkeypatch.setattr(recording, "is_offered", lambda _: True)
    job = await uploads.begin(alice.id, io.BytesIO(data), Sent())
    assert isinstance(job, Job)
    return job


@needs_ffmpeg
async def test_the_worker_wakes_makes_it_and_ends_when_it_is_told(
    db: Database, uploads: Uploads, alice: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(Converter(uploads).run(stop))
        job = await begun(uploads, alice, film("wav"), monkeypatch)
        made = await wait_until("a sound", lambda: db.read(lambda tx: queries.own(tx, alice.id, job.id)))
        assert (made.media_type, made.width) == ("audio/mp4", 0)
        stop.set()


async def test_what_there_is_no_room_for_is_put_off_and_what_is_lost_is_refused(
    db: Database, uploads: Uploads, alice: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = await begun(uploads, alice, b"RIFF\0\0\0\0WAVE", monkeypatch)
    converter = Converter(uploads)

    async def full(*_: object, **__: object) -> None:
        raise NotNow("There is no room.")

    with monkeypatch.context() as now:
        now.setattr(Uploads, "add", full)
        assert not await converter.run_once()
    assert await db.read(jobs.has_open)
    uploads.folder.path(job.name).unlink()
    assert await converter.run_once()
    found = await db.read(lambda tx: jobs.own(tx, alice.id, job.id))
    assert found is not None
    assert found.refusal == "The file is not there any more. Send it again."
