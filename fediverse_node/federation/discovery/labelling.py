"""What a post from elsewhere says of a model's part in it, in our words.

Read are our own terms, schema.org's and IPTC's, the values of the expired HTTP header `AI-Disclosure`, and
hashtags with which people label their own posts. Nothing is guessed from the text: a post that says
nothing stays unknown, and so does one that only talks about AI (#AI, #GenAI).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from fediverse_node.activitystreams.documents import AiClaims, ObjectDoc
from fediverse_node.activitystreams.vocabulary import DIGITAL_SOURCE_TYPE
from fediverse_node.kernel.text import hashtag_key
from fediverse_node.posts.model import Hashtag, SaidBy

HUMAN: Final = "human-only"
ASSISTED: Final = "ai-assisted"
AUTONOMOUS: Final = "ai-autonomous"
_RANKS: Final = (HUMAN, ASSISTED, AUTONOMOUS)
#: Where it is not said whether a person read it, the milder word is taken.
_WORDS: Final = {
    HUMAN: HUMAN,
    "humanonly": HUMAN,
    "human": HUMAN,
    "none": HUMAN,
    ASSISTED: ASSISTED,
    "aiassisted": ASSISTED,
    "ai-generated": ASSISTED,
    "ai-modified": ASSISTED,
    "ai-originated": ASSISTED,
    AUTONOMOUS: AUTONOMOUS,
    "aiautonomous": AUTONOMOUS,
    "machine-generated": AUTONOMOUS,
}
_BY_MODELS: Final = frozenset(
    f"{DIGITAL_SOURCE_TYPE}{name}"
    for name in ("trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia", "compositeSynthetic")
)
#: With these people say of their own post that a model had a part in it. Folded, as hashtags are stored.
HASHTAGS: Final = frozenset(
    hashtag_key(name)
    for name in (
        "AIassisted", "AIgenerated", "AIgeneratedContent", "AIcontent", "MadeWithAI", "MadeByAI",
        "CreatedWithAI", "GeneratedByAI", "GeneratedWithAI", "WrittenWithAI", "WrittenByAI",
        "TranslatedByAI", "TranslatedWithAI", "KIgeneriert", "KIunterstützt", "HechoConIA", "GeneradoConIA",
        "GeneradoPorIA", "GénéréParIA", "RédigéAvecIA", "ScrittoConIA", "GeneratoDaIA", "FeitoComIA",
        "GeradoPorIA", "MetHulpVanAI", "DoorAIgeschreven", "AI生成", "AI支援", "بمساعدة_الذكاء_الاصطناعي",
        "من_إنتاج_الذكاء_الاصطناعي",
    )
)  # fmt: skip
#: Said of a picture in the post; without one, the post only talks about such pictures.
PICTURE_HASHTAGS: Final = frozenset(
    hashtag_key(name)
    for name in (
        "AIart", "AIartwork", "AIgeneratedArt", "AIgeneratedImage", "AIimage", "AIphotography", "KIkunst",
        "StableDiffusionArt", "MidjourneyArt",
    )
)  # fmt: skip
_SEPARATORS: Final = re.compile(r"[\s_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """`human-only`, `ai-assisted`, `ai-autonomous` or None for unknown; and where that was said."""

    disclosure: str | None = None
    said_by: SaidBy | None = None


UNKNOWN: Final = Label()


def label_of(doc: ObjectDoc, tags: Iterable[Hashtag]) -> Label:
    """What *doc* with these *tags* says. A property comes before a hashtag; of several the highest counts."""
    stated = _stated(doc.ai, pictures=any(each.digital_source_type in _BY_MODELS for each in doc.attachments))
    if stated is not None:
        return Label(disclosure=stated, said_by="field")
    if doc.hashtags and _tagged(doc, {tag.tag for tag in tags}):
        return Label(disclosure=ASSISTED, said_by="hashtag")
    return UNKNOWN


def _stated(claims: AiClaims, *, pictures: bool) -> str | None:
    said = claims.ai_disclosure or claims.digital_source_type or claims.ai_tools
    if not said and not pictures:
        # Of nearly every post that comes in.
        return None
    found = [_word(claims.ai_disclosure)] if claims.ai_disclosure else []
    if claims.ai_tools or pictures or claims.digital_source_type in _BY_MODELS:
        found.append(ASSISTED)
    return max((each for each in found if each is not None), key=_RANKS.index, default=None)


def _word(text: str) -> str | None:
    """A word as others write it: as the end of an address, with underscores, in one word."""
    last = text.strip().rpartition("#")[2].rpartition("/")[2].rpartition(":")[2]
    return _WORDS.get(_SEPARATORS.sub("-", last).lower())


def _tagged(doc: ObjectDoc, named: set[str]) -> bool:
    if not named.isdisjoint(HASHTAGS):
        return True
    return not named.isdisjoint(PICTURE_HASHTAGS) and any(
        (each.media_type or each.type or "").lower().startswith("image") for each in doc.attachments
    )
