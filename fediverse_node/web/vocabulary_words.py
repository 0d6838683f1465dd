"""What the terms of our namespace mean, in English and Arabic: for the page and for programs alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import msgspec

from fediverse_node.activitystreams.vocabulary import DIGITAL_SOURCE_TYPE


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One term.

    Attributes:
        range: what its values are, by language.
        example: a value, as JSON.
        meaning: in words, by language.
    """

    range: Mapping[str, str]
    example: object
    meaning: Mapping[str, str]

    @property
    def example_json(self) -> str:
        """The example as it stands in a document."""
        return msgspec.json.encode(self.example).decode()


_TEXT: Final = {"en": "text", "ar": "نص"}
_ADDRESS: Final = {"en": "an address", "ar": "عنوان"}

TERMS: Final[Mapping[str, Term]] = {
    "aiDisclosure": Term(
        range={
            "en": "one of human-only, ai-assisted, ai-autonomous",
            "ar": "واحدة من: human-only، ai-assisted، ai-autonomous",
        },
        example="ai-assisted",
        meaning={
            "en": "How much of the post is a model's: nothing, a part of what a person publishes, or all of "
            "it without anybody's review. Absent means that nothing is known.",
            "ar": "مقدار ما كتبه نموذج في المنشور: لا شيء، أو جزء مما ينشره إنسان، أو كله من دون مراجعة أحد. "
            "وغيابه يعني أن شيئًا لا يُعرف.",
        },
    ),
    "digitalSourceType": Term(
        range={
            "en": "the address of an IPTC digital source type",
            "ar": "عنوان أحد أنواع المصدر الرقمي لدى IPTC",
        },
        example=f"{DIGITAL_SOURCE_TYPE}compositeWithTrainedAlgorithmicMedia",
        meaning={"en": "How the text or the file came about.", "ar": "كيف نشأ النص أو الملف."},
    ),
    "aiTools": Term(
        range={"en": "a list of Application", "ar": "قائمة من Application"},
        example=[
            {"type": "Application", "name": "llama3.2", "aiProvider": "Ollama, here", "aiAction": "rewrite"}
        ],
        meaning={
            "en": "The models that had a part, in order, each with name, aiProvider and aiAction.",
            "ar": "النماذج التي كان لها دور، بالترتيب، ولكل منها name وaiProvider وaiAction.",
        },
    ),
    "aiProvider": Term(
        range=_TEXT,
        example="Ollama, here",
        meaning={"en": "Who runs a model.", "ar": "من يشغّل النموذج."},
    ),
    "aiAction": Term(
        range={
            "en": "text; from this server draft, rewrite, shorten or translate",
            "ar": "نص، ومن هذا الخادم draft أو rewrite أو shorten أو translate",
        },
        example="rewrite",
        meaning={"en": "What a model did with the text.", "ar": "ما فعله النموذج بالنص."},
    ),
    "humanReviewed": Term(
        range={"en": "true or false", "ar": "true أو false"},
        example=True,
        meaning={
            "en": "Whether the author said to have read what a model wrote.",
            "ar": "هل قال الكاتب إنه قرأ ما كتبه النموذج.",
        },
    ),
    "contentUsage": Term(
        range={"en": "a statement of the IETF AIPREF vocabulary", "ar": "عبارة من مفردات IETF AIPREF"},
        example="train-ai=n",
        meaning={
            "en": "Whether the author allows use of the post to train AI.",
            "ar": "هل يسمح الكاتب باستخدام المنشور في تدريب الذكاء الاصطناعي.",
        },
    ),
    "usageConsent": Term(
        range=_ADDRESS,
        example="https://example.org/consent/receipts/7",
        meaning={
            "en": "The receipt of the author's consent. There is one only where some use is allowed.",
            "ar": "إيصال موافقة الكاتب. لا يوجد إلا حيث سُمح باستخدام ما.",
        },
    ),
    "xRobotsTag": Term(
        range={
            "en": "the value of an X-Robots-Tag header (FEP-5e53)",
            "ar": "قيمة ترويسة X-Robots-Tag (FEP-5e53)",
        },
        example="noai, noimageai",
        meaning={
            "en": "The same decision for programs that know only this word.",
            "ar": "القرار نفسه للبرامج التي لا تعرف إلا هذه الكلمة.",
        },
    ),
    "license": Term(
        range=_ADDRESS,
        example="https://creativecommons.org/licenses/by/4.0/",
        meaning={
            "en": "The licence of the post, where its author chose one.",
            "ar": "رخصة المنشور إن اختار كاتبه واحدة.",
        },
    ),
}
