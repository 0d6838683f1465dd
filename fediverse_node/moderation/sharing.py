"""Lists of blocked servers as Mastodon exports and imports them: comma-separated, with a first line of names.

`#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate`; the same names without `#` are
read as well, in any order, and so is a file that has only the domains.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from fediverse_node.kernel.errors import NotValid
from fediverse_node.moderation.model import DomainBlock, Severity, canonical_domain, names_of

COLUMNS: Final = ("domain", "severity", "reject_media", "reject_reports", "public_comment", "obfuscate")
MAX_ROWS: Final = 50_000
_MAX_COMMENT: Final = 500
#: A terminal would obey some of them, and PostgreSQL takes no NUL.
_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
_SEVERITIES: Final[dict[str, Severity]] = {
    "noop": "noop",
    "none": "noop",
    "silence": "silence",
    "limit": "silence",
    "suspend": "suspend",
    "": "suspend",
}
_TRUE: Final = frozenset({"true", "1", "yes", "t"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A line that could not be used.

    Attributes:
        line: where it begins in the file, counted from 1.
        text: what stands there, at most 100 characters.
    """

    line: int
    text: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a file says: the rules, and the lines that say none."""

    rules: tuple[DomainBlock, ...] = ()
    refused: tuple[Refused, ...] = ()


def read(text: str, *, own_domain: str = "") -> Reading:
    """The rules in a file; the last one counts where a domain comes twice.

    Lines that cannot be understood are named and keep nobody from using the others; so is a line about
    *own_domain* or what is above it.

    Raises:
        NotValid: there are too many lines.
    """
    rows = _rows(text)
    first = rows[0][1] if rows else None
    names = [name.strip().lstrip("#").lower() for name in first] if isinstance(first, list) else []
    if "domain" in names:
        rows = rows[1:]
    else:
        names = list(COLUMNS)
    if len(rows) > MAX_ROWS:
        raise NotValid(f"A list may have at most {MAX_ROWS} servers.")
    rules: dict[str, DomainBlock] = {}
    refused: list[Refused] = []
    for line, row in rows:
        try:
            rule = _rule(names, row, own_domain)
        except NotValid as error:
            words = ",".join(row) if isinstance(row, list) else ""
            refused.append(Refused(line=line, text=words[:100], reason=str(error)))
        else:
            rules[rule.domain] = rule
    return Reading(rules=tuple(rules.values()), refused=tuple(refused))


def write(rules: Iterable[DomainBlock]) -> str:
    """*rules* as a file that Mastodon and others import."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([f"#{name}" for name in COLUMNS])
    for rule in rules:
        values = (getattr(rule, name) for name in COLUMNS)
        writer.writerow([str(value).lower() if isinstance(value, bool) else value for value in values])
    return out.getvalue()


def severity_of(text: str) -> Severity:
    """How strict a rule is, by Mastodon's names.

    Raises:
        NotValid: by none of them.
    """
    found = _SEVERITIES.get(text.strip().lower())
    if found is None:
        raise NotValid(f"“{text[:40]}” is no severity. It is silence, suspend or noop.")
    return found


def _rows(text: str) -> list[tuple[int, list[str] | csv.Error]]:
    """The lines that are not empty, each with its number, or with why it is no line of such a file."""
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff")))
    found: list[tuple[int, list[str] | csv.Error]] = []
    while True:
        line = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return found
        except csv.Error as error:
            found.append((line, error))
        else:
            if any(map(str.strip, row)):
                found.append((line, row))


def _rule(names: Sequence[str], row: list[str] | csv.Error, own_domain: str) -> DomainBlock:
    if isinstance(row, csv.Error):
        raise NotValid(f"It is not comma-separated text: {row}.")
    values = dict(zip(names, row, strict=False))
    made = DomainBlock(
        domain=canonical_domain(values.get("domain", "")),
        severity=severity_of(values.get("severity", "")),
        reject_media=_flag(values, "reject_media"),
        reject_reports=_flag(values, "reject_reports"),
        public_comment=_CONTROLS.sub(" ", values.get("public_comment", "")).strip()[:_MAX_COMMENT],
        obfuscate=_flag(values, "obfuscate"),
    )
    if own_domain and made.domain in names_of(own_domain):
        raise NotValid(f"{made.domain} is this server.")
    return made


def _flag(values: dict[str, str], name: str) -> bool:
    return values.get(name, "").strip().lower() in _TRUE
