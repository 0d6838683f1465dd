"""What the first line of a message says, in the person's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_ENGLISH: Final[Mapping[str, str]] = {
    "mention": "{name} mentioned you",
    "quote": "{name} quoted you",
    "status": "{name} posted",
    "reblog": "{name} boosted your post",
    "follow": "{name} follows you",
    "follow_request": "{name} wants to follow you",
    "favourite": "{name} liked your post",
    "poll": "A poll by {name} has ended",
    "update": "{name} edited a post",
    "quoted_update": "{name} edited a post that you quoted",
    "admin.sign_up": "{name} signed up",
    "admin.report": "{name} reported something",
}
_ARABIC: Final[Mapping[str, str]] = {
    "mention": "أشار إليك {name}",
    "quote": "اقتبس {name} منشورك",
    "status": "نشر {name}",
    "reblog": "أعاد {name} نشر منشورك",
    "follow": "بدأ {name} بمتابعتك",
    "follow_request": "يطلب {name} متابعتك",
    "favourite": "أعجب {name} بمنشورك",
    "poll": "انتهى استطلاع {name}",
    "update": "عدّل {name} منشورًا",
    "quoted_update": "عدّل {name} منشورًا اقتبستَه",
    "admin.sign_up": "سجّل {name} حسابًا",
    "admin.report": "أبلغ {name} عن شيء",
}
_TONGUES: Final = {"en": _ENGLISH, "ar": _ARABIC}


def title(kind: str, name: str, language: str) -> str:
    """That *name* did something; in English where the language is none we speak."""
    said = _TONGUES.get(language.partition("-")[0].lower(), _ENGLISH)
    # Not by `format`: a name may hold braces.
    return said[kind].replace("{name}", name)
