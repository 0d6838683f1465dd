"""The words of the pages on which people decide what their posts may be used for, in every language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentStrings:
    """One language.

    Attributes:
        purposes: what a post can be used for, by the word for machines.
        credits: how datasets name an author, by the word for machines.
        named: the same, short, for a list.
        uses: the same, short, for a list.
        kinds: what a line of the ledger says.
        states: what can be chosen to be shown.
        release_states: what became of a release of the dataset.
        done: what has just happened, by the word in the address.
    """

    split: str
    split_help: str
    purposes: Mapping[str, str]
    uses: Mapping[str, str]
    picture: str
    sensitive: str
    sensitive_help: str
    licence: str
    no_licence: str
    relicense_help: str
    credit: str
    credit_help: str
    credits: Mapping[str, str]
    named: Mapping[str, str]
    review: str
    review_help: str
    change: str
    yes: str
    never_said: str
    take_back: str
    title: str
    lead: str
    settings: str
    never_ask: str
    never_ask_help: str
    licence_help: str
    save: str
    shown: str
    states: Mapping[str, str]
    any_use: str
    any_licence: str
    words: str
    use: str
    since: str
    until: str
    look: str
    kinds: Mapping[str, str]
    in_force: str
    gone: str
    pictures: str
    receipt: str
    tick: str
    withdraw: str
    withdraw_all: str
    sure: str
    sure_help: str
    sure_yes: str
    sure_no: str
    receipts_all: str
    receipts_help: str
    nothing: str
    datasets: str
    datasets_help: str
    datasets_count: str
    datasets_none: str
    release_states: Mapping[str, str]
    done: Mapping[str, str]


ENGLISH: Final = ConsentStrings(
    split="Decide each use by itself",
    split_help="These count beside the box above. Without any tick the answer is no.",
    purposes={
        "train-ai": "Anybody may train AI on this text",
        "dataset": "It goes into the open training datasets of this server (only together with the first)",
        "ai-input": "AI may read it to answer somebody",
    },
    uses={"train-ai": "training", "dataset": "dataset", "ai-input": "answers"},
    picture="The same may be done with this picture (nobody else to be recognised in it, or they agree)",
    sensitive="Also though it is marked as sensitive",
    sensitive_help="A post with a content warning is used only if you say so expressly.",
    licence="Licence",
    no_licence="none",
    relicense_help="Another licence is a new version of the post, and other servers show it as edited.",
    credit="Named in datasets",
    credit_help="What you choose here holds for each later yes that names nothing else. What you allowed "
    "before stays as it is.",
    credits={
        "none": "not at all",
        "handle": "by my handle",
        "name": "by the display name of my profile",
    },
    named={"handle": "named by handle", "name": "named by display name"},
    review="Reviewed…",
    review_help="The post then says that you reviewed it, here and on other servers. That cannot be undone.",
    change="Change",
    yes="You allow this:",
    never_said="You said nothing, which is no.",
    take_back="Take it back",
    title="What I allow",
    lead="Every decision about the use of your posts. Only you see this page.",
    settings="For new posts",
    never_ask="Never ask me about training",
    never_ask_help="Then no form shows the question. Nothing else changes: what you say nothing about "
    "stays a no, and what you allowed before stays allowed until you take it back.",
    licence_help="For posts that everybody may see, unless you choose another one there.",
    save="Save",
    shown="Show",
    states={"": "everything", "active": "what I allow now", "ended": "what I allowed once"},
    any_use="any use",
    any_licence="any licence",
    words="Words in your posts",
    use="Use",
    since="From",
    until="Before",
    look="Show",
    kinds={
        "grant": "Allowed",
        "deny": "Said no",
        "withdraw": "Taken back",
        "supersede": "Ended by an edit",
        "erase": "Post deleted",
    },
    in_force="in force",
    gone="A post that is not here any more",
    pictures="pictures:",
    receipt="Receipt",
    tick="Choose this one",
    withdraw="Take back what is ticked",
    withdraw_all="Take back everything…",
    sure="Take back everything?",
    sure_help="Every yes of yours ends. Who has a copy is told. You can say yes again, one post at a time. "
    "Decisions that stand:",
    sure_yes="Yes, take everything back",
    sure_no="No, leave it",
    receipts_all="Download all receipts",
    receipts_help="With them you can show others what you decided, and check that it is in the public log.",
    nothing="There is nothing to show.",
    datasets="Datasets that hold your posts",
    datasets_help="What you take back is in no later one. Who has a copy of an earlier one is told.",
    datasets_count="Posts of yours in it:",
    datasets_none="No published dataset of this server holds a post of yours.",
    release_states={
        "preparing": "being prepared",
        "current": "current",
        "superseded": "replaced by a later one",
        "withdrawn": "taken down",
    },
    done={
        "saved": "Saved.",
        "withdrawn": "Taken back.",
        "none": "Nothing was ticked.",
    },
)

ARABIC: Final = ConsentStrings(
    split="قرّر كل استخدام على حدة",
    split_help="تُحسب هذه إلى جانب المربع أعلاه. من دون أي علامة فالجواب لا.",
    purposes={
        "train-ai": "يجوز لأي كان تدريب الذكاء الاصطناعي على هذا النص",
        "dataset": "يدخل في مجموعات بيانات التدريب المفتوحة لهذا الخادم (مع الأول فقط)",
        "ai-input": "يجوز للذكاء الاصطناعي أن يقرأه ليجيب أحدًا",
    },
    uses={"train-ai": "التدريب", "dataset": "مجموعة البيانات", "ai-input": "الإجابات"},
    picture="يجوز الشيء نفسه بهذه الصورة (لا يظهر فيها شخص آخر، أو هو موافق)",
    sensitive="حتى مع أنه موسوم بأنه حسّاس",
    sensitive_help="لا يُستخدم منشور عليه تحذير من المحتوى إلا إذا قلت ذلك صراحة.",
    licence="الرخصة",
    no_licence="بلا رخصة",
    relicense_help="رخصة أخرى تعني نسخة جديدة من المنشور، وتعرضه الخوادم الأخرى على أنه مُعدَّل.",
    credit="ذكر اسمي في مجموعات البيانات",
    credit_help="ما تختاره هنا يسري على كل موافقة لاحقة لا تذكر غيره. وما سمحت به من قبل يبقى كما هو.",
    credits={
        "none": "لا يُذكر",
        "handle": "بمعرّفي",
        "name": "بالاسم المعروض في ملفي الشخصي",
    },
    named={"handle": "بالمعرّف", "name": "بالاسم المعروض"},
    review="راجعته…",
    review_help="عندها يذكر المنشور أنك راجعته، هنا وعلى الخوادم الأخرى. لا يمكن التراجع عن ذلك.",
    change="غيّر",
    yes="أنت تسمح بما يلي:",
    never_said="لم تقل شيئًا، وهذا يعني لا.",
    take_back="اسحب هذا",
    title="ما أسمح به",
    lead="كل قرار بشأن استخدام منشوراتك. أنت وحدك ترى هذه الصفحة.",
    settings="للمنشورات الجديدة",
    never_ask="لا تسألني أبدًا عن التدريب",
    never_ask_help="عندها لا يعرض أي نموذج هذا السؤال. ولا يتغير شيء آخر: ما تسكت عنه يبقى لا، وما سمحت به "
    "من قبل يبقى مسموحًا حتى تسحبه.",
    licence_help="للمنشورات التي يراها الجميع، ما لم تختر غيرها هناك.",
    save="احفظ",
    shown="اعرض",
    states={"": "كل شيء", "active": "ما أسمح به الآن", "ended": "ما سمحت به سابقًا"},
    any_use="أي استخدام",
    any_licence="أي رخصة",
    words="كلمات في منشوراتك",
    use="الاستخدام",
    since="من",
    until="قبل",
    look="اعرض",
    kinds={
        "grant": "سمحت",
        "deny": "قلت لا",
        "withdraw": "سُحب",
        "supersede": "انتهى بتعديل",
        "erase": "حُذف المنشور",
    },
    in_force="سارٍ",
    gone="منشور لم يعد هنا",
    pictures="الصور:",
    receipt="إيصال",
    tick="اختر هذا",
    withdraw="اسحب ما عليه علامة",
    withdraw_all="اسحب كل شيء…",
    sure="سحب كل شيء؟",
    sure_help="تنتهي كل موافقة منك، ويُبلَّغ من لديه نسخة. يمكنك أن توافق مجددًا، منشورًا بعد آخر. "
    "القرارات السارية:",
    sure_yes="نعم، اسحب كل شيء",
    sure_no="لا، اتركه",
    receipts_all="نزّل كل الإيصالات",
    receipts_help="بها تُري الآخرين ما قررته، وتتحقق من أنه في السجل العام.",
    nothing="لا شيء لعرضه.",
    datasets="مجموعات البيانات التي فيها منشوراتك",
    datasets_help="ما تسحبه لا يدخل في أي إصدار لاحق، ويُبلَّغ من لديه نسخة من إصدار سابق.",
    datasets_count="منشوراتك فيها:",
    datasets_none="لا توجد مجموعة بيانات منشورة لهذا الخادم فيها منشور لك.",
    release_states={
        "preparing": "قيد الإعداد",
        "current": "حالية",
        "superseded": "حلّ محلها إصدار لاحق",
        "withdrawn": "سُحبت",
    },
    done={
        "saved": "حُفظ.",
        "withdrawn": "سُحبت.",
        "none": "لم تُوضع علامة على شيء.",
    },
)

_LANGUAGES: Final = {"en": ENGLISH, "ar": ARABIC}


def words(language: str) -> ConsentStrings:
    """The words of a language that the pages speak."""
    return _LANGUAGES[language]
