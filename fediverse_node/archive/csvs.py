"""The lists of people and servers as Mastodon writes them: comma-separated values, with or without a head."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal, get_args

from fediverse_node.kernel.errors import NotValid, TooLarge
from fediverse_node.kernel.text import clean_line, parse_handle
from fediverse_node.moderation.model import canonical_domain

ListKind = Literal["follows", "blocks", "mutes", "domains"]
KINDS: Final = get_args(ListKind)
#: How Mastodon calls each file, and so how people have them.
FILES: Final[dict[ListKind, str]] = {
    "follows": "following_accounts.csv",
    "blocks": "blocked_accounts.csv",
    "mutes": "muted_accounts.csv",
    "domains": "blocked_domains.csv",
}
HEADS: Final[dict[ListKind, tuple[str, ...]]] = {
    "follows": ("Account address", "Show boosts", "Notify on new posts", "Languages"),
    "mutes": ("Account address", "Hide notifications"),
}
FOLLOWERS: Final = "followers.csv"
#: Largest list, and most lines of one.
MAX_BYTES: Final = 4 << 20
MAX_LINES: Final = 20_000
#: Bad lines that are named; of more only the number is said.
MAX_NAMED: Final = 50
#: A spreadsheet takes a cell that begins so for a formula (WEB-26).
_FORMULA: Final = ("=", "+", "-", "@")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line: `@name@host`, or a domain. *notifications* is of mutes."""

    target: str
    notifications: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class BadLine:
    """A line that was passed over, by its number, and why."""

    number: int
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """What a list says: each person or domain once, in order."""

    kind: ListKind
    entries: tuple[Entry, ...]
    bad: tuple[BadLine, ...]


def row(cells: Iterable[str]) -> bytes:
    """One line, in which no cell is a formula."""
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow([_harmless(cell) for cell in cells])
    return line.getvalue().encode()


def kind_of(name: str, data: bytes) -> ListKind:
    """Which list a file is, by its name or else by its head.

    Raises:
        NotValid: neither says it.
    """
    for kind, usual in FILES.items():
        if name.rpartition("/")[2].startswith(usual.removesuffix(".csv")):
            return kind
    head = [cell.strip().casefold() for cell in next(csv.reader([_text(data).partition("\n")[0]]), [])]
    if "show boosts" in head:
        return "follows"
    if "hide notifications" in head:
        return "mutes"
    raise NotValid(f"Say which list this is: {', '.join(KINDS)}. Neither its name nor its first line does.")


def read(kind: ListKind, data: bytes, *, own_domain: str) -> Listed:
    """The list in *data*. A handle without a host is of *own_domain*. Bad lines are named, and passed over.

    Raises:
        TooLarge: more than `MAX_BYTES` or `MAX_LINES`.
        NotValid: it is no text.
    """
    if len(data) > MAX_BYTES:
        raise TooLarge(f"A list has at most {MAX_BYTES >> 20} MiB.")
    found: dict[str, Entry] = {}
    bad: list[BadLine] = []
    for number, cells in _rows(_text(data)):
        if number > MAX_LINES:
            raise TooLarge(f"A list has at most {MAX_LINES} lines.")
        if number == 1 and cells[0].strip().casefold() in {"account address", "#domain", "domain"}:
            continue
        try:
            entry = _entry(kind, cells, own_domain)
        except NotValid as error:
            bad.append(BadLine(number=number, problem=str(error)))
        else:
            found.setdefault(entry.target, entry)
    return Listed(kind=kind, entries=tuple(found.values()), bad=tuple(bad))


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""))
    number = 0
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            cells = [""]
            number += 1
            yield number, cells
            continue
        number += 1
        if any(cell.strip() for cell in cells):
            yield number, cells


def _entry(kind: ListKind, cells: list[str], own_domain: str) -> Entry:
    cell = cells[0].strip().removeprefix("'")
    if kind == "domains":
        if not cell or " " in cell:
            raise NotValid(f"“{cell[:100]}” is not a domain.")
        return Entry(target=canonical_domain(cell))
    handle = parse_handle(cell)
    if handle is None:
        raise NotValid(f"“{cell[:100]}” is no handle. Handles look like user@example.org.")
    hidden = len(cells) < 2 or cells[1].strip().casefold() != "false"
    return Entry(
        target=f"@{handle.name}@{handle.host or own_domain}",
        notifications=hidden if kind == "mutes" else True,
    )


def _text(data: bytes) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotValid("This is not a list: it is not UTF-8 text.") from error
    if "\x00" in text:
        raise NotValid("This is not a list: it holds a NUL character.")
    return text


def _harmless(cell: str) -> str:
    line = clean_line(cell)
    return f"'{line}" if line.startswith(_FORMULA) else line
