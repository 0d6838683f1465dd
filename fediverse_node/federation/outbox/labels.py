"""What a post says about a model's part in it, to people and to machines.

What was published without a suggestion is `human-only`: its author typed it, as far as this server can
record. A person asked for a suggestion, took it, perhaps changed it, and published it: that is `ai-assisted`,
and whether they read it is what they said. A label goes up only: an author may say that more was a model's
than is recorded here, and never that less was. Peers drop properties they do not know, so the label is
also a last line of the text and a hashtag that can be filtered.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, Protocol

from fediverse_node.activitystreams.vocabulary import DIGITAL_SOURCE_TYPE
from fediverse_node.actors.addresses import Addresses
from fediverse_node.actors.model import Actor
from fediverse_node.credentials.model import part_of
from fediverse_node.federation.outbox.label_words import words_in
from fediverse_node.kernel.errors import NotValid
from fediverse_node.kernel.text import hashtag_key
from fediverse_node.posts.model import AiTool, Attachment, Hashtag, Post
from fediverse_node.storage.tx import Tx
from fediverse_node.suggestions import queries as suggestions
from fediverse_node.suggestions.model import Suggestion

Disclosure = Literal["human-only", "ai-assisted", "ai-autonomous"]

HASHTAG: Final = "AIassisted"
AUTONOMOUS_HASHTAG: Final = "AIgenerated"
HUMAN_ONLY: Final = "human-only"
DISCLOSURE: Final = "ai-assisted"
AUTONOMOUS: Final = "ai-autonomous"
#: The least part of a model first: a label only ever moves on.
RANKS: Final[Mapping[str | None, int]] = {None: 0, HUMAN_ONLY: 0, DISCLOSURE: 1, AUTONOMOUS: 2}
_BY_MODEL: Final = f"{DIGITAL_SOURCE_TYPE}trainedAlgorithmicMedia"
_MIXED: Final = f"{DIGITAL_SOURCE_TYPE}compositeWithTrainedAlgorithmicMedia"
#: Actions in which the words were the model's from the start; all others worked on a person's words.
_FROM_NOTHING = frozenset({"draft"})
#: What a tool did that made or changed a picture.
_PICTURE: Final = "picture"
_LAST_LINE: Final = re.compile(
    r'<p>[^<>]*(?: <a href="[^"<>]*" class="mention hashtag" rel="tag">#<span>[^<>]*</span></a>){1,2}</p>\Z'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AiPart:
    """A model's part in a post, as the post's columns hold it.

    `handles` are of the suggestions that were taken just now.
    """

    disclosure: str | None = None
    digital_source_type: str | None = None
    tools: tuple[AiTool, ...] = ()
    human_reviewed: bool | None = None
    handles: tuple[str, ...] = ()

    @property
    def used(self) -> bool:
        """Whether there is anything to label."""
        return self.disclosure is not None and self.disclosure != HUMAN_ONLY


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What an author says of a model's part when they publish or edit.

    Attributes:
        handle: of the suggestion that went into the text.
        reviewed: they read what the model wrote, and stand by it.
        disclosure: how much was a model's, when that is more than is recorded here.
        autonomous: the account's posts are a model's, and nobody reads them first.
    """

    handle: str | None = None
    reviewed: bool = False
    disclosure: Disclosure | None = None
    autonomous: bool = False


class Saying(Protocol):
    """What a draft and an edit have alike."""

    @property
    def suggestion_handle(self) -> str | None:
        """Of the suggestion that went into the text."""

    @property
    def reviewed(self) -> bool:
        """The author read it."""

    @property
    def disclosure(self) -> Disclosure | None:
        """How much was a model's."""


def said_by(author: Actor, saying: Saying) -> Said:
    """What *author* says of a model's part, with a draft or an edit."""
    return Said(
        handle=saying.suggestion_handle,
        reviewed=saying.reviewed,
        disclosure=saying.disclosure,
        autonomous=author.details.autonomous,
    )


#: No model took part, as far as this server can record.
NONE: Final = AiPart(disclosure=HUMAN_ONLY, digital_source_type=f"{DIGITAL_SOURCE_TYPE}digitalCreation")


def part_in(post: Post) -> AiPart:
    """What *post* says so far."""
    return AiPart(
        disclosure=post.ai_disclosure,
        digital_source_type=post.digital_source_type,
        tools=post.ai_tools,
        human_reviewed=post.human_reviewed,
    )


def settled(tx: Tx, part: AiPart, said: Said, *, account_id: int, uri: str) -> AiPart:
    """*part* after all that its author says about it; the suggestion is noted as used for the post *uri*.

    Raises:
        NotFound: the suggestion is not theirs.
        NotValid: less is said than is recorded, or that somebody reviewed what nobody reviewed.
    """
    if said.handle is not None:
        part = with_suggestion(part, suggestions.redeem(tx, said.handle, account_id, uri))
    if said.disclosure is not None:
        part = raised(part, said.disclosure)
    if said.autonomous:
        part = raised(part, AUTONOMOUS)
    if said.reviewed and part.used:
        if part.disclosure == AUTONOMOUS and not said.autonomous:
            raise NotValid(
                "What a person reviewed is ai-assisted. An ai-autonomous post was reviewed by nobody."
            )
        part = replace(part, human_reviewed=part.disclosure != AUTONOMOUS)
    return part


