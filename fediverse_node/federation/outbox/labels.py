"""What a post says about a model's part in it, to people and to machines.

What was published without a suggestion is `human-only`: its author typed it, as far as this server can
record. A person asked for a suggestion, took it, perhaps changed it, and published it: that is `ai-assisted`,
reviewed by a human, whatever the model did. Peers drop properties they do not know, so the label is
also a last line of the text and a hashtag that can be filtered.
"""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from fediverse_node.activitystreams.vocabulary import DIGITAL_SOURCE_TYPE
from fediverse_node.actors.addresses import Addresses
from fediverse_node.kernel.text import hashtag_key
from fediverse_node.posts.model import AiTool, Hashtag, Post
from fediverse_node.suggestions.model import Suggestion

HASHTAG: Final = "AIassisted"
DISCLOSURE: Final = "ai-assisted"
HUMAN_ONLY: Final = "human-only"
#: The line people see, by language. English stands in for languages that are not here.
LINES: Final[Mapping[str, str]] = {
    "ar": "كُتب بمساعدة الذكاء الاصطناعي وراجعه كاتبه",
    "de": "Mit KI-Hilfe geschrieben, vor dem Veröffentlichen von einem Menschen geprüft",
    "en": "AI-assisted, reviewed by the author",
    "es": "Escrito con ayuda de IA y revisado por su autor",
    "fr": "Rédigé avec une IA, relu par son auteur",
    "it": "Scritto con una IA e rivisto da chi lo pubblica",
    "ja": "AIの支援を受けて書かれ、投稿者が確認しました",
    "nl": "Geschreven met hulp van AI, nagekeken door de auteur",
    "pt": "Escrito com ajuda de IA e revisto pelo autor",
}
#: Actions in which the words were the model's from the start; all others worked on a person's words.
_FROM_NOTHING = frozenset({"draft"})


@dataclass(frozen=True, slots=True, kw_only=True)
class AiPart:
    """A model's part in a post, as the post's columns hold it."""

    disclosure: str | None = None
    digital_source_type: str | None = None
    tools: tuple[AiTool, ...] = ()
    human_reviewed: bool | None = None

    @property
    def used(self) -> bool:
        """Whether there is anything to label."""
        return self.disclosure is not None and self.disclosure != HUMAN_ONLY


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


def with_suggestion(before: AiPart, suggestion: Suggestion) -> AiPart:
    """*before*, after *suggestion* went into the text as well. A label is never taken off again."""
    tool = AiTool(name=suggestion.model, provider=suggestion.provider, action=suggestion.action)
    wholly = suggestion.action in _FROM_NOTHING and not before.used
    kind = "trainedAlgorithmicMedia" if wholly else "compositeWithTrainedAlgorithmicMedia"
    return AiPart(
        disclosure=DISCLOSURE,
        digital_source_type=DIGITAL_SOURCE_TYPE + kind,
        tools=(*(known for known in before.tools if known != tool), tool),
        human_reviewed=True,
    )


def labelled_html(content: str, part: AiPart, *, language: str | None, addresses: Addresses) -> str:
    """*content* with the line and the hashtag that people see, where a model took part."""
    if not part.used:
        return content
    tag = html.escape(addresses.tag(hashtag_key(HASHTAG)), quote=True)
    link = f'<a href="{tag}" class="mention hashtag" rel="tag">#<span>{HASHTAG}</span></a>'
    return f"{content}<p>{html.escape(line_in(language))} {link}</p>"


def labelled_tags(tags: list[Hashtag], part: AiPart) -> list[Hashtag]:
    """*tags* with the hashtag of the label, where a model took part."""
    key = hashtag_key(HASHTAG)
    if not part.used or any(tag.tag == key for tag in tags):
        return tags
    return [*tags, Hashtag(tag=key, name=HASHTAG)]


def line_in(language: str | None) -> str:
    """The line in *language* (BCP 47), else in English."""
    return LINES.get((language or "en").partition("-")[0].lower(), LINES["en"])
