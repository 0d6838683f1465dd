"""What a reader of Really Simple Licensing 1.0 concludes: of the contents that match, the longest pattern."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from tests.readers.robots import matches

_NS = "{https://rslstandard.org/rsl}"
#: All words for uses that the standard has.
USES = frozenset({"all", "ai-all", "ai-train", "ai-input", "ai-index", "search"})
_WIDER = {"ai-train": {"all", "ai-all"}, "ai-input": {"all", "ai-all"}, "search": {"all"}}


def permits(text: str, path: str, use: str) -> bool:
    """Whether *use* of what is at *path* is permitted. What is prohibited is not, whatever else is said."""
    root = ET.fromstring(text)  # noqa: S314 our own file
    assert root.tag == f"{_NS}rsl"
    matching = [each for each in root.iter(f"{_NS}content") if matches(each.attrib["url"], path)]
    content = max(matching, key=lambda each: len(each.attrib["url"]))
    return any(_licence_permits(licence, use) for licence in content.iter(f"{_NS}license"))


def _licence_permits(licence: ET.Element, use: str) -> bool:
    named = {use, *_WIDER.get(use, ())}
    allowed, refused = (_uses(licence, verb) for verb in ("permits", "prohibits"))
    if refused is not None and refused & named:
        return False
    return allowed is None or bool(allowed & named)


def _uses(licence: ET.Element, verb: str) -> set[str] | None:
    found = [each for each in licence.iter(f"{_NS}{verb}") if each.attrib["type"] == "usage"]
    # At most one of a type.
    assert len(found) <= 1
    if not found:
        return None
    words = set((found[0].text or "").split())
    assert words <= USES
    return words
