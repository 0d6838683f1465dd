"""The words of the page of the open dataset, in every language the pages speak."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetStrings:
    """One language. `states` and `rules` are the words for what a release is, and for who gets one.

    Attributes:
        refusal_titles: what a browser is told instead of a release or a file, by status; more in `refusals`.
    """

    title: str
    lead: str
    nothing: str
    current: str
    made: str
    posts: str
    authors: str
    downloads: str
    manifest: str
    files: str
    file: str
    size: str
    bytes: str
    access: str
    rules: Mapping[str, str]
    terms: str
    terms_text: str
    check: str
    check_text: str
    keep_right: str
    keep_right_text: str
    withdrawals: str
    feed: str
    for_machines: str
    stream: str
    earlier: str
    states: Mapping[str, str]
    ask: str
    ask_help: str
    name: str
    contact: str
    webhook: str
    accept: str
    send: str
    must_accept: str
    key_title: str
    key_help: str
    back: str
    refusal_titles: Mapping[int, str]
    refusals: Mapping[int, str]


ENGLISH: Final = DatasetStrings(
    title="The open dataset",
    lead="Public posts of this server whose authors allow training, each for this very text, with the "
    "proof of it.",
    nothing="There is no release at the moment.",
    current="The current release",
    made="Published",
    posts="Posts",
    authors="Authors",
    downloads="Downloads of the data",
    manifest="SHA-256 of its manifest",
    files="Files",
    file="File",
    size="Size",
    bytes="bytes",
    access="Who gets it",
    rules={
        "open": "Everybody, without a key.",
        "key": "Whoever has a key from the people who run this server.",
        "gated": "Whoever asks for a key below and accepts the terms.",
    },
    terms="Terms",
    terms_text="The terms for users of the dataset",
    check="How to check it",
    check_text="Download all files into one folder and run this in it. It asks which posts were taken back "
    "since, and names the rows that must go.",
    keep_right="How to keep it right",
    keep_right_text="Authors can take a post back. A new release without it appears within a day, and this "
    "one is then gone from here. These say so at once:",
    withdrawals="What was taken back, as JSON lines",
    feed="Releases, as a feed",
    for_machines="This page for machines",
    stream="Each decision as it happens, for users with a key (server-sent events)",
    earlier="Earlier releases",
    states={"current": "current", "superseded": "replaced", "withdrawn": "taken down"},
    ask="Ask for a key",
    ask_help="Only whoever runs this server sees what you write here.",
    name="Who you are",
    contact="How to reach you",
    webhook="An address of yours that is told of each post that is taken back (may stay empty)",
    accept="I accept the terms for users of the dataset.",
    send="Get a key",
    must_accept="A key is for whoever accepts the terms.",
    key_title="Your key",
    key_help="Keep it now: it is shown this once, and stored nowhere. Send it with each request, like this:",
    back="Back to the dataset",
    refusal_titles={401: "A key is needed", 410: "This release has ended"},
    refusals={
        401: "The files of the open dataset are for programs that send a key. Its page says who gets one.",
        410: "Somebody took back a post of it, or a newer release took its place.",
    },
)

ARABIC: Final = DatasetStrings(
    title="مجموعة البيانات المفتوحة",
    lead="منشورات عامة من هذا الخادم يسمح أصحابها باستخدامها في التدريب، كل نص بعينه، مع ما يثبت ذلك.",
    nothing="لا يوجد إصدار في الوقت الحالي.",
    current="الإصدار الحالي",
    made="نُشر في",
    posts="المنشورات",
    authors="أصحابها",
    downloads="مرات تنزيل البيانات",
    manifest="بصمة SHA-256 لفهرسه",
    files="الملفات",
    file="الملف",
    size="الحجم",
    bytes="بايت",
    access="لمن هو متاح",
    rules={
        "open": "للجميع، بلا مفتاح.",
        "key": "لمن لديه مفتاح ممن يدير هذا الخادم.",
        "gated": "لمن يطلب مفتاحًا أدناه ويقبل الشروط.",
    },
    terms="الشروط",
    terms_text="شروط مستخدمي مجموعة البيانات",
    check="كيف تتحقق منه",
    check_text="نزّل الملفات كلها في مجلد واحد ونفّذ هذا الأمر فيه. يسأل عن المنشورات التي سُحبت منذ ذلك الحين، "
    "ويسمّي السطور التي يجب حذفها.",
    keep_right="كيف تبقيه صحيحًا",
    keep_right_text="يستطيع أصحاب المنشورات سحبها. يظهر إصدار جديد بدونها خلال يوم، ويختفي هذا الإصدار "
    "من هنا. وهذه تخبر بذلك فورًا:",
    withdrawals="ما سُحب، بصيغة JSON lines",
    feed="الإصدارات، كخلاصة",
    for_machines="هذه الصفحة للبرامج",
    stream="كل قرار لحظة حدوثه، لمن لديه مفتاح (server-sent events)",
    earlier="إصدارات سابقة",
    states={"current": "الحالي", "superseded": "استُبدل", "withdrawn": "سُحب"},
    ask="اطلب مفتاحًا",
    ask_help="لا يرى ما تكتبه هنا إلا من يدير هذا الخادم.",
    name="من أنت",
    contact="كيف نصل إليك",
    webhook="عنوان لك يُبلَّغ بكل منشور يُسحب (يمكن تركه فارغًا)",
    accept="أقبل شروط مستخدمي مجموعة البيانات.",
    send="احصل على مفتاح",
    must_accept="المفتاح لمن يقبل الشروط.",
    key_title="مفتاحك",
    key_help="احفظه الآن: يُعرض هذه المرة فقط ولا يُخزَّن في أي مكان. أرسله مع كل طلب هكذا:",
    back="العودة إلى مجموعة البيانات",
    refusal_titles={401: "يلزم مفتاح", 410: "انتهى هذا الإصدار"},
    refusals={
        401: "ملفات مجموعة البيانات المفتوحة للبرامج التي ترسل مفتاحًا. صفحتها تقول لمن يُعطى.",
        410: "سحب أحدهم منشورًا منه، أو حلّ محله إصدار أحدث.",
    },
)

_LANGUAGES: Final = {"en": ENGLISH, "ar": ARABIC}


def words(language: str) -> DatasetStrings:
    """The words of a language that the pages speak."""
    return _LANGUAGES[language]