def with_suggestion(before: AiPart, suggestion: Suggestion) -> AiPart:
    """*before*, after *suggestion* went into the text as well, and before anybody says to have read it."""
    tool = AiTool(name=suggestion.model, provider=suggestion.provider, action=suggestion.action)
    wholly = suggestion.action in _FROM_NOTHING and not before.used
    return AiPart(
        disclosure=max(before.disclosure, DISCLOSURE, key=RANKS.__getitem__),
        digital_source_type=_BY_MODEL if wholly else _MIXED,
        tools=(*(known for known in before.tools if known != tool), tool),
        human_reviewed=False,
        handles=(*before.handles, suggestion.handle),
    )


def raised(before: AiPart, wanted: Disclosure) -> AiPart:
    """*before*, and at least what its author says.

    Raises:
        NotValid: that is less than is recorded.
    """
    if RANKS[wanted] < RANKS[before.disclosure]:
        raise NotValid(f"This post is {before.disclosure}. A label can be raised, and never taken back.")
    if wanted in {HUMAN_ONLY, before.disclosure}:
        return before
    stated = _BY_MODEL if wanted == AUTONOMOUS else _MIXED
    kind = before.digital_source_type if before.used else stated
    return replace(before, disclosure=wanted, digital_source_type=kind, human_reviewed=False)


def combined(before: AiPart, stated: AiPart) -> AiPart:
    """What a post said, and what its author states now: of the two the higher label, and all tools."""
    if not stated.used or not before.used:
        return stated if stated.used else before
    higher = max(before, stated, key=lambda part: RANKS[part.disclosure])
    return replace(
        higher,
        tools=tuple(dict.fromkeys((*before.tools, *stated.tools))),
        handles=(*before.handles, *stated.handles),
        human_reviewed=bool(stated.human_reviewed) and higher.disclosure != AUTONOMOUS,
    )


def with_pictures(before: AiPart, carried: Sequence[Attachment]) -> AiPart:
    """*before*, and what the pictures of the post say: one that a model made or changed makes it assisted."""
    made = [item for item in carried if part_of(item.digital_source_type)]
    if not made:
        return before
    tools = [AiTool(name=item.ai_tool, action=_PICTURE) for item in made if item.ai_tool]
    if not before.used:
        before = AiPart(disclosure=DISCLOSURE, digital_source_type=_MIXED, human_reviewed=False)
    return replace(before, tools=tuple(dict.fromkeys((*before.tools, *tools))))


def labelled_html(content: str, part: AiPart, *, language: str | None, addresses: Addresses) -> str:
    """*content* with the line and the hashtags that people see, where a model took part."""
    if not part.used:
        return content
    links = (_link(name, addresses) for name in _hashtags(part, language))
    return f"{content}<p>{html.escape(line_in(language, part))} {' '.join(links)}</p>"


def without_label(post: Post) -> str:
    """The text of a post of ours without the line that `labelled_html` put under it."""
    if not (post.local and post.ai_used):
        return post.content_html
    return _LAST_LINE.sub("", post.content_html)


def labelled_tags(tags: list[Hashtag], part: AiPart, *, language: str | None = None) -> list[Hashtag]:
    """*tags* with the hashtags of the label, where a model took part."""
    if not part.used:
        return tags
    known = {tag.tag for tag in tags}
    made = [Hashtag(tag=hashtag_key(name), name=name) for name in _hashtags(part, language)]
    return [*tags, *(tag for tag in made if tag.tag not in known)]


def hashtag_of(disclosure: str | None) -> str:
    """The hashtag that posts of every language have, for a label."""
    return AUTONOMOUS_HASHTAG if disclosure == AUTONOMOUS else HASHTAG


def line_in(language: str | None, part: AiPart) -> str:
    """The line for *part* in *language* (BCP 47), else in English."""
    words = words_in(language)
    if part.disclosure == AUTONOMOUS:
        return words.autonomous
    return words.reviewed if part.human_reviewed else words.unreviewed


def _hashtags(part: AiPart, language: str | None) -> tuple[str, ...]:
    """The one of the language first, where it has one."""
    own = words_in(language).hashtags
    common = hashtag_of(part.disclosure)
    return (common,) if own is None else (own[part.disclosure == AUTONOMOUS], common)


def _link(name: str, addresses: Addresses) -> str:
    address = html.escape(addresses.tag(hashtag_key(name)), quote=True)
    return f'<a href="{address}" class="mention hashtag" rel="tag">#<span>{html.escape(name)}</span></a>'
