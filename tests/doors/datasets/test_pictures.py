"""Pictures in releases: published beside the rows, and gone from the next one once they were taken back."""

from __future__ import annotations

import io
import tarfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from fediverse_node.consent.model import Allowance
from fediverse_node.datasets.model import Release, Settings
from fediverse_node.federation.outbox.edit import set_training_use
from fediverse_node.federation.outbox.pictures import Chosen
from fediverse_node.federation.outbox.publish import Draft, publish
from fediverse_node.posts.model import Post
from fediverse_node.storage.folder import Folder
from fediverse_node.uploads.model import Upload
from fediverse_node.uploads.place import folder_of
from fediverse_node.verify.targets import Means, check
from tests.doors.datasets.conftest import Shop, open_shop
from tests.fixtures.albums import PICTURES, painted
from tests.fixtures.pictures import kept

WITH_PICTURES = Settings(form=PICTURES)


@pytest.fixture
async def shop(database_url: str, tmp_path: Path) -> AsyncIterator[Shop]:
    uploads = {"FEDIVERSE_NODE_MEDIA__UPLOADS_FOLDER": str(tmp_path / "uploads")}
    async with open_shop(database_url, tmp_path / "datasets", also=uploads) as found:
        yield found


async def pictured(shop: Shop, text: str, count: int = 2) -> tuple[Post, list[Upload]]:
    """A post of alice's that may be used with all its pictures."""
    node, account = shop.node.node, shop.alice.account.id
    folder = Folder(folder_of(node.config))
    files = [
        await node.db.write(lambda tx: kept(tx, folder, account, data=painted(number)))  # noqa: B023 awaited at once
        for number in range(count)
    ]
    chosen = tuple(Chosen(id=file.id, description="A river") for file in files)
    post = await publish(shop.node.desk, shop.alice.actor, Draft(text=text, pictures=chosen))
    await allow(shop, post, files)
    return post, files


async def allow(shop: Shop, post: Post, files: list[Upload]) -> None:
    to = Allowance(media=tuple(file.sha256 for file in files))
    await set_training_use(shop.node.desk, shop.alice.actor, post.id, allow=True, method="page", to=to)


async def keys(shop: Shop, release: Release) -> list[str]:
    """Of the pictures in a release, as anybody downloads it."""
    files = (await shop.get(f"/datasets/{release.sha256}")).json["files"]
    found: list[str] = []
    for path in sorted(file["path"] for file in files if file["path"].endswith(".tar")):
        with tarfile.open(fileobj=io.BytesIO((await shop.file(release, path)).body)) as tar:
            found += [name.partition(".")[0] for name in tar.getnames()[::2]]
    return found


async def feed(shop: Shop) -> list[Any]:
    return [line["revokes"] for line in (await shop.get("/consent/revocations.jsonl")).lines]


async def test_a_picture_that_was_taken_back_is_named_and_not_in_the_next_release(
    shop: Shop, tmp_path: Path
) -> None:
    """The post's text stays allowed: its new yes is another decision."""
    post, files = await pictured(shop, "Look")
    await shop.notary()
    first = (await shop.releases(WITH_PICTURES)).release
    assert await keys(shop, first) == sorted(file.sha256 for file in files)
    for file in (await shop.get(f"/datasets/{first.sha256}")).json["files"]:
        place = tmp_path / "mine" / file["path"]
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes((await shop.file(first, file["path"])).body)
    assert (await check(str(tmp_path / "mine"), Means(lab=True))).exit_code == 0

    (row,) = (await shop.file(first)).lines
    await allow(shop, post, files[1:])
    assert await feed(shop) == [row["consent_receipt_id"]]
    told = await check(str(tmp_path / "mine"), Means(lab=True))
    must_go = [each.text.split()[0] for each in told.findings if "must go" in each.text]
    assert sorted(must_go) == ["Picture", "Picture", "Row"]

    await shop.librarian()
    second = await shop.current()
    assert second is not None
    assert await keys(shop, second) == [files[1].sha256]
    assert [line["pictures"] for line in (await shop.file(second)).lines] == [[files[1].sha256]]
    assert (await shop.file(first)).status == 410


async def test_a_picture_without_a_text_is_a_reason_for_a_new_release_too(shop: Shop) -> None:
    """No row rests on its receipt; it counts all the same."""
    post, (file,) = await pictured(shop, "", count=1)
    first = (await shop.releases(WITH_PICTURES)).release
    assert (first.rows, await keys(shop, first)) == (0, [file.sha256])
    await shop.deletes(post)
    await shop.librarian()
    second = await shop.current()
    assert second is not None
    assert await keys(shop, second) == []


async def test_a_release_holds_no_pictures_unless_it_is_set_so(shop: Shop) -> None:
    await pictured(shop, "Look")
    made = await shop.releases()
    assert await keys(shop, made.release) == []
