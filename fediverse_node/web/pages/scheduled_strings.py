"""The words about posts that appear later, in every language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduledStrings:
    """One language."""

    title: str
    lead: str
    none_yet: str
    later: str
    at: str
    zone: str
    zone_help: str
    appears: str
    failed: str
    moved_to: str
    move: str
    delete: str
    consents: str
    taken: str
    moved: str
    deleted: str


ENGLISH: Final = ScheduledStrings(
    title="Posts that appear later",
    lead="Only you see this page. Posts appear by themselves when their time has come.",
    none_yet="No post waits for its time.",
    later="Let it appear later",
    at="Date and time",
    zone="Distance of this time from UTC",
    zone_help="This page cannot know your time zone. Choose what your clock will show on that day: "
    "in summer it may be another than in winter.",
    appears="Appears",
    failed="It did not appear:",
    moved_to="Let it appear at",
    move="Change the time",
    delete="Delete",
    consents="You allowed training for exactly this text. That counts from the moment it appears.",
    taken="Your post waits for its time.",
    moved="It appears at another time now.",
    deleted="It will not appear.",
)

ARABIC: Final = ScheduledStrings(
    title="منشورات تظهر لاحقًا",
    lead="لا يرى هذه الصفحة غيرك. تظهر المنشورات من تلقاء نفسها حين يحين وقتها.",
    none_yet="لا ينتظر أي منشور وقته.",
    later="ليظهر لاحقًا",
    at="التاريخ والوقت",
    zone="فرق هذا الوقت عن UTC",
    zone_help="لا تستطيع هذه الصفحة معرفة منطقتك الزمنية. اختر ما ستعرضه ساعتك في ذلك اليوم: "
    "قد يختلف الصيف عن الشتاء.",
    appears="يظهر",
    failed="لم يظهر:",
    moved_to="ليظهر في",
    move="غيّر الوقت",
    delete="احذف",
    consents="سمحت بالتدريب لهذا النص بعينه. يسري ذلك من لحظة ظهوره.",
    taken="منشورك ينتظر وقته.",
    moved="سيظهر الآن في وقت آخر.",
    deleted="لن يظهر.",
)

_LANGUAGES: Final = {"en": ENGLISH, "ar": ARABIC}


def words(language: str) -> ScheduledStrings:
    """The words of a language that the pages speak."""
    return _LANGUAGES[language]
