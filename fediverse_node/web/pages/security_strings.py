"""The words of the second factor and of passkeys, in every language the pages speak."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityStrings:
    """One language. `done` are the words for what a form has just done."""

    title: str
    settings: str
    password: str
    code: str
    wrong_password: str
    wrong_code: str
    code_title: str
    code_help: str
    sign_in: str
    factor: str
    factor_help: str
    factor_on: str
    codes_left: str
    set_up: str
    scan: str
    qr: str
    type_in: str
    confirm_help: str
    confirm: str
    turn_off: str
    new_codes: str
    codes_title: str
    codes_help: str
    kept: str
    passkeys: str
    passkeys_help: str
    no_passkeys: str
    not_here: str
    needs_script: str
    passkey_name: str
    add_passkey: str
    remove: str
    since: str
    last_used: str
    never: str
    use_passkey: str
    failed: str
    done: Mapping[str, str]


ENGLISH: Final = SecurityStrings(
    title="Signing in safely",
    settings="Settings",
    password="Password",  # noqa: S106 the name of a field
    code="Code",
    wrong_password="The password is not right.",  # noqa: S106 as above
    wrong_code="This code is not right, too old, or was used before.",
    code_title="One more step",
    code_help="Type the code that your authenticator app shows now, or one of your recovery codes.",
    sign_in="Sign in",
    factor="Second factor",
    factor_help="With a second factor a stolen password is not enough: signing in also asks for a code "
    "from an app on your phone, such as Aegis, FreeOTP or Google Authenticator.",
    factor_on="Signing in asks for a code.",
    codes_left="Recovery codes left:",
    set_up="Set up",
    scan="Scan this picture with your authenticator app, or type the key into it.",
    qr="QR code for an authenticator app",
    type_in="Key",
    confirm_help="Then type the code that the app shows. Nothing changes before you do.",
    confirm="Turn on",
    turn_off="Turn off",
    new_codes="New recovery codes",
    codes_title="Your recovery codes",
    codes_help="Each of them signs you in once, in place of the app's code. Print them or write them "
    "down now: they cannot be shown again. Whoever runs this server can turn the second "
    "factor off, too.",
    kept="I have kept them",
    passkeys="Passkeys",
    passkeys_help="A passkey signs you in without a password and without a code: your phone, computer or "
    "security key asks for your finger, face or PIN.",
    no_passkeys="You have no passkeys.",
    not_here="This server does not take passkeys. Whoever runs it can change that.",
    needs_script="Passkeys need a browser that knows them, and its scripts turned on.",
    passkey_name="A name for it",
    add_passkey="Add a passkey",
    remove="Remove",
    since="Added",
    last_used="Last used",
    never="never",
    use_passkey="Sign in with a passkey",
    failed="That did not work, or was stopped. Try again.",
    done={
        "off": "The second factor is turned off. The password is enough.",
        "on": "The second factor is turned on.",
        "added": "The passkey is added.",
        "removed": "The passkey is removed. Remove it from your device, too.",
    },
)  # fmt: skip

ARABIC: Final = SecurityStrings(
    title="أمان تسجيل الدخول",
    settings="الإعدادات",
    password="كلمة المرور",  # noqa: S106 as above
    code="الرمز",
    wrong_password="كلمة المرور غير صحيحة.",  # noqa: S106 as above
    wrong_code="هذا الرمز غير صحيح، أو قديم، أو استُخدم من قبل.",
    code_title="خطوة أخرى",
    code_help="اكتب الرمز الذي يعرضه تطبيق المصادقة الآن، أو أحد رموز الاسترداد.",
    sign_in="تسجيل الدخول",
    factor="العامل الثاني",
    factor_help="مع العامل الثاني لا تكفي كلمة مرور مسروقة: يُطلب عند الدخول أيضًا رمز من تطبيق على "
    "هاتفك، مثل Aegis أو FreeOTP أو Google Authenticator.",
    factor_on="يُطلب رمز عند تسجيل الدخول.",
    codes_left="رموز الاسترداد الباقية:",
    set_up="إعداد",
    scan="امسح هذه الصورة بتطبيق المصادقة، أو اكتب المفتاح فيه.",
    qr="رمز QR لتطبيق المصادقة",
    type_in="المفتاح",
    confirm_help="ثم اكتب الرمز الذي يعرضه التطبيق. لا يتغيّر شيء قبل ذلك.",
    confirm="تفعيل",
    turn_off="إيقاف",
    new_codes="رموز استرداد جديدة",
    codes_title="رموز الاسترداد",
    codes_help="كل رمز منها يُدخلك مرة واحدة بدلًا من رمز التطبيق. اطبعها أو اكتبها الآن، فلن تُعرض مرة "
    "أخرى. ويستطيع من يدير هذا الخادم إيقاف العامل الثاني أيضًا.",
    kept="احتفظت بها",
    passkeys="مفاتيح المرور",
    passkeys_help="يُدخلك مفتاح المرور بلا كلمة مرور وبلا رمز: يطلب هاتفك أو حاسوبك أو مفتاح الأمان بصمتك "
    "أو وجهك أو رقمك السري.",
    no_passkeys="ليست لديك مفاتيح مرور.",
    not_here="لا يقبل هذا الخادم مفاتيح المرور. يستطيع من يديره تغيير ذلك.",
    needs_script="تحتاج مفاتيح المرور إلى متصفح يعرفها وإلى تشغيل النصوص البرمجية فيه.",
    passkey_name="اسم له",
    add_passkey="إضافة مفتاح مرور",
    remove="إزالة",
    since="أُضيف",
    last_used="آخر استخدام",
    never="لم يُستخدم",
    use_passkey="الدخول بمفتاح مرور",
    failed="لم ينجح ذلك، أو أُوقف. حاول مرة أخرى.",
    done={
        "off": "أُوقف العامل الثاني. كلمة المرور تكفي.",
        "on": "فُعّل العامل الثاني.",
        "added": "أُضيف مفتاح المرور.",
        "removed": "أُزيل مفتاح المرور. أزله من جهازك أيضًا.",
    },
)  # fmt: skip

_LANGUAGES: Final = {"en": ENGLISH, "ar": ARABIC}


def words(language: str) -> SecurityStrings:
    """The words of a language that the pages speak."""
    return _LANGUAGES[language]
