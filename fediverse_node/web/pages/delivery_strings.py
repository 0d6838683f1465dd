"""The words of the page that shows where a post went, in every language the pages speak."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryStrings:
    """One language. `states` are the words for what became of a letter."""

    title: str
    lead: str
    nowhere: str
    server: str
    activity: str
    state: str
    tries: str
    last_tried: str
    answer: str
    next_try: str
    when_back: str
    again: str
    again_all: str
    trying: str
    nothing_to_try: str
    not_yet: str
    expires: str
    states: Mapping[str, str]


ENGLISH: Final = DeliveryStrings(
    title="Where this post went",
    lead="Only whoever has this link sees this page. Do not pass it on.",
    nowhere="It was sent to no other server: it has no followers or mentions elsewhere.",
    server="Server",
    activity="What was sent",
    state="State",
    tries="Tries",
    last_tried="Last tried",
    answer="Answer",
    next_try="Next try",
    when_back="when the server answers again",
    again="Try again now",
    again_all="Try everything again now",
    trying="It is being tried now. Reload this page in a moment.",
    nothing_to_try="There is nothing to try again at the moment.",
    not_yet="not yet",
    expires="This link works until",
    states={"waiting": "waiting", "delivered": "delivered", "failed": "given up"},
)

ARABIC: Final = DeliveryStrings(
    title="إلى أين وصل هذا المنشور",
    lead="لا يرى هذه الصفحة إلا من يملك هذا الرابط. لا تشاركه مع أحد.",
    nowhere="لم يُرسل إلى أي خادم آخر: لا متابِعين له ولا إشارات في خوادم أخرى.",
    server="الخادم",
    activity="ما أُرسل",
    state="الحالة",
    tries="المحاولات",
    last_tried="آخر محاولة",
    answer="الجواب",
    next_try="المحاولة التالية",
    when_back="عندما يجيب الخادم مجددًا",
    again="أعد المحاولة الآن",
    again_all="أعد محاولة كل شيء الآن",
    trying="تجري المحاولة الآن. أعد تحميل الصفحة بعد لحظة.",
    nothing_to_try="لا شيء لإعادة محاولته الآن.",
    not_yet="لم تحدث بعد",
    expires="هذا الرابط صالح حتى",
    states={"waiting": "في الانتظار", "delivered": "وصل", "failed": "توقفت المحاولات"},
)

_LANGUAGES: Final = {"en": ENGLISH, "ar": ARABIC}


def words(language: str) -> DeliveryStrings:
    """The words of a language that the pages speak."""
    return _LANGUAGES[language]
