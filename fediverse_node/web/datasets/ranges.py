"""Which bytes somebody asks for (RFC 9110, 14): one range, or all of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_RANGE: Final = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Bytes from *start* up to *end*, of *size*."""

    start: int
    end: int
    size: int

    @property
    def whole(self) -> bool:
        """Whether it is all there is."""
        return self.start == 0 and self.end == self.size

    @property
    def header(self) -> str:
        """`Content-Range`."""
        return f"bytes {self.start}-{self.end - 1}/{self.size}"


def part(text: str | None, size: int) -> Part | None:
    """What the header `Range` asks for; None when there is nothing of it.

    What cannot be read, and more than one range, is all of it: a server may always send that.
    """
    everything = Part(start=0, end=size, size=size)
    match = _RANGE.fullmatch(text.strip()) if text else None
    if match is None or not (match[1] or match[2]):
        return everything
    if not match[1]:
        last = min(int(match[2]), size)
        return Part(start=size - last, end=size, size=size) if last else None
    start = int(match[1])
    end = min(int(match[2]) + 1, size) if match[2] else size
    if match[2] and int(match[2]) < start:
        return everything  # no range at all, by the grammar
    return Part(start=start, end=end, size=size) if start < size else None
