"""Who gets a file, how much of it, and what is not a file."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from fediverse_node.datasets import users
from fediverse_node.datasets.model import Release
from fediverse_node.web.rate_limits import DATASET_KEYS
from tests.doors.datasets.conftest import Shop, open_shop

OWN = {"Sec-Fetch-Site": "same-origin"}
FORM = {"name": "Lab", "contact": "data@lab.example", "accept": "yes"}


@pytest.fixture
async def gated(database_url: str, tmp_path: Path) -> AsyncIterator[Shop]:
    async with open_shop(database_url, tmp_path / "datasets", ACCESS="gated") as found:
        yield found


async def released(shop: Shop) -> Release:
    await shop.allowed("0123456789")
    return (await shop.releases()).release


# Keys


async def test_a_key_opens_and_nothing_else_does(keyed: Shop) -> None:
    release = await released(keyed)
    user, bearer = await keyed.user()
    other, ended = await keyed.user()
    await keyed.node.node.db.write(lambda tx: users.end(tx, other.id))

    opened = await keyed.file(release, headers=bearer)
    refused = {
        "nothing": {},
        "an ended key": ended,
        "an unknown key": {"Authorization": "Bearer x"},
        "a person's token": keyed.alice.bearer,
        "another scheme": {"Authorization": bearer["Authorization"].replace("Bearer", "Basic")},
        "an empty key": {"Authorization": "Bearer"},
    }

    assert opened.status == 200
    assert (opened.headers["Vary"], opened.headers["Cache-Control"]) == (
        "Authorization",
        "private, max-age=60, must-revalidate",
    )
    for what, headers in refused.items():
        got = await keyed.file(release, headers=headers)
        assert (got.status, got.headers["WWW-Authenticate"]) == (401, "Bearer"), what
    await keyed.node.node.db.write(lambda tx: users.end(tx, user.id))
    assert (await keyed.file(release, headers=bearer)).status == 401
    # What there is, and what it is about, everybody may know.
    assert (await keyed.get("/datasets/index.json")).json["current"]["rows"] == 1


async def test_a_key_is_not_written_down(keyed: Shop) -> None:
    user, bearer = await keyed.user()
    key = bearer["Authorization"].removeprefix("Bearer ")
    assert key not in str(await keyed.as_it_is(user))
    rows = await keyed.node.node.db.read(users.every)
    assert key not in repr(rows)


async def test_where_it_is_gated_a_key_is_for_whoever_accepts_the_terms(gated: Shop) -> None:
    release = await released(gated)
    http = gated.node.http
    async with http.post("/datasets/users", data=FORM, headers=OWN) as answer:
        page = await answer.text()
        assert (answer.status, answer.headers["Cache-Control"]) == (200, "no-store")
    key = re.search(r"Bearer ([\w-]{43})", page)
    assert key is not None
    assert (await gated.file(release, headers={"Authorization": f"Bearer {key[1]}"})).status == 200
    browser = await gated.file(release, headers={"Accept": "text/html", "Accept-Language": "ar"})
    assert (browser.status, "يلزم مفتاح" in browser.body.decode()) == (401, True)
    found = await gated.node.node.db.read(users.every)
    assert [(user.name, user.contact, user.terms_id) for user in found] == [
        ("Lab", "data@lab.example", "dataset-use-1")
    ]


INCOMPLETE = {
    "terms": {"accept": ""},
    "name": {"name": " "},
    "contact": {"contact": ""},
    "long": {"name": "x" * 201},
    "private": {"webhook": "https://10.0.0.1/hear"},  # SSRF-03
    "scheme": {"webhook": "javascript:alert(1)"},
}


async def test_what_a_form_lacks_makes_nobody_a_user(gated: Shop) -> None:
    for what, change in INCOMPLETE.items():
        async with gated.node.http.post("/datasets/users", data={**FORM, **change}, headers=OWN) as answer:
            assert answer.status == 422, what
            assert 'role="alert"' in await answer.text(), what
    assert await gated.node.node.db.read(users.every) == []


async def test_a_form_of_another_site_is_refused(gated: Shop) -> None:
    for headers in ({}, {"Sec-Fetch-Site": "cross-site"}):
        async with gated.node.http.post("/datasets/users", data=FORM, headers=headers) as answer:
            assert answer.status == 403


async def test_where_the_operator_hands_out_keys_there_is_no_form(keyed: Shop) -> None:
    assert "<form" not in (await keyed.get("/datasets/")).body.decode().partition("<main")[2]
    async with keyed.node.http.post("/datasets/users", data=FORM, headers=OWN) as answer:
        assert answer.status == 404


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_the_page_says_what_there_is(gated: Shop, language: str) -> None:
    empty = (await gated.get("/datasets/", {"Accept-Language": language})).body.decode()
    release = await released(gated)
    full = await gated.get("/datasets/", {"Accept-Language": language})
    text = full.body.decode()

    assert f'lang="{language}"' in text
    assert release.sha256 not in empty
    assert f'href="/datasets/{release.sha256}/data/train.jsonl"' in text
    assert 'action="/datasets/users"' in text
    assert (await gated.get("/datasets", {"Accept-Language": language})).body == full.body
    assert full.headers["Content-Usage"] == "train-ai=n", "the page is not the data"


# Parts


PARTS = {
    "bytes=0-0": (206, "bytes 0-0/{}"),
    "bytes=1-": (206, "bytes 1-{last}/{}"),
    "bytes=-1": (206, "bytes {last}-{last}/{}"),
    "bytes=0-": (200, None),
    "bytes=0-99999999999": (200, None),
    "bytes=-99999999999": (200, None),
    "bytes=5-4": (200, None),
    "bytes=0-0,2-3": (200, None),
    "lines=0-1": (200, None),
    "bytes=-0": (416, "bytes */{}"),
    "bytes=999999-": (416, "bytes */{}"),
}


async def test_a_part_is_what_was_asked_for(shop: Shop) -> None:
    release = await released(shop)
    whole = (await shop.file(release)).body
    size, last = str(len(whole)), str(len(whole) - 1)
    for asked, (status, said) in PARTS.items():
        got = await shop.file(release, headers={"Range": asked})
        assert got.status == status, asked
        if said is None:
            assert got.body == whole, asked
            assert "Content-Range" not in got.headers, asked
            continue
        assert got.headers["Content-Range"] == said.replace("{}", size).replace("{last}", last)
        if status == 206:
            start, end = map(
                int, got.headers["Content-Range"].removeprefix("bytes ").split("/")[0].split("-")
            )
            assert got.body == whole[start : end + 1], asked


async def test_a_part_of_something_else_is_not_given(shop: Shop) -> None:
    release = await released(shop)
    whole = await shop.file(release)
    ask = {"Range": "bytes=1-3"}
    same = await shop.file(release, headers={**ask, "If-Range": whole.headers["ETag"]})
    other = await shop.file(release, headers={**ask, "If-Range": '"something else"'})
    weak = await shop.file(release, headers={**ask, "If-Range": f"W/{whole.headers['ETag']}"})
    assert (same.status, same.body) == (206, whole.body[1:4])
    assert [(got.status, got.body) for got in (other, weak)] == [(200, whole.body)] * 2


async def test_who_has_it_is_told_so_and_a_head_has_no_body(shop: Shop) -> None:
    release = await released(shop)
    whole = await shop.file(release)
    known = await shop.file(release, headers={"If-None-Match": whole.headers["ETag"]})
    changed = await shop.file(release, headers={"If-None-Match": '"x"'})
    head = await shop.file(release, method="HEAD")
    assert (known.status, known.body, changed.status) == (304, b"", 200)
    assert (head.status, head.body) == (200, b"")
    for name in ("Content-Length", "ETag", "Content-Type", "Accept-Ranges", "Repr-Digest"):
        assert head.headers[name] == whole.headers[name]


NO_FILES = (
    "data/../../../node.db",
    "data/%2e%2e/%2e%2e/.making",
    "..%2f..%2f.making",
    "%2fetc/passwd",
    "data//train.jsonl",
    "data/train.jsonl/",
    "DATA/train.jsonl",
    "data",
    "data/train.jsonl%00",
    "data\\train.jsonl",
    "",
)


async def test_only_what_is_listed_is_a_file(shop: Shop) -> None:
    release = await released(shop)
    assert (await shop.file(release)).status == 200
    for path in NO_FILES:
        assert await raw_status(shop, f"/datasets/{release.sha256}/{path}") == 404, path


async def test_a_release_that_never_was_is_not_found(shop: Shop) -> None:
    release = await released(shop)
    for name in ("0" * 64, release.sha256[:-1], release.sha256.upper(), "current"):
        for path in (f"/datasets/{name}", f"/datasets/{name}/README.md"):
            assert (await shop.get(path)).status == 404, path


async def raw_status(shop: Shop, path: str) -> int:
    """The status of a request whose path no client has made tidy."""
    place = urlsplit(shop.node.base_url)
    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: {place.netloc}\r\nConnection: close\r\n\r\n".encode())
    line = await reader.readline()
    writer.close()
    return int(line.split(b" ")[1])


async def test_nobody_asks_for_more_than_a_few_keys(database_url: str, tmp_path: Path) -> None:
    settings = {"FEDIVERSE_NODE_LIMITS__RATE_LIMITS": "true"}
    async with open_shop(database_url, tmp_path / "datasets", also=settings, ACCESS="gated") as shop:
        statuses = []
        for _ in range(DATASET_KEYS.count + 1):
            async with shop.node.http.post("/datasets/users", data=FORM, headers=OWN) as answer:
                statuses.append(answer.status)
        assert statuses == [*[200] * DATASET_KEYS.count, 429]
        # Reading is counted apart.
        assert (await shop.file(await released(shop))).status == 401
