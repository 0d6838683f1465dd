"""What apps ask for all the time, each a page as an app would have it, and none of them kept."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from benchmarks.operations import Bench, require
from benchmarks.table import Figure
from benchmarks.wire import request, send_all

#: What the reader has favourites and bookmarks of, and how often each page is asked for.
MARKED = 40
_SHARE = 10
_ROUNDS = 4


async def app_reads(bench: Bench) -> list[Figure]:
    """Every page that an app shows first; after `likes` and `announces` there is something on it."""
    names = await _furnish(bench)
    found = []
    for name, path in PAGES.items():
        asked = bench.get(f"/api/{path.format(**names)}", "*/*", token=bench.village.reader_token)
        times = max(bench.count // _SHARE, _ROUNDS)
        found.append(await bench.measure(f"app: {name}", [asked] * times, budget=2))
    return found


PAGES = {
    "own account": "v1/accounts/verify_credentials",
    "an account": "v1/accounts/{author}",
    "relationships of 20": "v1/accounts/relationships?{authors}",
    "posts of an account, 20": "v1/accounts/{author}/statuses?limit=20",
    "posts of one's own, without answers, 20": "v1/accounts/{reader}/statuses?limit=20&exclude_replies=true",
    "home, 20": "v1/timelines/home?limit=20",
    "home, 40 further down": "v1/timelines/home?limit=40&max_id={middle}",
    "public, 20": "v1/timelines/public?limit=20",
    "local, 20": "v1/timelines/public?limit=20&local=true",
    "a hashtag in every post, 20": "v1/timelines/tag/river?limit=20",
    "a list of 20 people, 20": "v1/timelines/list/{list}?limit=20",
    "notifications, 20": "v1/notifications?limit=20",
    "notifications in groups, 20": "v2/notifications?limit=20",
    "a post": "v1/statuses/{post}",
    "a thread": "v1/statuses/{post}/context",
    "favourites, 20": "v1/favourites?limit=20",
    "bookmarks, 20": "v1/bookmarks?limit=20",
    "followers, 40": "v1/accounts/{star}/followers?limit=40",
    "search for people": "v1/accounts/search?q=author&limit=10",
    "markers": "v1/markers?timeline[]=home&timeline[]=notifications",
    "filters": "v2/filters",
    "the server": "v2/instance",
}


async def _furnish(bench: Bench) -> dict[str, Any]:
    """A list with everybody whom the reader follows, favourites and bookmarks. Gives the names in `PAGES`."""
    village = bench.village
    reader = village.reader.id
    following = json.loads(await _ask(bench, "GET", f"v1/accounts/{reader}/following?limit=20"))
    authors = [each["id"] for each in following]
    made = json.loads(await _ask(bench, "POST", "v1/lists", {"title": "authors"}))["id"]
    await _ask(bench, "POST", f"v1/lists/{made}/accounts", {"account_ids": authors})
    for post in village.posts[-MARKED:]:
        for act in ("favourite", "bookmark"):
            await _ask(bench, "POST", f"v1/statuses/{post}/{act}")
    return {
        "reader": reader,
        "star": village.star.id,
        "author": authors[0],
        "authors": "&".join(f"id[]={each}" for each in authors),
        "list": made,
        "post": village.posts[-1],
        "middle": village.posts[len(village.posts) // 2],
    }


async def _ask(bench: Bench, method: str, path: str, fields: dict[str, Any] | None = None) -> bytes:
    headers: Sequence[tuple[str, str]] = [
        ("Host", bench.node.place.domain),
        ("Authorization", f"Bearer {bench.village.reader_token}"),
        ("Content-Type", "application/json"),
    ]
    body = json.dumps(fields or {}).encode() if method == "POST" else b""
    sent = request(method, f"/api/{path}", headers, body)
    replies = await send_all("127.0.0.1", bench.node.place.port, [sent], connections=1)
    require(replies, 200)
    return replies[0].body
