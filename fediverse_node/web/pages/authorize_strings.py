"""The words for letting apps in, in every language the pages speak."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from fediverse_node.oauth.scopes import ADMIN, SAME_ORIGIN


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizeStrings:
    """One language.

    Attributes:
        plain: what a whole scope means.
        see, change: what `read:` and `write:` of an area mean; the area is put in their place.
        areas: the words for them.
        problems: what is wrong with a request, by the word of RFC 6749 or one of ours.
    """

    title: str
    wants: str
    website: str
    describes_itself: str
    answer_goes_to: str
    answer_is_shown: str
    on_this_device: str
    it_may: str
    careful: str
    allow: str
    deny: str
    code_title: str
    code_help: str
    not_possible: str
    back_to_app: str
    denied: str
    apps: str
    apps_help: str
    no_apps: str
    settings: str
    since: str
    by_hand: str
    end: str
    ended: str
    plain: Mapping[str, str]
    see: str
    change: str
    areas: Mapping[str, str]
    problems: Mapping[str, str]


ENGLISH: Final = AuthorizeStrings(
    title="Let this app in?",
    wants="It wants to act for",
    website="Its website, by its own words",
    describes_itself="It describes itself at",
    answer_goes_to="Your answer goes to",
    answer_is_shown="You get a code to type into the app.",
    on_this_device="an app on this device",
    it_may="It may then",
    careful="Any app can give itself any name. Say yes only if you began this, in this app, just now.",
    allow="Let it in",
    deny="No",
    code_title="Your code",
    code_help="Type or paste it into the app. It works once, for ten minutes. Give it to nobody.",
    not_possible="This app cannot be let in",
    back_to_app="Back to the app",
    denied="You said no. The app was given nothing.",
    apps="Apps you let in",
    apps_help="End what you do not use or do not know: it can do nothing for you from that moment on.",
    no_apps="There are none.",
    settings="Settings",
    since="Since",
    by_hand="made at the command line",
    end="End",
    ended="It has ended.",
    plain={
        "read": "see everything that you can see here, private posts too",
        "write": "post, edit and delete as you, and change your profile and what you follow",
        "follow": "see and change whom you follow, block and mute",
        "push": "send you notifications",
        "profile": "know who you are: your name and your picture",
        "write:statuses": "post as you, and edit and delete your posts",
        "write:media": "add pictures and files",
        "write:reports": "report people and posts for you",
        "admin:read": "See accounts, reports and rules for servers as a moderator does",
        "admin:write": "Moderate in your name: people, reports and servers",
        SAME_ORIGIN: "act as you, but only on what is at",
    },
    see="see {}",
    change="change {}",
    areas={
        "accounts": "your profile",
        "blocks": "whom you block",
        "bookmarks": "your bookmarks",
        "collections": "your collections",
        "conversations": "your conversations",
        "favourites": "your favourites",
        "filters": "your filters",
        "follows": "whom you follow",
        "lists": "your lists",
        "mutes": "whom you mute",
        "notifications": "your notifications",
        "search": "what you can find",
        "statuses": "your posts",
    },
    problems={
        "client": "There is no such app here. It may have to register again.",
        "unreachable": "The address at which this app describes itself does not answer, or not so.",
        "redirect": "The app wants the answer at an address that is not its own. It was given nothing.",
        "unsupported_response_type": "The app asks for an answer that this server does not give.",
        "invalid_request": "The app has to protect its request with PKCE (S256), and does not do so.",
        "invalid_scope": "The app asks for more than it said it would, or for what does not exist.",
    },
)

ARABIC: Final = AuthorizeStrings(
    title="هل تسمح لهذا التطبيق؟",
    wants="يريد أن يتصرف باسم",
    website="موقعه، بحسب قوله",
    describes_itself="يعرّف بنفسه في",
    answer_goes_to="يذهب جوابك إلى",
    answer_is_shown="ستحصل على رمز تكتبه في التطبيق.",
    on_this_device="تطبيق على هذا الجهاز",
    it_may="وعندها يمكنه",
    careful="يستطيع أي تطبيق أن يسمّي نفسه كما يشاء. وافق فقط إن كنت أنت من بدأ هذا من التطبيق الآن.",
    allow="اسمح له",
    deny="لا",
    code_title="رمزك",
    code_help="اكتبه أو الصقه في التطبيق. يصلح مرة واحدة ولمدة عشر دقائق. لا تعطه لأحد.",
    not_possible="لا يمكن السماح لهذا التطبيق",
    back_to_app="العودة إلى التطبيق",
    denied="قلت لا. لم يُعطَ التطبيق شيئًا.",
    apps="التطبيقات التي سمحت لها",
    apps_help="أنهِ ما لا تستخدمه أو لا تعرفه: لن يستطيع فعل شيء باسمك منذ تلك اللحظة.",
    no_apps="لا يوجد شيء.",
    settings="الإعدادات",
    since="منذ",
    by_hand="أُنشئ من سطر الأوامر",
    end="إنهاء",
    ended="انتهى.",
    plain={
        "read": "رؤية كل ما تراه هنا، حتى المنشورات الخاصة",
        "write": "النشر والتعديل والحذف باسمك، وتغيير ملفك ومن تتابع",
        "follow": "رؤية وتغيير من تتابع وتحظر وتكتم",
        "push": "إرسال الإشعارات إليك",
        "profile": "معرفة من أنت: اسمك وصورتك",
        "write:statuses": "النشر باسمك، وتعديل منشوراتك وحذفها",
        "write:media": "إضافة صور وملفات",
        "write:reports": "الإبلاغ عن أشخاص ومنشورات نيابة عنك",
        "admin:read": "رؤية الحسابات والبلاغات وقواعد الخوادم كما يراها المشرف",
        "admin:write": "الإشراف باسمك: على الأشخاص والبلاغات والخوادم",
        SAME_ORIGIN: "التصرف باسمك، ولكن فقط فيما هو موجود في",
    },
    see="رؤية {}",
    change="تغيير {}",
    areas={
        "accounts": "ملفك الشخصي",
        "blocks": "من تحظر",
        "bookmarks": "إشاراتك المرجعية",
        "collections": "مجموعاتك",
        "conversations": "محادثاتك",
        "favourites": "إعجاباتك",
        "filters": "مرشّحاتك",
        "follows": "من تتابع",
        "lists": "قوائمك",
        "mutes": "من تكتم",
        "notifications": "إشعاراتك",
        "search": "ما يمكنك العثور عليه",
        "statuses": "منشوراتك",
    },
    problems={
        "client": "لا يوجد هنا تطبيق كهذا. ربما عليه أن يسجّل نفسه من جديد.",
        "unreachable": "العنوان الذي يعرّف فيه هذا التطبيق بنفسه لا يجيب، أو لا يجيب بتعريف.",
        "redirect": "يريد التطبيق الجواب في عنوان ليس له. لم يُعطَ شيئًا.",
        "unsupported_response_type": "يطلب التطبيق جوابًا لا يعطيه هذا الخادم.",
        "invalid_request": "على التطبيق أن يحمي طلبه بطريقة PKCE (S256)، ولم يفعل أو لم يحسن ذلك.",
        "invalid_scope": "يطلب التطبيق أكثر مما قال، أو شيئًا غير موجود.",
    },
)

_LANGUAGES: Final = {"en": ENGLISH, "ar": ARABIC}


def words(language: str) -> AuthorizeStrings:
    """The words of a language that the pages speak."""
    return _LANGUAGES[language]


def meaning(scope: str, says: AuthorizeStrings, host: str) -> str:
    """What *scope* lets an app of *host* do, in plain words."""
    if scope == SAME_ORIGIN:
        return f"{says.plain[scope]} \u2068{host}\u2069"
    if scope in ADMIN:
        # The finer ones are for programs: a person lets somebody moderate, or does not.
        return says.plain[":".join(scope.split(":")[:2])]
    top, _, area = scope.partition(":")
    if scope in says.plain or area not in says.areas:
        return says.plain.get(scope, scope)
    return (says.see if top == "read" else says.change).format(says.areas[area])
