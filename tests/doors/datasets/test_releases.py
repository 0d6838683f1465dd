"""Releases as those who want the data meet them, and what becomes of one when somebody takes a post back."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Any

import feedparser  # type: ignore[import-untyped]  # has no types
import pytest

from fediverse_node.consent import decisions
from fediverse_node.datasets import making, shelf
from fediverse_node.datasets.model import Release, Settings
from fediverse_node.export.filters import Filters
from fediverse_node.federation.outbox.publish import Draft, publish
from fediverse_node.kernel.errors import NotFound, NotValid
from fediverse_node.verify.targets import Means, check
from tests.doors.datasets.conftest import Shop, open_shop


def texts(lines: list[dict[str, str]]) -> list[str]:
    return [line["text"] for line in lines]


async def test_a_release_is_listed_fetched_and_is_what_it_says_it_is(shop: Shop) -> None:
    await shop.allowed("One")
    made = await shop.releases()

    listed = (await shop.get("/datasets/index.json")).json
    one = (await shop.get(f"/datasets/{made.release.sha256}")).json
    files = {file["path"]: file for file in listed["current"]["files"]}
    got = await shop.file(made.release)

    assert one == listed["current"]
    assert (listed["access"], one["rows"], one["authors"], one["state"]) == ("open", 1, 1, "current")
    assert texts(got.lines) == ["One"]
    assert hashlib.sha256(got.body).hexdigest() == files["data/train.jsonl"]["sha256"]
    manifest = (await shop.file(made.release, "MANIFEST.sha256")).body
    assert hashlib.sha256(manifest).hexdigest() == made.release.sha256
    again = (await shop.get("/datasets/index.json")).json["current"]["files"]
    counted = {file["path"]: file["downloads"] for file in again}
    assert (counted["data/train.jsonl"], counted["README.md"]) == (1, 0)


async def test_whoever_downloads_a_release_can_check_it(shop: Shop, tmp_path: Path) -> None:
    post = await shop.allowed("One")
    await shop.notary()
    made = await shop.releases()
    for file in (await shop.get(f"/datasets/{made.release.sha256}")).json["files"]:
        place = tmp_path / "mine" / file["path"]
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes((await shop.file(made.release, file["path"])).body)

    whole = await check(str(tmp_path / "mine"), Means(lab=True))
    await shop.says(post, allow=False)
    later = await check(str(tmp_path / "mine"), Means(lab=True))

    assert whole.exit_code == 0, whole
    told = [each.text for each in later.findings if each.verdict == "broken"]
    assert told[0].startswith(f"Row 1 ({post.uri}) must go")


async def test_who_takes_a_post_back_is_in_the_feed_and_in_no_release_any_more(
    shop: Shop,
) -> None:  # EXP-19
    kept, taken_back = await shop.allowed("This stays."), await shop.allowed("This goes.")
    first = (await shop.releases()).release

    await shop.says(taken_back, allow=False)
    await shop.notary()
    assert (await shop.get("/consent/revocations.jsonl")).lines[0]["kind"] == "withdraw"
    await shop.librarian()
    second = await shop.current()
    assert second is not None

    assert [line["id"] for line in (await shop.file(second)).lines] == [kept.uri]
    for path in ("data/train.jsonl", "README.md"):
        gone = await shop.file(first, path)
        assert gone.status == 410
        assert gone.headers["Link"].startswith(f"<{shop.node.base_url}/datasets/{second.sha256}>;")
        assert gone.headers["Link"].endswith('rel="successor-version"')
    assert (await shop.get(f"/datasets/{first.sha256}")).status == 410
    # No author deleted a post: people are told what it is.
    page = await shop.get(f"/datasets/{first.sha256}", {"Accept": "text/html"})
    assert (page.status, "This release has ended" in page.body.decode()) == (410, True)
    # Nor does it lie on the disk.
    assert [path.name for path in shop.folder.glob("[0-9a-f]*")] == [second.sha256]


@pytest.mark.parametrize("way", ["withdraws", "deletes", "is suspended"])
async def test_whatever_ends_a_yes_ends_the_release(shop: Shop, way: str) -> None:
    post = await shop.allowed("One")
    await shop.allowed("Two")
    first = (await shop.releases()).release
    await shop.librarian()
    assert await shop.current() == first, "nothing was taken back yet"

    bob = await shop.node.add_person("bob")
    await publish(shop.node.desk, bob.actor, Draft(text="Three", training_use=True))
    if way == "withdraws":
        await shop.says(post, allow=False)
    elif way == "deletes":
        await shop.deletes(post)
    else:
        await shop.node.suspend(shop.alice.actor)
        await lapse_of(shop)
    await shop.librarian()

    second = await shop.current()
    assert second is not None
    assert second.sha256 != first.sha256
    assert post.uri not in [line["id"] for line in (await shop.file(second)).lines]


async def lapse_of(shop: Shop) -> None:
    uri = shop.alice.actor.uri
    await shop.node.node.db.write(lambda tx: decisions.lapse(tx, uri, method="suspend", limit=10))


async def test_many_who_change_their_mind_at_once_make_one_release(database_url: str, tmp_path: Path) -> None:
    async with open_shop(database_url, tmp_path / "datasets", RENEW_AFTER_MINUTES="60") as shop:
        posts = [await shop.allowed(text) for text in ("One", "Two", "Three")]
        first = (await shop.releases()).release
        await shop.says(posts[0], allow=False)
        await shop.librarian()
        assert await shop.current() == first

        await shop.says(posts[1], allow=False)
        shop.clock.ahead = timedelta(minutes=61)
        await shop.librarian()

        second = await shop.current()
        assert second is not None
        assert texts((await shop.file(second)).lines) == ["Three"]
        assert len((await shop.get("/datasets/index.json")).json["releases"]) == 2


async def test_a_release_that_cannot_be_made_anew_is_taken_down_within_the_day(shop: Shop) -> None:
    post = await shop.allowed("One")
    await shop.allowed("Two")
    first = (await shop.releases()).release
    await shop.says(post, allow=False)
    with shelf.making(shop.folder):  # another process, which hangs
        await shop.librarian()
        assert (await shop.file(first)).status == 200, "there is time to try again"
        shop.clock.ahead = timedelta(hours=23, minutes=30)
        await shop.librarian()

    gone = await shop.file(first)
    assert (gone.status, "Link" in gone.headers) == (410, False)
    assert await shop.current() is None


async def test_what_is_taken_back_while_a_release_is_made_is_not_in_it(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:  # EXP-17
    kept, goes = await shop.allowed("One"), await shop.allowed("Two")
    usual, tries = making._note, []

    async def with_a_withdrawal(*args: Any) -> Release:
        prepared = await usual(*args)
        tries.append(prepared.rows)
        if len(tries) == 1:
            await shop.says(goes, allow=False)
        return prepared

    monkeypatch.setattr(making, "_note", with_a_withdrawal)
    made = (await shop.releases()).release

    assert tries == [2, 1]
    assert [line["id"] for line in (await shop.file(made)).lines] == [kept.uri]
    assert [path.name for path in shop.folder.glob("[0-9a-f]*")] == [made.sha256]


async def test_where_too_few_are_left_there_is_no_release(shop: Shop) -> None:
    post = await shop.allowed("One")
    bob = await shop.node.add_person("bob")
    await publish(shop.node.desk, bob.actor, Draft(text="Two", training_use=True))
    first = (await shop.releases(Settings(filters=Filters(min_authors=2)))).release
    assert (await shop.file(first)).status == 200
    await shop.says(post, allow=False)
    await shop.librarian()
    assert await shop.current() is None
    assert (await shop.file(first)).status == 410


async def test_what_a_killed_process_left_behind_goes(shop: Shop) -> None:
    await shop.allowed("One")
    made = (await shop.releases()).release
    (shop.folder / ("0" * 64)).mkdir()
    await shop.librarian()
    assert [path.name for path in shop.folder.glob("[0-9a-f]*")] == [made.sha256]


async def test_the_same_posts_are_the_same_release(shop: Shop) -> None:
    await shop.allowed("One")
    first = await shop.releases()
    again = await shop.releases()
    assert (first.new, again.new, again.release) == (True, False, first.release)

    extra = await shop.allowed("Two")
    second = await shop.releases()
    await shop.says(extra, allow=False)
    await shop.librarian()

    third = await shop.current()
    assert third is not None
    # What was in the first is in this one, and nothing else: it has its place again.
    assert third.sha256 == first.release.sha256 != second.release.sha256
    assert texts((await shop.file(third)).lines) == ["One"]
    assert (
        (await shop.file(second.release))
        .headers["Link"]
        .startswith(f"<{shop.node.base_url}/datasets/{third.sha256}>")
    )


async def test_a_release_that_the_operator_takes_down_is_gone(shop: Shop) -> None:
    await shop.allowed("One")
    made = (await shop.releases()).release
    assert (await shop.file(made)).status == 200

    await making.take_down(shop.node.node.db)

    assert (await shop.file(made)).status == 410
    assert (await shop.get("/datasets/index.json")).json["current"] is None
    with pytest.raises(NotFound):
        await making.take_down(shop.node.node.db)


async def test_without_the_operators_yes_there_is_nothing(database_url: str, tmp_path: Path) -> None:
    async with open_shop(database_url, tmp_path / "datasets", PUBLISH="false") as shop:
        await shop.allowed("One")
        for path in ("/datasets/", "/datasets/index.json", "/datasets/releases.atom", "/datasets/stream"):
            assert (await shop.get(path)).status == 404, path
        assert "/datasets/" not in (await shop.get("/robots.txt")).body.decode()
        with pytest.raises(NotValid, match=r"datasets\.publish"):
            await shop.releases()


async def test_the_feed_names_every_release_and_what_became_of_it(shop: Shop) -> None:
    await shop.allowed("One")
    first = (await shop.releases()).release
    await shop.allowed("Two")
    second = (await shop.releases()).release

    feed = feedparser.parse((await shop.get("/datasets/releases.atom")).body)

    assert not feed.bozo
    assert [(entry.id.rpartition("/")[2], entry.title.rpartition("(")[2]) for entry in feed.entries] == [
        (second.sha256, "current)"),
        (first.sha256, "superseded)"),
    ]


async def test_robots_txt_allows_the_current_release(shop: Shop) -> None:
    await shop.allowed("One")
    made = (await shop.releases()).release
    text = (await shop.get("/robots.txt")).body.decode()
    assert f"Content-Usage: /datasets/{made.sha256}/ train-ai=y" in text
    assert f"Allow: /datasets/{made.sha256}/" in text
    assert "Content-Usage: train-ai=n" in text
