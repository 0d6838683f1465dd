"""The words that posts say of a model's part in them, by language. English stands in for all others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelWords:
    """One language.

    Attributes:
        reviewed, unreviewed: the line under a post in which a model helped, and that its author read, or
            did not say to have read.
        autonomous: the line under what a model wrote that nobody read.
        hashtags: in this language, for the two kinds; beside those that all posts have.
    """

    reviewed: str
    unreviewed: str
    autonomous: str
    hashtags: tuple[str, str] | None = None


WORDS: Final[Mapping[str, LabelWords]] = {
    "ar": LabelWords(
        reviewed="كُتب بمساعدة الذكاء الاصطناعي وراجعه كاتبه",
        unreviewed="كُتب بمساعدة الذكاء الاصطناعي ولم يراجعه إنسان",
        autonomous="كتبه الذكاء الاصطناعي ولم يراجعه إنسان",
        hashtags=("بمساعدة_الذكاء_الاصطناعي", "من_إنتاج_الذكاء_الاصطناعي"),
    ),
    "de": LabelWords(
        reviewed="Mit KI-Hilfe geschrieben, vor dem Veröffentlichen von einem Menschen geprüft",
        unreviewed="Mit KI-Hilfe geschrieben, nicht von einem Menschen geprüft",
        autonomous="Von einer KI geschrieben, nicht von einem Menschen geprüft",
        hashtags=("KIunterstützt", "KIgeneriert"),
    ),
    "en": LabelWords(
        reviewed="AI-assisted, reviewed by the author",
        unreviewed="AI-assisted, not reviewed by a person",
        autonomous="Written by AI, not reviewed by a person",
    ),
    "es": LabelWords(
        reviewed="Escrito con ayuda de IA y revisado por su autor",
        unreviewed="Escrito con ayuda de IA, sin revisión humana",
        autonomous="Escrito por una IA, sin revisión humana",
        hashtags=("HechoConIA", "GeneradoPorIA"),
    ),
    "fr": LabelWords(
        reviewed="Rédigé avec une IA, relu par son auteur",
        unreviewed="Rédigé avec une IA, sans relecture humaine",
        autonomous="Rédigé par une IA, sans relecture humaine",
        hashtags=("RédigéAvecIA", "GénéréParIA"),
    ),
    "it": LabelWords(
        reviewed="Scritto con una IA e rivisto da chi lo pubblica",
        unreviewed="Scritto con una IA, non rivisto da una persona",
        autonomous="Scritto da una IA, non rivisto da una persona",
        hashtags=("ScrittoConIA", "GeneratoDaIA"),
    ),
    "ja": LabelWords(
        reviewed="AIの支援を受けて書かれ、投稿者が確認しました",
        unreviewed="AIの支援を受けて書かれました。人による確認はありません",
        autonomous="AIが書きました。人による確認はありません",
        hashtags=("AI支援", "AI生成"),
    ),
    "nl": LabelWords(
        reviewed="Geschreven met hulp van AI, nagekeken door de auteur",
        unreviewed="Geschreven met hulp van AI, niet nagekeken door een mens",
        autonomous="Geschreven door AI, niet nagekeken door een mens",
        hashtags=("MetHulpVanAI", "DoorAIgeschreven"),
    ),
    "pt": LabelWords(
        reviewed="Escrito com ajuda de IA e revisto pelo autor",
        unreviewed="Escrito com ajuda de IA, sem revisão humana",
        autonomous="Escrito por uma IA, sem revisão humana",
        hashtags=("FeitoComIA", "GeradoPorIA"),
    ),
}


def words_in(language: str | None) -> LabelWords:
    """The words of *language* (BCP 47), else of English."""
    return WORDS.get((language or "en").partition("-")[0].lower(), WORDS["en"])
