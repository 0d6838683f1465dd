"""The words of the page about one's own data, in every language the pages speak."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnDataStrings:
    """One language.

    Attributes:
        kinds: the lists, by what the form calls them; empty for “the file says it”.
        wishes: of those who wait, by what is wished for.
    """

    title: str
    lead: str
    download: str
    download_help: str
    download_button: str
    bring: str
    bring_help: str
    file: str
    kind: str
    kinds: Mapping[str, str]
    replace: str
    replace_help: str
    try_button: str
    bring_button: str
    tried: str
    done: str
    posts: str
    new: str
    there: str
    leaving: str
    passed_over: str
    refused: str
    files_left_out: str
    line: str
    waiting: str
    waiting_help: str
    wishes: Mapping[str, str]
    given_up: str
    no_file: str
    too_large: str


ENGLISH: Final = OwnDataStrings(
    title="Your data",
    lead="Take everything of yours along, or bring along what you have elsewhere.",
    download="Download your data",
    download_help="One ZIP file with your posts of every visibility, their pictures, whom you follow, block "
    "and mute, what you liked, your decisions about training and their receipts. Nothing of others, and no "
    "passwords or keys. Keep it where only you can read it.",
    download_button="Download",
    bring="Bring data along",
    bring_help="A list of another server (.csv) or its archive (.zip, .tar.gz), as Mastodon and this server "
    "make them, of up to {mib} MiB. Your old posts keep their dates and who may see them. They are sent "
    "to nobody, and may not be used for training unless you say so for each.",
    file="File",
    kind="Which list it is",
    kinds={
        "": "the file says it",
        "follows": "whom you follow",
        "blocks": "whom you block",
        "mutes": "whom you mute",
        "domains": "servers you do not hear",
    },
    replace="Replace what there is",
    replace_help="Whatever is not in the list ends. Without a tick the list is added. Only for lists.",
    try_button="See what would happen",
    bring_button="Bring it along",
    tried="Nothing was changed. This would happen:",
    done="This is what happened:",
    posts="Posts",
    new="new",
    there="there already",
    leaving="ended",
    passed_over="boosts and the like, passed over",
    refused="not understood, passed over",
    files_left_out="pictures and files that did not come along",
    line="Line",
    waiting="Waiting",
    waiting_help="People of your lists are looked for one after the other. You need not stay here.",
    wishes={"follow": "to follow", "block": "to block", "mute": "to mute"},
    given_up="What could not be done",
    no_file="Choose a file.",
    too_large="This file is larger than {mib} MiB. Whoever runs this server can take it in with “import”.",
)

ARABIC: Final = OwnDataStrings(
    title="بياناتك",
    lead="خذ معك كل ما يخصّك، أو أحضر ما لديك في مكان آخر.",
    download="نزّل بياناتك",
    download_help="ملف ZIP واحد فيه منشوراتك بكل درجات ظهورها، وصورها، ومن تتابعهم وتحجبهم وتكتمهم، "
    "وما أعجبك، وقراراتك "
    "بشأن التدريب وإيصالاتها. لا شيء من الآخرين، ولا كلمات مرور أو مفاتيح. احفظه حيث لا يقرؤه غيرك.",
    download_button="تنزيل",
    bring="أحضر بياناتك",
    bring_help="قائمة من خادوم آخر (‎.csv) أو أرشيفه (‎.zip أو ‎.tar.gz) كما ينشئهما Mastodon وهذا الخادوم، "
    "حتى "
    "{mib} ميبيبايت. تحتفظ منشوراتك القديمة بتواريخها وبمن يراها. لا تُرسل إلى أحد، ولا يجوز "
    "استعمالها للتدريب ما لم تسمح بذلك لكل منها.",
    file="الملف",
    kind="ما هذه القائمة",
    kinds={
        "": "الملف يبيّن ذلك",
        "follows": "من تتابعهم",
        "blocks": "من تحجبهم",
        "mutes": "من تكتمهم",
        "domains": "خوادم لا تسمع منها",
    },
    replace="استبدل ما هو موجود",
    replace_help="ينتهي كل ما ليس في القائمة. من دون علامة تُضاف القائمة إلى الموجود. للقوائم فقط.",
    try_button="انظر ماذا سيحدث",
    bring_button="أحضره",
    tried="لم يتغيّر شيء. هذا ما سيحدث:",
    done="هذا ما حدث:",
    posts="المنشورات",
    new="جديدة",
    there="موجودة من قبل",
    leaving="انتهت",
    passed_over="مشاركات وما شابهها، تُركت",
    refused="غير مفهومة، تُركت",
    files_left_out="صور وملفات لم تأتِ معها",
    line="السطر",
    waiting="في الانتظار",
    waiting_help="يُبحث عن أشخاص قوائمك واحدًا بعد الآخر. لا حاجة إلى البقاء هنا.",
    wishes={"follow": "للمتابعة", "block": "للحجب", "mute": "للكتم"},
    given_up="ما تعذّر فعله",
    no_file="اختر ملفًا.",
    too_large="هذا الملف أكبر من {mib} ميبيبايت. يستطيع من يدير هذا الخادوم إحضاره بالأمر “import”.",
)


def words(language: str) -> OwnDataStrings:
    """The words of a language that the pages speak."""
    return ARABIC if language == "ar" else ENGLISH
