"""The words of the page where people change their profile, in every language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileStrings:
    """One language."""

    title: str
    lead: str
    name: str
    about: str
    fields: str
    fields_help: str
    field_name: str
    field_value: str
    avatar: str
    avatar_help: str
    avatar_alt: str
    header: str
    header_help: str
    header_alt: str
    drop: str
    locked: str
    discoverable: str
    indexable: str
    hide_follows: str
    save: str
    done: str


ENGLISH: Final = ProfileStrings(
    title="Your profile",
    lead="Everybody can see it, here and on other servers.",
    name="Name",
    about="About you",
    fields="Fields",
    fields_help="A page that links back to your profile is shown as yours.",
    field_name="What it is",
    field_value="What it says",
    avatar="Your picture",
    avatar_help="A square of 400 pixels is made of its middle. It may move.",
    avatar_alt="What your picture shows",
    header="Wide picture",
    header_help="It is cut to 1500 by 500 pixels.",
    header_alt="What the wide picture shows",
    drop="Take it away",
    locked="Ask me before somebody follows me",
    discoverable="Directories may list me",
    indexable="Search may find my public posts",
    hide_follows="Hide who follows whom",
    save="Save",
    done="Your profile is changed, and other servers are told.",
)

ARABIC: Final = ProfileStrings(
    title="ملفك الشخصي",
    lead="يراه الجميع، هنا وعلى الخوادم الأخرى.",
    name="الاسم",
    about="نبذة عنك",
    fields="حقول",
    fields_help="الصفحة التي تربط بملفك تظهر على أنها لك.",
    field_name="ما هو",
    field_value="ما يقوله",
    avatar="صورتك",
    avatar_help="يُقتطع من وسطها مربع طوله 400 بكسل. ويجوز أن تكون متحركة.",
    avatar_alt="ما تُظهره صورتك",
    header="الصورة العريضة",
    header_help="تُقتطع إلى 1500 في 500 بكسل.",
    header_alt="ما تُظهره الصورة العريضة",
    drop="أزِلها",
    locked="اسألني قبل أن يتابعني أحد",
    discoverable="يجوز أن تُدرجني الأدلّة",
    indexable="يجوز أن يجد البحث منشوراتي العامة",
    hide_follows="أخفِ من يتابع من",
    save="احفظ",
    done="تغيّر ملفك، وأُبلغت الخوادم الأخرى.",
)

_LANGUAGES: Final = {"en": ENGLISH, "ar": ARABIC}


def words(language: str) -> ProfileStrings:
    """The words of a language that the pages speak."""
    return _LANGUAGES[language]
