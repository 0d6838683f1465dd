"""The words about pictures in the composer, in every language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureStrings:
    """One language.

    Attributes:
        remind: where a picture has no description yet.
        ai_parts: what can be said of a model's part, and is shown of it, by the word for machines.
        actions: what was done to a picture, by C2PA's names.
        credential_states: what was found out about what a file says of itself.
    """

    pictures: str
    help: str
    film_help: str
    choose: str
    alt: str
    alt_help: str
    drop: str
    remind: str
    ai_part: str
    ai_parts: Mapping[str, str]
    credentials: str
    credential_states: Mapping[str, str]
    signed_by: str
    signed_here: str
    done_with: str
    written_by: str
    came_with: str
    done: str
    actions: Mapping[str, str]
    comma: str


ENGLISH: Final = PictureStrings(
    pictures="Pictures",
    help="JPEG, PNG, WebP, GIF or AVIF. Where and when it was taken is removed.",
    film_help="Or one film or sound: MP4, WebM, MOV, MP3, Ogg, FLAC, WAV or M4A.",
    choose="Choose a picture",
    alt="What it shows",
    alt_help="For people who cannot see it.",
    drop="Take it out",
    remind="A picture has no description. Describe it for people who cannot see it, or publish it as it is.",
    ai_part="AI's part in it",
    ai_parts={
        "": "Not said",
        "none": "None",
        "edited": "Edited with AI",
        "made": "Made by AI",
    },
    credentials="Content Credentials",
    credential_states={
        "whole": "The file is the one that was signed. Whether the signer is who they say was not checked.",
        "broken": "The file was changed after it was signed, or what it says does not hold.",
        "unreadable": "The file carries credentials that cannot be read.",
    },
    signed_by="Signed by",
    signed_here="by this server, last of all",
    done_with="Tools",
    written_by="Written by",
    came_with="What was sent",
    done="What was done",
    actions={
        "c2pa.created": "made",
        "c2pa.opened": "opened",
        "c2pa.placed": "put into another picture",
        "c2pa.edited": "edited",
        "c2pa.cropped": "cropped",
        "c2pa.color_adjustments": "colours changed",
        "c2pa.filtered": "filtered",
        "c2pa.drawing": "drawn on",
        "c2pa.resized": "made smaller or larger",
        "c2pa.converted": "saved in another format",
        "c2pa.transcoded": "saved anew",
        "c2pa.repackaged": "packed anew",
        "c2pa.published": "published",
    },
    comma=", ",
)

ARABIC: Final = PictureStrings(
    pictures="صور",
    help="JPEG أو PNG أو WebP أو GIF أو AVIF. يُحذف منها مكان التقاطها ووقته.",
    film_help="أو مقطع مرئي أو صوتي واحد: MP4 أو WebM أو MOV أو MP3 أو Ogg أو FLAC أو WAV أو M4A.",
    choose="اختر صورة",
    alt="ما الذي تُظهره",
    alt_help="لمن لا يستطيع رؤيتها.",
    drop="أزِلها",
    remind="إحدى الصور بلا وصف. صِفها لمن لا يستطيع رؤيتها، أو انشرها كما هي.",
    ai_part="دور الذكاء الاصطناعي فيها",
    ai_parts={
        "": "غير مذكور",
        "none": "لا دور له",
        "edited": "عُدّلت بالذكاء الاصطناعي",
        "made": "من إنتاج الذكاء الاصطناعي",
    },
    credentials="بيانات اعتماد المحتوى",
    credential_states={
        "whole": "الملف هو الذي وُقّع. ولم يُتحقَّق من هوية الموقِّع.",
        "broken": "تغيّر الملف بعد توقيعه، أو لا يصحّ ما يقوله.",
        "unreadable": "في الملف بيانات اعتماد لا يمكن قراءتها.",
    },
    signed_by="وقّعه",
    signed_here="هذا الخادم، في آخر خطوة",
    done_with="الأدوات",
    written_by="كتبه",
    came_with="ما أُرسل",
    done="ما جرى عليها",
    actions={
        "c2pa.created": "أُنشئت",
        "c2pa.opened": "فُتحت",
        "c2pa.placed": "وُضعت في صورة أخرى",
        "c2pa.edited": "عُدّلت",
        "c2pa.cropped": "قُصّت",
        "c2pa.color_adjustments": "غُيّرت ألوانها",
        "c2pa.filtered": "طُبّق عليها مرشّح",
        "c2pa.drawing": "رُسم عليها",
        "c2pa.resized": "غُيّر حجمها",
        "c2pa.converted": "حُفظت بصيغة أخرى",
        "c2pa.transcoded": "حُفظت من جديد",
        "c2pa.repackaged": "أُعيد تغليفها",
        "c2pa.published": "نُشرت",
    },
    comma="، ",
)

_LANGUAGES: Final = {"en": ENGLISH, "ar": ARABIC}


def words(language: str) -> PictureStrings:
    """The words of a language that the pages speak."""
    return _LANGUAGES[language]
