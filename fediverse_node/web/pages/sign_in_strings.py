"""The words of signing in and of the settings, in every language the pages speak."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInStrings:
    """One language. `done` are the words for what a form has just done."""

    title: str
    lead: str
    name: str
    password: str
    wrong: str
    disabled: str
    no_password: str
    settings: str
    signed_in_as: str
    your_page: str
    apps: str
    sessions: str
    sessions_help: str
    this_one: str
    unknown_browser: str
    since: str
    last_used: str
    end: str
    end_others: str
    change_password: str
    password_help: str
    old_password: str
    new_password: str
    repeated: str
    change: str
    wrong_old: str
    not_the_same: str
    bad_length: str
    done: Mapping[str, str]


ENGLISH: Final = SignInStrings(
    title="Sign in",
    lead="For people with an account on this server.",
    name="User name",
    password="Password",  # noqa: S106 the name of a field
    wrong="The user name or the password is not right.",
    disabled="This account is disabled. Ask whoever runs this server.",
    no_password="No password yet, or forgotten? Whoever runs this server can set a new one.",  # noqa: S106 as above
    settings="Settings",
    signed_in_as="You are signed in as",
    your_page="Your page",
    apps="Apps you let in",
    sessions="Where you are signed in",
    sessions_help="End what you do not know, and change your password then.",
    this_one="this browser",
    unknown_browser="Unknown browser",
    since="Signed in",
    last_used="Last used",
    end="End",
    end_others="End all others",
    change_password="Change password",  # noqa: S106 as above
    password_help="12 to 256 characters. Every other browser and every app is signed out.",  # noqa: S106 as above
    old_password="Present password",  # noqa: S106 as above
    new_password="New password",  # noqa: S106 as above
    repeated="New password again",
    change="Change",
    wrong_old="The present password is not right.",
    not_the_same="The two new passwords are not the same.",
    bad_length="A password has 12 to 256 characters.",
    done={
        "password": "The password is changed. Every other browser and every app is signed out.",
        "session": "That browser is signed out.",
        "others": "Every other browser is signed out.",
    },
)

ARABIC: Final = SignInStrings(
    title="تسجيل الدخول",
    lead="لمن لديه حساب على هذا الخادم.",
    name="اسم المستخدم",
    password="كلمة المرور",  # noqa: S106 as above
    wrong="اسم المستخدم أو كلمة المرور غير صحيحة.",
    disabled="هذا الحساب معطّل. راسل من يدير هذا الخادم.",
    no_password="لا كلمة مرور لديك بعد، أو نسيتها؟ يستطيع من يدير هذا الخادم أن يضع واحدة جديدة.",  # noqa: S106 as above
    settings="الإعدادات",
    signed_in_as="دخلت باسم",
    your_page="صفحتك",
    apps="التطبيقات التي سمحت لها",
    sessions="أين سجّلت الدخول",
    sessions_help="أنهِ ما لا تعرفه، ثم غيّر كلمة مرورك.",
    this_one="هذا المتصفح",
    unknown_browser="متصفح غير معروف",
    since="تاريخ الدخول",
    last_used="آخر استخدام",
    end="إنهاء",
    end_others="إنهاء كل ما عداه",
    change_password="تغيير كلمة المرور",  # noqa: S106 as above
    password_help="من 12 إلى 256 حرفًا. تُنهى الجلسات في كل المتصفحات الأخرى وفي كل التطبيقات.",  # noqa: S106 as above
    old_password="كلمة المرور الحالية",  # noqa: S106 as above
    new_password="كلمة المرور الجديدة",  # noqa: S106 as above
    repeated="كلمة المرور الجديدة مرة أخرى",
    change="تغيير",
    wrong_old="كلمة المرور الحالية غير صحيحة.",
    not_the_same="كلمتا المرور الجديدتان مختلفتان.",
    bad_length="كلمة المرور من 12 إلى 256 حرفًا.",
    done={
        "password": "تغيّرت كلمة المرور، وأُنهيت الجلسات في كل المتصفحات الأخرى وفي كل التطبيقات.",
        "session": "أُنهيت الجلسة في ذلك المتصفح.",
        "others": "أُنهيت الجلسات في كل المتصفحات الأخرى.",
    },
)

_LANGUAGES: Final = {"en": ENGLISH, "ar": ARABIC}


def words(language: str) -> SignInStrings:
    """The words of a language that the pages speak."""
    return _LANGUAGES[language]
