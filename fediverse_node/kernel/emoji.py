"""What counts as one emoji: a grapheme of Unicode's emoji, or the code of a custom one."""

from __future__ import annotations

import re
from typing import Final

#: Longest code of a custom emoji, in characters.
MAX_CODE: Final = 100

# UTS #51: the characters that may stand as an emoji, what may follow one, and how several become one.
# Newer emoji than this Python knows are in the same blocks, so blocks are named and not categories.
_BASE = (
    "[\u00a9\u00ae\u203c\u2049\u2122\u2139\u2194-\u21aa\u231a-\u23ff\u24c2\u25aa-\u27bf\u2934\u2935"
    "\u2b05-\u2b55\u3030\u303d\u3297\u3299\U0001f004-\U0001f1ad\U0001f200-\U0001faff]"
)
_ELEMENT = f"{_BASE}[\ufe0e\ufe0f]?[\U0001f3fb-\U0001f3ff]?(?:[\U000e0020-\U000e007e]{{1,12}}\U000e007f)?"
_EMOJI = re.compile(
    f"[0-9#*]\ufe0f?\u20e3|[\U0001f1e6-\U0001f1ff]{{2}}|{_ELEMENT}(?:\u200d{_ELEMENT}){{0,8}}"
)
_CODE = re.compile(r"[A-Za-z0-9_+.-]{1,100}", re.ASCII)
_OWN_CODE = re.compile(r"[A-Za-z0-9_]{2,30}", re.ASCII)
#: Codes in a text. A colon that belongs to a word or to a time is none of a code's.
CODES: Final = re.compile(r"(?<![\w:]):([A-Za-z0-9_]{2,30}):(?![\w:])", re.ASCII)


def one_emoji(text: str) -> str | None:
    """*text* as one Unicode emoji in the form in which it is counted; None when it is none, or several.

    A heart is written with and without the sign that asks for its coloured form; both count as one.
    """
    found = text.strip()
    if not _EMOJI.fullmatch(found):
        return None
    bare = found.replace("\ufe0e", "").replace("\ufe0f", "")
    return f"{bare}\ufe0f" if len(bare) == 1 and bare <= "\uffff" else found.replace("\ufe0e", "")


def custom_code(text: str) -> str | None:
    """The code in `:code:`, without its colons; None when *text* is no code."""
    found = text.strip()
    if len(found) > 2 and found[0] == found[-1] == ":" and _CODE.fullmatch(found[1:-1]):
        return found[1:-1]
    return None


def is_own_code(code: str) -> bool:
    """Whether an emoji of ours may be called *code*: what every peer's text search finds."""
    return _OWN_CODE.fullmatch(code) is not None
