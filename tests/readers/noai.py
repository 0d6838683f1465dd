"""What a crawler that knows only `noai` concludes, from headers and from a page's `<meta>`."""

from __future__ import annotations

from collections.abc import Iterable


def refused(directives: Iterable[str]) -> bool:
    """Whether one of *directives* (`X-Robots-Tag`, `<meta name="robots">`) says no. There is no yes."""
    return any("noai" in {word.strip().lower() for word in each.split(",")} for each in directives)
