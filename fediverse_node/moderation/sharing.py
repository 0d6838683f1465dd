"""Lists of blocked servers as Mastodon exports and imports them: comma-separated, with a first line of names.

`#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate`; the same names without `#` are
read as well, in any order, and so is a file that has only the domains.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Final

from fediverse_node.kernel.errors import NotValid
from fediverse_node.moderation.model import DomainBlock, Severity, canonical_domain

COLUMNS: Final = ("domain", "severity", "reject_media", "reject_reports", "public_comment", "obfuscate")
MAX_ROWS: Final = 50_000
_MAX_COMMENT: Final = 500
_SEVERITIES: Final[dict[str, Severity]] = {
    "noop": "noop",
    "none": "noop",
    "silence": "silence",
    "limit": "silence",
    "suspend": "suspend",
    "": "suspend",
}
_TRUE: Final = frozenset({"true", "1", "yes", "t"})


def read(text: str) -> list[DomainBlock]:
    """The rules in a file; the last one counts where a domain comes twice.

    Raises:
        NotValid: a line cannot be understood (it is named), or there are too many.
    """
    rows = [row for row in csv.reader(io.StringIO(text.removeprefix("\ufeff"))) if any(map(str.strip, row))]
    if not rows:
        return []
    names = [name.strip().lstrip("#").lower() for name in rows[0]]
    if "domain" in names:
        rows = rows[1:]
    else:
        names = list(COLUMNS)
    if len(rows) > MAX_ROWS:
        raise NotValid(f"A list may have at most {MAX_ROWS} servers.")
    found = [_rule(dict(zip(names, row, strict=False)), row) for row in rows]
    return list({rule.domain: rule for rule in found}.values())


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


def _rule(values: dict[str, str], row: list[str]) -> DomainBlock:
    try:
        return DomainBlock(
            domain=canonical_domain(values.get("domain", "")),
            severity=severity_of(values.get("severity", "")),
            reject_media=_flag(values, "reject_media"),
            reject_reports=_flag(values, "reject_reports"),
            public_comment=values.get("public_comment", "").strip()[:_MAX_COMMENT],
            obfuscate=_flag(values, "obfuscate"),
        )
    except NotValid as error:
        raise NotValid(f"The line “{','.join(row)[:100]}” cannot be used: {error}") from error


def _flag(values: dict[str, str], name: str) -> bool:
    return values.get(name, "").strip().lower() in _TRUE
