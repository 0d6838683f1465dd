"""The boxes by which somebody decides about the use of a post, and how a decision is shown to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from fediverse_node.consent import decisions
from fediverse_node.consent.model import (
    CREDITS,
    OPEN_DATASET,
    PURPOSES,
    UNNAMED,
    Allowance,
    Entry,
    Subject,
)
from fediverse_node.web.pages.consent_strings import words
from fediverse_node.web.pages.strings import Strings
from fediverse_node.web.pages.views import Moment, moment

#: The boxes of single uses, by the use.
BOXES: Final[Mapping[str, str]] = {purpose: f"use-{purpose}" for purpose in PURPOSES}
#: What the name of the box of a picture begins with, before its id.
PICTURE: Final = "use-picture-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticks:
    """What is ticked.

    Attributes:
        training: the one plain box.
        uses: single uses, beside it.
        sensitive: that it holds for a sensitive post.
        media: pictures of a post that is out, by their ids.
        credit: how datasets name the author; None where the form did not ask.
    """

    training: bool = False
    uses: tuple[str, ...] = ()
    sensitive: bool = False
    media: tuple[str, ...] = ()
    credit: str | None = None

    @property
    def purposes(self) -> tuple[str, ...]:
        """What is allowed, all ticks taken together; nothing is a no."""
        plain = OPEN_DATASET if self.training else ()
        return tuple(purpose for purpose in PURPOSES if purpose in {*plain, *self.uses})

    @property
    def allowance(self) -> Allowance:
        """What a yes is to."""
        return Allowance(
            purposes=self.purposes or OPEN_DATASET,
            sensitive=self.sensitive,
            media=self.media,
            credit=self.credit,
        )


NOTHING_TICKED: Final = Ticks()


def ticked(sent: Mapping[str, str]) -> Ticks:
    """What was ticked in a form."""
    return Ticks(
        training=sent.get("training") == "yes",
        uses=tuple(purpose for purpose, box in BOXES.items() if sent.get(box) == "yes"),
        sensitive=sent.get("training_sensitive") == "yes",
        media=tuple(name.removeprefix(PICTURE) for name in sent if name.startswith(PICTURE)),
        credit=sent["training_credit"] if sent.get("training_credit") in {UNNAMED, *CREDITS} else None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class StateView:
    """What stands about one post, in the words of the page.

    Attributes:
        allowed: whether a yes is in force.
        uses: what it is to.
        since: when that was decided, if anything was.
        dataset: the dataset is among it.
        ticks: the boxes as they stand.
    """

    allowed: bool
    dataset: bool = False
    text: str
    uses: str = ""
    since: Moment | None = None
    ticks: Ticks = NOTHING_TICKED


def state_of(subject: Subject, entry: Entry | None, strings: Strings) -> StateView:
    """The state of *subject*, about which *entry* is the last line of the ledger."""
    says = words(strings.language)
    if entry is None:
        return StateView(allowed=False, text=says.never_said)
    since = moment(entry.at, strings)
    if decisions.granted(subject, entry) is None:
        # A yes that is not in force, and has no line yet that says so, is none any more.
        text = says.kinds["withdraw" if entry.kind == "grant" else entry.kind]
        return StateView(allowed=False, text=text, since=since)
    dataset = "dataset" in entry.purposes
    ticks = Ticks(
        uses=entry.purposes,
        sensitive=bool(entry.sensitive),
        media=entry.media_sha256,
        credit=entry.credit or UNNAMED,
    )
    uses = uses_of(entry, strings)
    return StateView(allowed=True, dataset=dataset, text=says.yes, uses=uses, since=since, ticks=ticks)


def uses_of(entry: Entry, strings: Strings) -> str:
    """The uses that *entry* names, for a list."""
    says = words(strings.language)
    return ("، " if strings.language == "ar" else ", ").join(says.uses[each] for each in entry.purposes)
