"""Every word of the pages, in every language they speak. A missing word does not start.

Counts stand beside a noun ("Posts 12"), never inside a sentence: Arabic has six plural forms.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Literal

_MAX_HEADER = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Strings:
    """One language. `months` are the short names, January first."""

    language: str
    direction: Literal["ltr", "rtl"]
    months: tuple[str, ...]
    date_separator: str

    skip: str
    sign_in: str
    sign_out: str
    write: str
    your_posts: str
    home: str
    about: str
    people: str
    latest_posts: str
    nothing_yet: str
    nobody_yet: str
    posts: str
    followers: str
    following: str
    joined: str
    bot: str
    follow_title: str
    follow_help: str
    moved_to: str
    pinned: str
    featured_tags: str
    link_preview: str
    announcement: str
    privacy: str
    terms_of_use: str
    verified: str
    your_handle: str
    interact_title: str
    no_way_on: str
    interact_find: str
    interact_continue: str
    interact_go: str
    open_title: str
    open_help: str
    open_command: str
    older: str
    newer: str
    boosted: str
    replying_to: str
    quoting: str
    quote_pending: str
    replies: str
    with_replies: str
    boosts: str
    favourites: str
    reactions: str
    edited: str
    history: str
    current_version: str
    poll: str
    votes: str
    voters: str
    poll_ends: str
    poll_ended: str
    poll_multiple: str
    poll_hidden: str
    unlisted: str
    content_warning: str
    sensitive_media: str
    picture: str
    sound: str
    video: str
    file: str
    no_description: str
    on_their_server: str
    ai_assisted: str
    ai_autonomous: str
    ai_reviewed: str
    ai_not_reviewed: str
    ai_by_hashtag: str
    ai_help: str
    training: str
    training_yes: str
    training_no: str
    training_terms: str
    open_dataset: str
    post_by: str
    contact: str
    runs_on: str
    error_titles: dict[int, str]
    error_texts: dict[int, str]
    error_help: str
    tag_title: str
    ns_title: str
    ns_text: str
    terms_note: str


ENGLISH = Strings(
    language="en",
    direction="ltr",
    months=("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    date_separator=", ",
    skip="Skip to content",
    sign_in="Sign in",
    sign_out="Sign out",
    write="Write a post",
    your_posts="Your posts",
    home="Home",
    about="About this server",
    people="People",
    latest_posts="Latest posts",
    nothing_yet="Nothing has been posted yet.",
    nobody_yet="Nobody lives here yet.",
    posts="Posts",
    followers="Followers",
    following="Following",
    joined="Joined",
    bot="Automated",
    follow_title="Follow from your own server",
    follow_help="Search for this handle on Mastodon or any other fediverse server:",
    moved_to="Moved to",
    pinned="Pinned",
    featured_tags="Hashtags",
    link_preview="Preview of the link",
    announcement="Announcement",
    privacy="Privacy",
    terms_of_use="Terms of use",
    verified="This page links back here",
    your_handle="Or give your own handle",
    interact_title="Go on from your own server",
    no_way_on="Your server could not be found this way. A handle looks like @name@example.org.",
    interact_find="Find my server",
    interact_continue="You go on at",
    interact_go="Go on",
    open_title="Open this in your app",
    open_help="You came from another server. Search for this address in the app you use with your account:",
    open_command="Or at the command line:",
    older="Older posts",
    newer="Newer posts",
    boosted="boosted",
    replying_to="In reply to",
    quoting="Quoted post",
    quote_pending="Quotes a post whose author has not agreed yet",
    replies="Replies",
    with_replies="Posts and replies",
    boosts="Boosts",
    favourites="Favourites",
    reactions="Reactions",
    edited="edited",
    history="Edit history",
    current_version="Current version",
    poll="Poll",
    votes="Votes",
    voters="Voters:",
    poll_ends="Open until",
    poll_ended="Closed",
    poll_multiple="Several answers can be chosen",
    poll_hidden="Counts are shown when it has closed",
    unlisted="Unlisted",
    content_warning="Content warning",
    sensitive_media="Sensitive media",
    picture="Picture",
    sound="Sound",
    video="Video",
    file="File",
    no_description="no description",
    on_their_server="Open on its own server",
    ai_assisted="AI-assisted",
    ai_autonomous="Made by AI",
    ai_reviewed="reviewed by the author",
    ai_not_reviewed="not reviewed by a person",
    ai_by_hashtag="says a hashtag of the post",
    ai_help="What this label means",
    training="Training use",
    training_yes="allowed by the author",
    training_no="not allowed",
    training_terms="Training terms",
    open_dataset="The open dataset",
    post_by="Post by",
    contact="Contact",
    runs_on="Runs on",
    error_titles={
        400: "That did not work",
        403: "Not allowed",
        404: "Nothing here",
        410: "Gone",
        429: "One moment",
        500: "Something went wrong",
        503: "One moment",
    },
    error_texts={
        400: "This address cannot be understood.",
        403: "This is not open to you.",
        404: "There is nothing at this address, or it is not public.",
        410: "Its author deleted this.",
        429: "That were many requests at once. Please try again in a little while.",
        500: "This server made a mistake. It has been noted; please try again later.",
        503: "This server is busy. Please try again in a little while.",
    },
    error_help="Back to the front page",
    tag_title="Posts about",
    ns_title="Words about AI and training use",
    ns_text="These are the terms that posts of this server use, in machine-readable form, to say what AI did "
    "and which use their authors allow.",
    terms_note="You decide for each post. This is what a yes means.",
)

ARABIC = Strings(
    language="ar",
    direction="rtl",
    months=(
        "يناير", "فبراير", "مارس", "أبريل", "مايو", "يونيو",
        "يوليو", "أغسطس", "سبتمبر", "أكتوبر", "نوفمبر", "ديسمبر",
    ),
    date_separator="، ",
    skip="انتقل إلى المحتوى",
    sign_in="تسجيل الدخول",
    sign_out="تسجيل الخروج",
    write="اكتب منشورًا",
    your_posts="منشوراتك",
    home="الرئيسية",
    about="عن هذا الخادم",
    people="الأعضاء",
    latest_posts="أحدث المنشورات",
    nothing_yet="لم يُنشر شيء بعد.",
    nobody_yet="لا أحد هنا بعد.",
    posts="المنشورات",
    followers="المتابِعون",
    following="يتابع",
    joined="تاريخ الانضمام",
    bot="حساب آلي",
    follow_title="تابِع من خادمك",
    follow_help="ابحث عن هذا المعرّف في ماستودون أو أي خادم آخر في الفديفرس:",
    moved_to="انتقل إلى",
    pinned="منشورات مثبّتة",
    featured_tags="الوسوم",
    link_preview="معاينة الرابط",
    announcement="إعلان",
    privacy="الخصوصية",
    terms_of_use="شروط الاستخدام",
    verified="هذه الصفحة تشير إلى هنا",
    your_handle="أو اكتب معرّفك",
    interact_title="تابِع من خادمك أنت",
    no_way_on="تعذّر العثور على خادمك بهذه الطريقة. المعرّف يشبه ‎@name@example.org‎.",
    interact_find="اعثر على خادمي",
    interact_continue="ستتابع على",
    interact_go="متابعة",
    open_title="افتح هذا في تطبيقك",
    open_help="جئت من خادم آخر. ابحث عن هذا العنوان في التطبيق الذي تستخدمه مع حسابك:",
    open_command="أو من سطر الأوامر:",
    older="منشورات أقدم",
    newer="منشورات أحدث",
    boosted="أعاد النشر",
    replying_to="ردًّا على",
    quoting="منشور مقتبس",
    quote_pending="يقتبس منشورًا لم يوافق صاحبه بعد",
    replies="الردود",
    with_replies="المنشورات والردود",
    boosts="إعادات النشر",
    favourites="الإعجابات",
    reactions="التفاعلات",
    edited="عُدِّل",
    history="سجل التعديلات",
    current_version="النسخة الحالية",
    poll="استطلاع رأي",
    votes="الأصوات",
    voters="المصوّتون:",
    poll_ends="مفتوح حتى",
    poll_ended="أُغلق",
    poll_multiple="يمكن اختيار أكثر من إجابة",
    poll_hidden="تظهر النتائج بعد إغلاقه",
    unlisted="غير مدرج",
    content_warning="تحذير من المحتوى",
    sensitive_media="وسائط حساسة",
    picture="صورة",
    sound="صوت",
    video="مقطع مصوّر",
    file="ملف",
    no_description="بلا وصف",
    on_their_server="افتحه في خادمه",
    ai_assisted="بمساعدة الذكاء الاصطناعي",
    ai_autonomous="من إنتاج الذكاء الاصطناعي",
    ai_reviewed="راجعه الكاتب",
    ai_not_reviewed="لم يراجعه إنسان",
    ai_by_hashtag="حسب وسم في المنشور",
    ai_help="ما معنى هذه العلامة",
    training="الاستخدام في التدريب",
    training_yes="مسموح من الكاتب",
    training_no="غير مسموح",
    training_terms="شروط التدريب",
    open_dataset="مجموعة البيانات المفتوحة",
    post_by="منشور من",
    contact="للتواصل",
    runs_on="يعمل على",
    error_titles={
        400: "تعذّر ذلك",
        403: "غير مسموح",
        404: "لا شيء هنا",
        410: "حُذف",
        429: "لحظة من فضلك",
        500: "حدث خطأ",
        503: "لحظة من فضلك",
    },
    error_texts={
        400: "تعذّر فهم هذا العنوان.",
        403: "هذا غير متاح لك.",
        404: "لا يوجد شيء في هذا العنوان، أو أنه ليس عامًّا.",
        410: "حذفه كاتبه.",
        429: "طلبات كثيرة في وقت واحد. حاول مجددًا بعد قليل.",
        500: "أخطأ هذا الخادم وسُجّل الخطأ. حاول مجددًا لاحقًا.",
        503: "الخادم مشغول. حاول مجددًا بعد قليل.",
    },
    error_help="العودة إلى الصفحة الرئيسية",
    tag_title="منشورات عن",
    ns_title="مصطلحات الذكاء الاصطناعي والتدريب",
    ns_text="هذه هي المصطلحات التي تستخدمها منشورات هذا الخادم، بصيغة تقرؤها الآلات، لبيان ما فعله الذكاء "
    "الاصطناعي وما يسمح به أصحابها.",
    terms_note="القرار لك في كل منشور. وهذا معنى الموافقة. النص بالإنجليزية.",
)  # fmt: skip

_LANGUAGES = {"en": ENGLISH, "ar": ARABIC}


def choose(accept_language: str | None) -> Strings:
    """The language the client likes best among ours (RFC 9110, 12.5.4); else English."""
    return _choose(accept_language[:_MAX_HEADER]) if accept_language else ENGLISH


@lru_cache(maxsize=256)
def _choose(accept_language: str) -> Strings:
    best, best_weight = ENGLISH, 0.0
    for part in accept_language.split(","):
        tag, _, parameter = part.partition(";")
        found = _LANGUAGES.get(tag.strip().lower().partition("-")[0])
        weight = _weight(parameter.strip())
        if found is not None and weight > best_weight:
            best, best_weight = found, weight
    return best


def _weight(parameter: str) -> float:
    name, _, value = parameter.partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0


def date_text(moment: datetime, strings: Strings, *, time: bool = True) -> str:
    """A date as people read it, in UTC: a page is the same for everybody, wherever they are."""
    utc = moment.astimezone(UTC)
    date = f"{utc.day} {strings.months[utc.month - 1]} {utc.year}"
    return f"{date}{strings.date_separator}{utc:%H:%M} UTC" if time else date
