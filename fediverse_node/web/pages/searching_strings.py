"""The words of the search page, in every language the pages speak."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchingStrings:
    """One language. `operators` are examples of what may be typed, each with what it finds."""

    search: str
    lead: str
    looked_for: str
    people: str
    hashtags: str
    posts: str
    nothing: str
    elsewhere: str
    help: str
    operators: tuple[tuple[str, str], ...]


ENGLISH: Final = SearchingStrings(
    search="Search",
    lead="What you wrote, what names you, what you marked, and public posts of people who let them be found.",
    looked_for="Words, @name@example.org, #hashtag or an address",
    people="People",
    hashtags="Hashtags",
    posts="Posts",
    nothing="Nothing was found.",
    elsewhere="Look it up on its own server",
    help="What you can type",
    operators=(
        ('"two words"', "these words side by side"),
        ("-word", "posts without it"),
        ("from:me, from:@name@example.org", "by you, by somebody"),
        ("has:media, has:image, has:video, has:audio, has:poll, has:link", "with files, a poll or a link"),
        ("is:reply, is:sensitive, is:edited, is:local", "answers, sensitive, edited, from this server"),
        ("language:en", "in this language"),
        ("before:2026-03-01, after:2025, during:2026-02", "by the day, month or year when it was published"),
        ("in:library, in:public", "only what concerns you, only what everybody may find"),
    ),
)

ARABIC: Final = SearchingStrings(
    search="بحث",
    lead="المنشورات التي كتبتها أو ذُكرت فيها أو علّمتها، والمنشورات العامة لمن يسمح بالعثور عليها.",
    looked_for="كلمات أو @name@example.org أو وسم أو عنوان",
    people="أشخاص",
    hashtags="وسوم",
    posts="منشورات",
    nothing="لم يُعثر على شيء.",
    elsewhere="ابحث عنه في خادمه",
    help="ما يمكنك كتابته",
    operators=(
        ('"two words"', "هاتان الكلمتان متجاورتين"),
        ("-word", "المنشورات الخالية منها"),
        ("from:me, from:@name@example.org", "ما كتبته أنت أو كتبه شخص ما"),
        ("has:media, has:image, has:video, has:audio, has:poll, has:link", "مع ملفات أو استطلاع أو رابط"),
        ("is:reply, is:sensitive, is:edited, is:local", "الردود والحساسة والمعدّلة ومن هذا الخادم"),
        ("language:en", "بهذه اللغة"),
        ("before:2026-03-01, after:2025, during:2026-02", "حسب يوم النشر أو شهره أو سنته"),
        ("in:library, in:public", "ما يخصّك فقط، أو ما يمكن للجميع العثور عليه فقط"),
    ),
)

_LANGUAGES: Final = {"en": ENGLISH, "ar": ARABIC}


def words(language: str) -> SearchingStrings:
    """The words of a language that the pages speak."""
    return _LANGUAGES[language]
