"""The documents hold together: links lead somewhere, and every page can be found from the index."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SHELVES = ("tutorial", "howto", "reference", "fep", "explanation", "decisions")
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])

_FENCE = re.compile(r"^(```|~~~).*?^\1", re.DOTALL | re.MULTILINE)
_CODE = re.compile(r"`[^`\n]*`")
_LINK = re.compile(r"!?\[[^\]]*\]\(\s*<?([^)\s>]+)>?[^)]*\)")
_HEADING = re.compile(r"^#+\s+(.*?)\s*$", re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    assert [link for link in links(page) if not resolves(page, link)] == []


def test_the_check_of_links_finds_what_is_broken(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    (tmp_path / "other.md").write_text("# A heading, *with* marks\n")
    page.write_text("[a](other.md#a-heading-with-marks) [b](none.md) [c](other.md#none) `[d](code.md)`\n")
    found = [link for link in links(page) if not resolves(page, link)]
    assert found == ["none.md", "other.md#none"]


def test_every_page_is_listed_in_the_index_of_the_docs() -> None:
    index = ROOT / "docs" / "README.md"
    listed = {(index.parent / link.partition("#")[0]).resolve() for link in links(index)}
    pages = {page.resolve() for page in index.parent.glob("**/*.md")} - {index.resolve()}
    assert {str(page.relative_to(ROOT)) for page in pages - listed} == set()


def test_every_page_lies_on_a_shelf() -> None:
    below = {page.relative_to(ROOT / "docs").parts[0] for page in ROOT.glob("docs/*/**/*.md")}
    assert below <= set(SHELVES)


def test_decisions_are_numbered_without_gaps_and_say_what_follows() -> None:
    decisions = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert [page.name[:5] for page in decisions] == [f"{n:04d}-" for n in range(1, len(decisions) + 1)]
    for page in decisions:
        headings = _HEADING.findall(page.read_text())
        assert headings[1:] == ["Context", "Decision", "Consequences"], page.name


def links(page: Path) -> Iterator[str]:
    """The relative links of *page*, images too, without what stands in code."""
    text = _CODE.sub("", _FENCE.sub("", page.read_text()))
    for target in _LINK.findall(text):
        if not re.match(r"[a-z][a-z0-9+.-]*:|//", target):
            yield target


def resolves(page: Path, link: str) -> bool:
    """Whether *link* names a file that exists and a heading in it."""
    path, _, anchor = link.partition("#")
    target = page.parent / path if path else page
    if not target.exists():
        return False
    return not anchor or target.suffix != ".md" or anchor in anchors(target)


def anchors(page: Path) -> set[str]:
    """The anchors that GitHub and Forgejo make of the headings of *page*."""
    text = _FENCE.sub("", page.read_text())
    plain = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in _HEADING.findall(text))
    return {heading.replace(" ", "-") for heading in plain}
