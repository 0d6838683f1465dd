"""What a browser calls itself, in two words: enough for people to recognise it, too little to track it."""

from __future__ import annotations

from typing import Final

_MAX_HEADER: Final = 400
#: The more exact names first: nearly every browser says that it is Safari, and many that they are Chrome.
_BROWSERS: Final = (
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Vivaldi/", "Vivaldi"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("curl/", "curl"),
)
#: Android says that it is Linux, and iPads that they are like a Mac.
_SYSTEMS: Final = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Macintosh", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def browser_name(user_agent: str | None) -> str:
    """`Firefox, Linux` and the like; empty for what is not known. Never anything that was sent."""
    said = (user_agent or "")[:_MAX_HEADER]
    found = [next((name for mark, name in names if mark in said), "") for names in (_BROWSERS, _SYSTEMS)]
    return ", ".join(name for name in found if name)
