"""Values the credentials room hands out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, get_args

from fediverse_node.activitystreams.vocabulary import DIGITAL_SOURCE_TYPE
from fediverse_node.kernel.errors import NotValid
from fediverse_node.kernel.text import clean_line

#: A model's part in a picture: none, it changed what a person made, or it made it. Nothing said is unknown.
AiPart = Literal["none", "edited", "made"]
AI_PARTS: Final[tuple[AiPart, ...]] = get_args(AiPart)
#: Whether the bytes are those that were signed. `unreadable`: there is something, and no sense in it.
State = Literal["whole", "broken", "unreadable"]
#: The least first: once it is published, a part only ever moves on.
RANKS: Final[Mapping[str | None, int]] = {None: 0, "none": 1, "edited": 2, "made": 3}
#: Characters of the name of a tool.
MAX_TOOL: Final = 100

_SOURCES: Final[Mapping[str | None, str]] = {
    "edited": f"{DIGITAL_SOURCE_TYPE}compositeWithTrainedAlgorithmicMedia",
    "made": f"{DIGITAL_SOURCE_TYPE}trainedAlgorithmicMedia",
}
#: Terms of IPTC that say that a model had a part, and which.
_PARTS: Final[Mapping[str, AiPart]] = {
    "trainedAlgorithmicMedia": "made",
    "compositeWithTrainedAlgorithmicMedia": "edited",
    "compositeSynthetic": "edited",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """How a picture was made, as far as it is said.

    Attributes:
        part: a model's; None: nobody said.
        tool: the name of what was used.
    """

    part: AiPart | None = None
    tool: str | None = None

    @property
    def source(self) -> str | None:
        """The IPTC term for it, where a model had a part."""
        return source_of(self.part)


UNSAID: Final = Making()


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What the Content Credentials in a file say, in a few words. Somebody else's words, unless checked.

    Attributes:
        state: whether the bytes are those that were signed.
        problems: the codes of C2PA for what is wrong; that nobody here knows the signer is none.
        signer: whom the certificate names.
        generator: the program that wrote it.
        actions: what was done, by C2PA's names, the oldest manifest first.
        tools: names of programs that did it.
        part: a model's, as far as they say.
        portable: it holds nothing but what was done, so that it may be handed on.
    """

    state: State
    problems: tuple[str, ...] = ()
    signer: str | None = None
    generator: str | None = None
    actions: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    part: AiPart | None = None
    portable: bool = False


def source_of(part: str | None) -> str | None:
    """The IPTC term for a model's part, as an address; None where there is none, or nobody knows."""
    return _SOURCES.get(part)


def part_of(source: str | None) -> AiPart | None:
    """A model's part, from an IPTC term or its address; None for terms that speak of none."""
    return _PARTS.get((source or "").rpartition("/")[2])


def greater(one: AiPart | None, other: AiPart | None) -> AiPart | None:
    """Of two the one that says more."""
    return max(one, other, key=RANKS.__getitem__)


def checked_part(text: str | None) -> AiPart | None:
    """A part as somebody says it: our word or the IPTC term. None where nothing is said.

    Raises:
        NotValid: it is neither.
    """
    if not text:
        return None
    found = next((each for each in AI_PARTS if each == text), None) or part_of(text)
    if found is None:
        raise NotValid(f"A model's part in a picture is one of: {', '.join(AI_PARTS)}.")
    return found


def checked_tool(text: str | None) -> str | None:
    """The name of a tool as it is stored; None where there is none.

    Raises:
        NotValid: it is too long.
    """
    cleaned = clean_line(text or "").strip()
    if len(cleaned) > MAX_TOOL:
        raise NotValid(f"The name of a tool has at most {MAX_TOOL} characters.")
    return cleaned or None


def settled(said: Making, least: AiPart | None) -> Making:
    """What is said of a picture, and what it cannot be less than.

    Raises:
        NotValid: less is said than its file, or what was published, says.
    """
    if said.part is not None and RANKS[said.part] < RANKS[least]:
        raise NotValid(
            "This picture says of itself that a model had a larger part in it. "
            "Such a label can be raised, and never taken back."
        )
    return Making(part=greater(said.part, least), tool=said.tool)
