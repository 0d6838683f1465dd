"""What happens to the dataset in the demo: somebody downloads it, and somebody takes a post back."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import re
from pathlib import Path
from typing import Any, Final

from fediverse_node.cli.demo_nodes import DemoFailed, DemoNode, until
from fediverse_node.cli.demo_report import Report

PICTURED: Final = "You may train on this one, and on its picture, too: a red dot, and nothing else."
_TEXT_OF_PICTURE: Final = "A red dot"
_KEY: Final = re.compile(r"Bearer ([A-Za-z0-9_-]{20,})")
_REVOCATIONS: Final = "/consent/revocations.jsonl"
#: One red pixel, as PNG.
_PICTURE: Final = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC"
)


def tell(report: Report, alpha: DemoNode, folder: Path, *, allowed: str) -> None:
    """From two allowed posts and a picture to a release without one of the posts.

    Args:
        report: where it is told.
        alpha: the server; its dataset is gated.
        folder: where files may lie.
        allowed: the address of a post of alice's that may be used.
    """
    with report.step("alice allows a second post, with its picture"):
        pictured = _pictured(alpha)
    with report.step("alpha publishes a release of what may be used"):
        form = {"pictures": True, "format": "both" if _reads_parquet() else "jsonl"}
        alpha.command("dataset.release", form=form)
    if not _reads_parquet():
        report.skipped.append(
            "Parquet: the extra “data” is not installed, so the release is JSON lines alone."
        )
    with report.step("a lab accepts the terms, gets a key and downloads the release"):
        key = _register(alpha)
        first = _current(alpha)
        download = _download(alpha, key, first, folder / "lab")
    rows = _rows(download)
    shown = sorted(path.name for path in (download / "data").glob("pictures-*.tar"))
    report.check(
        "the release holds the two posts and the picture that were allowed",
        holds=[row["id"] for row in rows] == [allowed, pictured]
        and [len(row["pictures"]) for row in rows] == [0, 1]
        and len(shown) == 1,
    )
    with report.step("the lab verifies every file, row, picture, receipt and proof"):
        report.check("verify finds that everything holds", holds=_verify(download) == [])
    with report.step("alice takes the second post back; alpha makes a new release by itself"):
        alpha.command("consent.set", name="alice", post=pictured, answer="no")
        second = until("alpha to make a new release", lambda: _another(alpha, first["url"]))
    _check_withdrawal(report, alpha, download, row=rows[1])
    with report.step("the lab downloads the new release"):
        newer = _download(alpha, key, second, folder / "newer")
    report.check(
        "the new release holds neither that post nor its picture",
        holds=[row["id"] for row in _rows(newer)] == [allowed] and not list(newer.rglob("pictures-*")),
    )
    ended = alpha.status_of(first["url"], "application/json")
    report.check("the old release answers 410 Gone", holds=ended == 410)
    report.check("verify finds that everything in the new one holds", holds=_verify(newer) == [])
    report.pages.append(("the dataset", f"{alpha.origin}/datasets/"))


def _pictured(alpha: DemoNode) -> str:
    made = alpha.command("picture.add", name="alice", picture=_PICTURE, alt=_TEXT_OF_PICTURE)
    post = alpha.command("post", name="alice", text=PICTURED, pictures=[made["id"]])
    alpha.command("consent.set", name="alice", post=post["uri"], answer="yes", pictures=[made["id"]])
    uri: str = post["uri"]
    return uri


def _check_withdrawal(report: Report, alpha: DemoNode, download: Path, *, row: dict[str, Any]) -> None:
    feed = [json.loads(line) for line in alpha.fetch(_REVOCATIONS).splitlines()]
    report.check(
        "the public feed of withdrawals names that decision, and no text",
        holds=[line.get("revokes") for line in feed] == [row["consent_receipt_id"]]
        and PICTURED not in str(feed),
    )
    problems = _verify(download)
    named = [text for text in problems if "must go" in text]
    report.told += named
    report.check(
        "verify names the row and the picture that must go from the lab's copy, and nothing else",
        holds=named == problems
        and sorted(text.split()[0] for text in named) == ["Picture", "Row"]
        and all(row["id"] in text for text in named),
    )


def _register(alpha: DemoNode) -> str:
    form = {"name": "Open Lab", "contact": "data@lab.example", "accept": "1"}
    page = alpha.fetch("/datasets/users", form=form, headers={"Origin": alpha.origin}).decode()
    found = _KEY.search(page)
    if found is None:
        raise DemoFailed("The page for users of the dataset showed no key.")
    return found[1]


def _current(alpha: DemoNode) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(alpha.fetch("/datasets/index.json"))["current"] or {}
    return found


def _another(alpha: DemoNode, before: str) -> dict[str, Any] | None:
    found = _current(alpha)
    return found if found and found["url"] != before else None


def _download(alpha: DemoNode, key: str, release: dict[str, Any], folder: Path) -> Path:
    headers = {"Authorization": f"Bearer {key}"}
    for file in release["files"]:
        target = folder / file["path"]
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(alpha.fetch(file["url"], headers=headers))
    return folder


def _rows(folder: Path) -> list[dict[str, Any]]:
    lines = (folder / "data" / "train.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def _verify(folder: Path) -> list[str]:
    """What `fediverse-node verify` says does not hold, or could not be checked."""
    from fediverse_node.verify import targets  # noqa: PLC0415 --help need not wait for the network's client

    report = asyncio.run(targets.check(str(folder), targets.Means(lab=True)))
    return [each.text for each in report.findings if each.verdict in {"broken", "open"}]


def _reads_parquet() -> bool:
    return importlib.util.find_spec("pyarrow") is not None
