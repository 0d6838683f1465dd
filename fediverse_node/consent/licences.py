"""The licences a post can have: those of Creative Commons, by the names that SPDX gives them.

A closed list: a licence is for readers and machines to act on, and a word that nobody knows helps neither.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fediverse_node.kernel.errors import NotValid

_CC: Final = "https://creativecommons.org"
#: The address of each, as Creative Commons gives it out.
LICENCES: Final[Mapping[str, str]] = {
    "CC0-1.0": f"{_CC}/publicdomain/zero/1.0/",
    "CC-BY-4.0": f"{_CC}/licenses/by/4.0/",
    "CC-BY-SA-4.0": f"{_CC}/licenses/by-sa/4.0/",
    "CC-BY-ND-4.0": f"{_CC}/licenses/by-nd/4.0/",
    "CC-BY-NC-4.0": f"{_CC}/licenses/by-nc/4.0/",
    "CC-BY-NC-SA-4.0": f"{_CC}/licenses/by-nc-sa/4.0/",
    "CC-BY-NC-ND-4.0": f"{_CC}/licenses/by-nc-nd/4.0/",
}
_BY_NAME: Final = {name.lower(): name for name in LICENCES}
_BY_ADDRESS: Final = {url.removeprefix("https://").rstrip("/"): name for name, url in LICENCES.items()}
_PAGES: Final = ("/deed", "/legalcode")


def licence_named(text: str) -> str:
    """The SPDX name of the licence that *text* names, or whose address it is.

    Raises:
        NotValid: it is none of those that a post can have here.
    """
    said = text.strip().lower()
    found = _BY_NAME.get(said) or _BY_ADDRESS.get(_address(said))
    if found is None:
        raise NotValid(f"This licence is not known here. Known are: {', '.join(LICENCES)}.")
    return found


def address_of(licence: str | None) -> str | None:
    """Where the licence of this SPDX name stands; None for no licence, and for one that was never known."""
    return None if licence is None else LICENCES.get(licence)


def _address(text: str) -> str:
    """An address without what may differ in it: http, www, a language, the kind of page."""
    bare = text.partition("#")[0].partition("?")[0].removeprefix("https://").removeprefix("http://")
    bare = bare.removeprefix("www.").rstrip("/")
    for page in _PAGES:
        head, found, language = bare.rpartition(page)
        if found and (not language or language.startswith(".")):
            return head.rstrip("/")
    return bare
