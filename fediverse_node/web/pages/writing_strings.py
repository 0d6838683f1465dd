"""The words of the pages on which people of this server write, decide and take part, in every language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class WritingStrings:
    """One language.

    Attributes:
        visibilities: a word and an explanation for each.
        spans: how long a poll is open, by seconds.
        actions: what a model can be asked for.
        done: what has just happened, by the word in the address.
    """

    title: str
    reply_title: str
    text: str
    warning: str
    language: str
    visibility: str
    visibilities: Mapping[str, tuple[str, str]]
    training: str
    training_help: str
    training_terms: str
    training_unticked: str
    poll: str
    poll_answers: str
    poll_multiple: str
    poll_open_for: str
    spans: Mapping[int, str]
    assist: str
    assist_help: str
    assist_used: str
    actions: Mapping[str, str]
    into: str
    undo: str
    publish: str
    show_again: str
    answering: str
    answering_unknown: str
    fetch: str
    detach: str
    problem: str
    nothing_written: str
    signed_out: str
    sign_in_beside: str
    out_of_date: str
    own_lead: str
    none_yet: str
    allow: str
    withdraw: str
    only_public: str
    trace: str
    delete: str
    delete_help: str
    delete_now: str
    done: Mapping[str, str]
    part_title: str
    part_as: str
    part_unknown: str
    part_look: str
    follow: str
    following: str
    requested: str
    reply: str
    boost: str
    boosted: str
    favourite: str
    favourited: str
    sign_in_to_go_on: str


ENGLISH: Final = WritingStrings(
    title="Write a post",
    reply_title="Write an answer",
    text="Text",
    warning="Content warning (optional)",
    language="Language",
    visibility="Who may see it",
    visibilities={
        "public": ("Public", "everybody"),
        "unlisted": ("Unlisted", "in no public timeline"),
        "private": ("Followers", "and whom you mention"),
        "direct": ("Direct", "only people you mention"),
    },
    training="Add this post to the open training dataset",
    training_help="A tick lets anybody use this public post to train AI; you can take it back for all that "
    "comes later, and no tick means no.",
    training_terms="What a yes means",
    training_unticked="The box about the training dataset is not ticked any more: the text has changed.",
    poll="Add a poll",
    poll_answers="Answers, one on each line",
    poll_multiple="Several answers can be chosen",
    poll_open_for="Open for",
    spans={
        300: "5 minutes",
        3600: "1 hour",
        21600: "6 hours",
        86400: "1 day",
        259200: "3 days",
        604800: "7 days",
    },
    assist="Help from AI",
    assist_help="Your text goes to the AI provider of this server. What it suggests comes into the box; "
    "nothing is published before you do.",
    assist_used="AI helped with this text. The post will say so:",
    actions={
        "draft": "Draft from my notes",
        "rewrite": "Rewrite",
        "shorten": "Shorten",
        "translate": "Translate",
    },
    into="Translate into",
    undo="Put my text back",
    publish="Publish",
    show_again="Show again",
    answering="You answer this post",
    answering_unknown="What you answer is not here yet.",
    fetch="Show it",
    detach="Write a new post instead",
    problem="Nothing was published, and nothing you wrote is lost.",
    nothing_written="Write something first.",
    signed_out="You are not signed in any more. Sign in in another tab, then come back here and publish.",
    sign_in_beside="Sign in in another tab",
    out_of_date="This form was out of date. Look over what stands here, and publish again.",
    own_lead="Only you see this page.",
    none_yet="You have not written anything yet.",
    allow="Add to the training dataset",
    withdraw="Take out of the training dataset",
    only_public="only public posts can be added",
    trace="Where it went",
    delete="Delete…",
    delete_help="Other servers are asked to delete it too. This cannot be undone.",
    delete_now="Delete this post",
    done={
        "published": "Your post is out.",
        "allowed": "Noted: this post may be used for training.",
        "withdrawn": "Noted: this post may not be used for training.",
        "reviewed": "Noted: you have reviewed this post.",
        "deleted": "The post is deleted.",
    },
    part_title="Take part from here",
    part_as="You are",
    part_unknown="This is not here yet. Its own server is asked for it when you say so.",
    part_look="Look it up",
    follow="Follow",
    following="You follow them.",
    requested="You asked to follow them.",
    reply="Answer",
    boost="Boost",
    boosted="You boosted it.",
    favourite="Favourite",
    favourited="It is one of your favourites.",
    sign_in_to_go_on="Sign in and go on here",
)

ARABIC: Final = WritingStrings(
    title="اكتب منشورًا",
    reply_title="اكتب ردًّا",
    text="النص",
    warning="تحذير من المحتوى (اختياري)",
    language="اللغة",
    visibility="من يراه",
    visibilities={
        "public": ("عام", "الجميع"),
        "unlisted": ("غير مدرج", "خارج الخطوط الزمنية العامة"),
        "private": ("المتابِعون", "ومن تذكرهم"),
        "direct": ("مباشر", "من تذكرهم فقط"),
    },
    training="أضف هذا المنشور إلى مجموعة بيانات التدريب المفتوحة",
    training_help="وضع العلامة يسمح لأي كان بتدريب الذكاء الاصطناعي على هذا المنشور العام، ويمكنك سحب "
    "الموافقة لكل ما يأتي لاحقًا، وترك المربع فارغًا يعني لا.",
    training_terms="معنى الموافقة",
    training_unticked="أُزيلت علامة مجموعة بيانات التدريب لأن النص تغيّر.",
    poll="أضف استطلاع رأي",
    poll_answers="الإجابات، كل واحدة في سطر",
    poll_multiple="يمكن اختيار أكثر من إجابة",
    poll_open_for="مدة الاستطلاع",
    spans={
        300: "5 دقائق",
        3600: "ساعة",
        21600: "6 ساعات",
        86400: "يوم",
        259200: "3 أيام",
        604800: "7 أيام",
    },
    assist="مساعدة من الذكاء الاصطناعي",
    assist_help="يُرسل نصك إلى مزوّد الذكاء الاصطناعي لهذا الخادم، ويظهر اقتراحه في المربع أعلاه. لا يُنشر شيء "
    "قبل أن تنشره أنت.",
    assist_used="ساعد الذكاء الاصطناعي في هذا النص، وسيذكر المنشور ذلك:",
    actions={
        "draft": "مسوّدة من ملاحظاتي",
        "rewrite": "إعادة صياغة",
        "shorten": "اختصار",
        "translate": "ترجمة",
    },
    into="ترجم إلى",
    undo="أعد نصّي",
    publish="انشر",
    show_again="اعرض مجددًا",
    answering="أنت ترد على هذا المنشور",
    answering_unknown="المنشور الذي ترد عليه ليس هنا بعد.",
    fetch="اعرضه",
    detach="اكتب منشورًا جديدًا بدلًا من ذلك",
    problem="لم يُنشر شيء، ولم يضع شيء مما كتبت.",
    nothing_written="اكتب شيئًا أولًا.",
    signed_out="لم تعد مسجَّل الدخول. سجّل الدخول في نافذة أخرى، ثم عد إلى هنا وانشر.",
    sign_in_beside="سجّل الدخول في نافذة أخرى",
    out_of_date="انتهت صلاحية هذا النموذج. راجع ما هو مكتوب هنا ثم انشر مجددًا.",
    own_lead="أنت وحدك ترى هذه الصفحة.",
    none_yet="لم تكتب شيئًا بعد.",
    allow="أضفه إلى مجموعة بيانات التدريب",
    withdraw="أخرجه من مجموعة بيانات التدريب",
    only_public="المنشورات العامة وحدها يمكن إضافتها",
    trace="إلى أين وصل",
    delete="حذف…",
    delete_help="يُطلب من الخوادم الأخرى حذفه أيضًا. لا يمكن التراجع عن ذلك.",
    delete_now="احذف هذا المنشور",
    done={
        "published": "نُشر منشورك.",
        "allowed": "سُجّل: يجوز استخدام هذا المنشور في التدريب.",
        "withdrawn": "سُجّل: لا يجوز استخدام هذا المنشور في التدريب.",
        "reviewed": "سُجّل: راجعت هذا المنشور.",
        "deleted": "حُذف المنشور.",
    },
    part_title="شارك من هنا",
    part_as="أنت",
    part_unknown="هذا ليس هنا بعد. يُسأل خادمه عنه عندما تطلب ذلك.",
    part_look="ابحث عنه",
    follow="تابِع",
    following="أنت تتابعه.",
    requested="طلبت متابعته.",
    reply="رُدّ",
    boost="أعد النشر",
    boosted="أعدت نشره.",
    favourite="أعجبني",
    favourited="هو من مفضّلاتك.",
    sign_in_to_go_on="سجّل الدخول وتابع هنا",
)

#: Languages by the names their speakers give them: to choose what a post is written in.
LANGUAGES: Final[Mapping[str, str]] = {
    "ar": "العربية",
    "bn": "বাংলা",
    "ca": "català",
    "cs": "čeština",
    "de": "Deutsch",
    "el": "Ελληνικά",
    "en": "English",
    "eo": "Esperanto",
    "es": "español",
    "fa": "فارسی",
    "fi": "suomi",
    "fr": "français",
    "he": "עברית",
    "hi": "हिन्दी",
    "id": "Bahasa Indonesia",
    "it": "italiano",
    "ja": "日本語",
    "ko": "한국어",
    "ku": "kurdî",
    "nl": "Nederlands",
    "pl": "polski",
    "pt": "português",
    "ru": "русский",
    "sv": "svenska",
    "sw": "Kiswahili",
    "th": "ไทย",
    "tr": "Türkçe",
    "uk": "українська",
    "ur": "اردو",
    "vi": "Tiếng Việt",
    "zh": "中文",
}

_LANGUAGES: Final = {"en": ENGLISH, "ar": ARABIC}


def words(language: str) -> WritingStrings:
    """The words of a language that the pages speak."""
    return _LANGUAGES[language]
