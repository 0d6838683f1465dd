"""The words of joining, of links that came by e-mail, and of invitations, in all languages of the pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class JoiningStrings:
    """One language. `faults` are the words for what is wrong with a field, by field and code."""

    title: str
    lead: str
    invited: str
    closed: str
    bad_invitation: str
    name: str
    name_help: str
    email: str
    email_help: str
    email_optional: str
    password: str
    password_help: str
    reason: str
    reason_help: str
    agree: str
    join: str
    joined: str
    check_mail: str
    wait: str
    may_sign_in: str
    confirm_title: str
    confirm_lead: str
    confirm: str
    confirmed: str
    bad_link: str
    reset_title: str
    reset_lead: str
    reset_asked: str
    reset_name: str
    reset_send: str
    reset_no_mail: str
    new_title: str
    new_lead: str
    new_password: str
    repeated: str
    change: str
    changed: str
    not_the_same: str
    sign_in: str
    invitations: str
    invitations_help: str
    note: str
    uses: str
    days: str
    invite: str
    link: str
    used: str
    until: str
    take_back: str
    works_no_more: str
    taken_back: str
    faults: Mapping[str, str]


ENGLISH: Final = JoiningStrings(
    title="Join",
    lead="Make an account on this server. You can use it here and in any app made for Mastodon.",
    invited="You were invited.",
    closed="This server takes no new accounts. Somebody who is here can ask for an invitation for you.",
    bad_invitation="This invitation does not work, or works no more. Ask for another one.",
    name="User name",
    name_help="1 to 30 letters (a to z), digits or underscores. It cannot be changed later.",
    email="E-mail address",
    email_help="You get a letter there to confirm it. Nobody else sees it.",
    email_optional="E-mail address (may be left out)",
    password="Password",  # noqa: S106 the name of a field
    password_help="12 to 256 characters.",  # noqa: S106 as above
    reason="Why do you want to join?",
    reason_help="Those who run this server read it before they let you in.",
    agree="I have read what this server is about, and follow its rules.",
    join="Join",
    joined="Your account is made.",
    check_mail="Now open the letter that is on its way to you, and confirm your address.",
    wait="Now somebody has to let you in. That can take a while.",
    may_sign_in="You can sign in now.",
    confirm_title="Confirm your address",
    confirm_lead="With this button you say that the address which got the letter is yours.",
    confirm="It is mine",
    confirmed="Your address is confirmed.",
    bad_link="This link was used, is too old or never worked. Ask for a new one.",
    reset_title="A new password",
    reset_lead="Give your user name or your e-mail address. Where there is such an account with a confirmed "
    "address, a letter goes there with a link that works for an hour.",
    reset_asked="If there is such an account with a confirmed address, a letter is on its way there.",
    reset_name="User name or e-mail address",
    reset_send="Send the letter",
    reset_no_mail="This server sends no e-mail. Ask whoever runs it for a link.",
    new_title="Choose a new password",
    new_lead="12 to 256 characters. Every browser and every app is signed out.",
    new_password="New password",  # noqa: S106 as above
    repeated="New password again",
    change="Change",
    changed="The password is changed. You can sign in with it now.",
    not_the_same="The two new passwords are not the same.",
    sign_in="Sign in",
    invitations="Invitations",
    invitations_help="Whoever has such a link can join, without anybody letting them in. Give it only to "
    "people you know.",
    note="What it is for (only you see this)",
    uses="For how many people",
    days="For how many days",
    invite="Make an invitation",
    link="Link",
    used="Used",
    until="Until",
    take_back="Take back",
    works_no_more="works no more",
    taken_back="The invitation is taken back.",
    faults={
        "username.ERR_BLANK": "Choose a user name.",
        "username.ERR_INVALID": "A user name has 1 to 30 letters (a to z), digits or underscores.",
        "username.ERR_RESERVED": "This name is reserved. Choose another.",
        "username.ERR_TAKEN": "This name is taken. Choose another.",
        "email.ERR_BLANK": "An e-mail address is needed.",
        "email.ERR_INVALID": "This is not an e-mail address that mail can be sent to.",
        "password.ERR_BLANK": "Choose a password.",
        "password.ERR_TOO_SHORT": "A password has 12 to 256 characters.",
        "password.ERR_TOO_LONG": "A password has 12 to 256 characters.",
        "agreement.ERR_ACCEPTED": "Accept the rules to join.",
        "reason.ERR_BLANK": "Say in a few words why you want to join.",
        "reason.ERR_TOO_LONG": "The reason is too long.",
    },
)

ARABIC: Final = JoiningStrings(
    title="الانضمام",
    lead="أنشئ حسابًا على هذا الخادم. يمكنك استخدامه هنا وفي أي تطبيق صُنع لماستودون.",
    invited="لقد دُعيت.",
    closed="لا يقبل هذا الخادم حسابات جديدة. يستطيع من هو هنا أن يطلب لك دعوة.",
    bad_invitation="هذه الدعوة لا تعمل أو لم تعد تعمل. اطلب غيرها.",
    name="اسم المستخدم",
    name_help="من 1 إلى 30 حرفًا لاتينيًا (a إلى z) أو رقمًا أو شرطة سفلية. لا يمكن تغييره لاحقًا.",
    email="عنوان البريد الإلكتروني",
    email_help="تصلك رسالة هناك لتأكيده. لا يراه أحد غيرك.",
    email_optional="عنوان البريد الإلكتروني (يمكن تركه)",
    password="كلمة المرور",  # noqa: S106 as above
    password_help="من 12 إلى 256 حرفًا.",  # noqa: S106 as above
    reason="لماذا تريد الانضمام؟",
    reason_help="يقرؤه من يدير هذا الخادم قبل أن يسمح لك بالدخول.",
    agree="قرأت ما يقوله هذا الخادم عن نفسه، وألتزم بقواعده.",
    join="انضمام",
    joined="أُنشئ حسابك.",
    check_mail="افتح الآن الرسالة التي في طريقها إليك وأكّد عنوانك.",
    wait="يجب الآن أن يسمح لك أحد بالدخول. قد يستغرق ذلك بعض الوقت.",
    may_sign_in="يمكنك تسجيل الدخول الآن.",
    confirm_title="أكّد عنوانك",
    confirm_lead="بهذا الزر تقول إن العنوان الذي وصلته الرسالة لك.",
    confirm="نعم، هو لي",
    confirmed="تم تأكيد عنوانك.",
    bad_link="هذا الرابط استُعمل أو قديم أو لم يعمل قط. اطلب رابطًا جديدًا.",
    reset_title="كلمة مرور جديدة",
    reset_lead="اكتب اسم المستخدم أو عنوان بريدك. إن وُجد حساب كهذا بعنوان مؤكد فستصل إليه رسالة فيها رابط "
    "يعمل ساعة واحدة.",
    reset_asked="إن وُجد حساب كهذا بعنوان مؤكد فالرسالة في طريقها إليه.",
    reset_name="اسم المستخدم أو عنوان البريد",
    reset_send="أرسل الرسالة",
    reset_no_mail="لا يرسل هذا الخادم بريدًا. اطلب رابطًا ممن يديره.",
    new_title="اختر كلمة مرور جديدة",
    new_lead="من 12 إلى 256 حرفًا. تُنهى الجلسات في كل المتصفحات وكل التطبيقات.",
    new_password="كلمة المرور الجديدة",  # noqa: S106 as above
    repeated="كلمة المرور الجديدة مرة أخرى",
    change="تغيير",
    changed="تغيّرت كلمة المرور. يمكنك الدخول بها الآن.",
    not_the_same="كلمتا المرور الجديدتان مختلفتان.",
    sign_in="تسجيل الدخول",
    invitations="الدعوات",
    invitations_help="من لديه رابط كهذا يستطيع الانضمام دون أن يسمح له أحد. أعطه لمن تعرفه فقط.",
    note="الغرض منها (تراه أنت فقط)",
    uses="لكم شخصًا",
    days="لكم يومًا",
    invite="أنشئ دعوة",
    link="الرابط",
    used="استُعملت",
    until="حتى",
    take_back="سحب",
    works_no_more="لم تعد تعمل",
    taken_back="سُحبت الدعوة.",
    faults={
        "username.ERR_BLANK": "اختر اسم مستخدم.",
        "username.ERR_INVALID": "اسم المستخدم من 1 إلى 30 حرفًا لاتينيًا (a إلى z) أو رقمًا أو شرطة سفلية.",
        "username.ERR_RESERVED": "هذا الاسم محجوز. اختر غيره.",
        "username.ERR_TAKEN": "هذا الاسم مأخوذ. اختر غيره.",
        "email.ERR_BLANK": "عنوان البريد الإلكتروني مطلوب.",
        "email.ERR_INVALID": "لا يمكن إرسال بريد إلى هذا العنوان.",
        "password.ERR_BLANK": "اختر كلمة مرور.",
        "password.ERR_TOO_SHORT": "كلمة المرور من 12 إلى 256 حرفًا.",
        "password.ERR_TOO_LONG": "كلمة المرور من 12 إلى 256 حرفًا.",
        "agreement.ERR_ACCEPTED": "اقبل القواعد لتنضم.",
        "reason.ERR_BLANK": "قل في كلمات قليلة لماذا تريد الانضمام.",
        "reason.ERR_TOO_LONG": "النص طويل جدًا.",
    },
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WaysIn:
    """What the page for signing in says beside its form: whether letters go out, and whether one can join."""

    says: JoiningStrings
    mails: bool
    open: bool


_LANGUAGES: Final = {"en": ENGLISH, "ar": ARABIC}


def words(language: str) -> JoiningStrings:
    """The words of a language that the pages speak."""
    return _LANGUAGES[language]
