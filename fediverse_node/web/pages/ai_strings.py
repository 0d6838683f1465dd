"""The words about AI on the pages where people write, decide, and look our terms up, in every language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class AiStrings:
    """One language.

    Attributes:
        disclosures: what an author can say about a model's part in a post, by the word for machines.
        filters: what a person can hide.
        done: what has just happened.
        values, example: of a term of our namespace.
    """

    part: str
    part_help: str
    disclosures: Mapping[str, str]
    reviewed: str
    reviewed_help: str
    settings: str
    settings_lead: str
    filter_: str
    filter_help: str
    filters: Mapping[str, str]
    autonomous: str
    autonomous_help: str
    save: str
    done: str
    values: str
    example: str


ENGLISH: Final = AiStrings(
    part="AI's part in this post",
    part_help="What AI suggested here is noted by itself. Say more if you used AI elsewhere; less cannot be "
    "said.",
    disclosures={
        "": "As noted here",
        "ai-assisted": "AI helped me",
        "ai-autonomous": "AI wrote it, and nobody reviewed it",
    },
    reviewed="I have read what AI wrote, and I stand by it",
    reviewed_help="Without a tick the post says that no person reviewed it.",
    settings="AI in posts",
    settings_lead="Posts say whether AI had a part in them. Decide what you see, and what yours say.",
    filter_="In my timelines",
    filter_help="Only posts that say so themselves can be hidden. Your own are never hidden from you.",
    filters={
        "off": "show everything",
        "autonomous": "hide what AI wrote and nobody reviewed",
        "all": "hide everything in which AI had a part",
    },
    autonomous="AI alone writes what this account posts",
    autonomous_help="The account is shown as automated, and each new post says that AI wrote it and nobody "
    "reviewed it.",
    save="Save",
    done="Saved.",
    values="Values",
    example="Example",
)

ARABIC: Final = AiStrings(
    part="دور الذكاء الاصطناعي في هذا المنشور",
    part_help="ما اقترحه الذكاء الاصطناعي هنا يُسجَّل تلقائيًا. اذكر المزيد إن استعملته في مكان آخر، "
    "ولا يمكن ذكر أقل.",
    disclosures={
        "": "كما هو مسجَّل هنا",
        "ai-assisted": "ساعدني الذكاء الاصطناعي",
        "ai-autonomous": "كتبه الذكاء الاصطناعي ولم يراجعه أحد",
    },
    reviewed="قرأت ما كتبه الذكاء الاصطناعي وأتحمّل مسؤوليته",
    reviewed_help="من دون علامة يذكر المنشور أنه لم يراجعه إنسان.",
    settings="الذكاء الاصطناعي في المنشورات",
    settings_lead="تذكر المنشورات هل كان للذكاء الاصطناعي دور فيها. قرّر ما تراه، وما تقوله منشوراتك.",
    filter_="في خطوطي الزمنية",
    filter_help="لا يُخفى إلا ما يصرّح بذلك بنفسه. ولا تُخفى عنك منشوراتك أبدًا.",
    filters={
        "off": "اعرض كل شيء",
        "autonomous": "أخفِ ما كتبه الذكاء الاصطناعي ولم يراجعه أحد",
        "all": "أخفِ كل ما كان للذكاء الاصطناعي دور فيه",
    },
    autonomous="الذكاء الاصطناعي وحده يكتب منشورات هذا الحساب",
    autonomous_help="يظهر الحساب على أنه آلي، ويذكر كل منشور جديد أن الذكاء الاصطناعي كتبه ولم يراجعه أحد.",
    save="حفظ",
    done="حُفظ.",
    values="القيم",
    example="مثال",
)

_LANGUAGES: Final = {"en": ENGLISH, "ar": ARABIC}


def words(language: str) -> AiStrings:
    """The words of a language that the pages speak."""
    return _LANGUAGES[language]
