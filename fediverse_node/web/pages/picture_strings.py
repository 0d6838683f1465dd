"""The words about pictures in the composer, in every language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureStrings:
    """One language.

    Attributes:
        remind: where a picture has no description yet.
    """

    pictures: str
    help: str
    choose: str
    alt: str
    alt_help: str
    drop: str
    remind: str


ENGLISH: Final = PictureStrings(
    pictures="Pictures",
    help="JPEG, PNG, WebP, GIF or AVIF. Where and when it was taken is removed.",
    choose="Choose a picture",
    alt="What it shows",
    alt_help="For people who cannot see it.",
    drop="Take it out",
    remind="A picture has no description. Describe it for people who cannot see it, or publish it as it is.",
)

ARABIC: Final = PictureStrings(
    pictures="صور",
    help="JPEG أو PNG أو WebP أو GIF أو AVIF. يُحذف منها مكان التقاطها ووقته.",
    choose="اختر صورة",
    alt="ما الذي تُظهره",
    alt_help="لمن لا يستطيع رؤيتها.",
    drop="أزِلها",
    remind="إحدى الصور بلا وصف. صِفها لمن لا يستطيع رؤيتها، أو انشرها كما هي.",
)

_LANGUAGES: Final = {"en": ENGLISH, "ar": ARABIC}


def words(language: str) -> PictureStrings:
    """The words of a language that the pages speak."""
    return _LANGUAGES[language]
