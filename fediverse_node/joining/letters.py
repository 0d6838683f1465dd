"""What is said by e-mail, in plain text, in the language of whoever gets it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from fediverse_node.mail import queries as mail
from fediverse_node.storage.tx import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A subject and a body; `{server}`, `{handle}`, `{link}` and `{reason}` are filled in."""

    subject: str
    body: str


_ENGLISH: Final[Mapping[str, Letter]] = {
    "confirm": Letter(
        subject="Confirm your address for {server}",
        body="Somebody, hopefully you, made the account {handle} and gave this address.\n\n"
        "To confirm that it is yours, open this page and press the button:\n{link}\n\n"
        "If it was not you, do nothing: the account goes away by itself after a week.\n",
    ),
    "reset": Letter(
        subject="A new password for {server}",
        body="Somebody asked for a new password for {handle}.\n\n"
        "To choose one, open this page within an hour:\n{link}\n\n"
        "If it was not you, do nothing: the old password stays.\n",
    ),
    "welcome": Letter(
        subject="You are in: {server}",
        body="Your account {handle} was approved. You can sign in now, "
        "here or in any Mastodon app:\n{link}\n",
    ),
    "waiting": Letter(
        subject="Somebody wants to join {server}",
        body="{handle} waits for somebody to let them in.\n\nWhat they say:\n{reason}\n\n"
        "Decide in an app that moderates, or with: fediverse-node account approve NAME\n",
    ),
}
_ARABIC: Final[Mapping[str, Letter]] = {
    "confirm": Letter(
        subject="أكّد عنوانك لدى {server}",
        body="أنشأ أحدهم، ونرجو أن تكون أنت، الحساب {handle} وذكر هذا العنوان.\n\n"
        "لتأكيد أنه لك افتح هذه الصفحة واضغط الزر:\n{link}\n\n"
        "إن لم تكن أنت فلا تفعل شيئًا: يزول الحساب من نفسه بعد أسبوع.\n",
    ),
    "reset": Letter(
        subject="كلمة مرور جديدة لدى {server}",
        body="طلب أحدهم كلمة مرور جديدة للحساب {handle}.\n\n"
        "لاختيار واحدة افتح هذه الصفحة خلال ساعة:\n{link}\n\n"
        "إن لم تكن أنت فلا تفعل شيئًا: تبقى كلمة المرور القديمة.\n",
    ),
    "welcome": Letter(
        subject="أهلًا بك في {server}",
        body="قُبل حسابك {handle}. يمكنك الآن تسجيل الدخول هنا أو في أي تطبيق لماستودون:\n{link}\n",
    ),
    "waiting": Letter(
        subject="أحدهم يريد الانضمام إلى {server}",
        body="ينتظر {handle} أن يسمح له أحد بالدخول.\n\nسبب الطلب:\n{reason}\n\n"
        "قرّر في تطبيق للإشراف، أو بالأمر: fediverse-node account approve NAME\n",
    ),
}
_LANGUAGES: Final = {"en": _ENGLISH, "ar": _ARABIC}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """In whose name letters go out.

    Attributes:
        server: its name. origin: what links begin with.
        enabled: whether there is a mail server at all; without one nothing is written.
    """

    server: str
    origin: str
    enabled: bool

    def link(self, kind: str, secret: str) -> str:
        """The address of the page that takes *secret*."""
        return f"{self.origin}/{kind}?token={secret}"


def write(  # noqa: PLR0913 a letter is made of these
    tx: Tx,
    sender: Sender,
    name: str,
    *,
    to: str,
    language: str,
    handle: str,
    link: str = "",
    reason: str = "",
) -> None:
    """Have the letter *name* sent; without a mail server nothing happens."""
    if not sender.enabled:
        return
    letter = _LANGUAGES.get(language.partition("-")[0], _ENGLISH)[name]
    filled = {"server": sender.server, "handle": handle, "link": link, "reason": reason}
    mail.put(
        tx,
        recipient=to,
        subject=_one_line(letter.subject.format(**filled)),
        body=letter.body.format(**filled),
    )


def _one_line(text: str) -> str:
    return " ".join(text.split())
