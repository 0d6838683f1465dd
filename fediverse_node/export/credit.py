"""How a row names its author: not at all, unless they chose it along with the very yes that it rests on."""

from __future__ import annotations

from fediverse_node.actors.model import Actor
from fediverse_node.consent.model import Entry
from fediverse_node.kernel.text import clean_text


def name_of(entry: Entry, author: Actor) -> str | None:
    """The name of *author* under the yes *entry*: `@handle@server`, or what their profile calls them now.

    A profile without a name is named by its handle.
    """
    if entry.credit is None:
        return None
    shown = clean_text(author.name).strip() if entry.credit == "name" else ""
    return shown or author.handle


def names_of(author: Actor) -> frozenset[str]:
    """Whatever a row may call *author* by now."""
    return frozenset((clean_text(author.name).strip() or author.handle, author.handle))
