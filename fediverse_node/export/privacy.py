"""Other people's names and traces of people in a text, replaced by placeholders.

The author consented for themselves and for nobody else. Typed placeholders (`<EMAIL>`) keep the text
readable; plausible fakes would be false statements about somebody.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable

from fediverse_node.kernel.text import URL, Handle, mention_spans

#: An address that names a person: a profile, or somebody's credentials.
_OF_A_PERSON = re.compile(r"@|%40|/(?:users?|u|profiles?|people|author)/", re.IGNORECASE)
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}(?![\w-])")
_PLACE = re.compile(r"(?<![\d.,-])[-+]?\d{1,3}\.\d{4,12}\s{0,2}[,;]\s{0,2}[-+]?\d{1,3}\.\d{4,12}(?!\d|\.\d)")
_IPV4 = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?!\w|\.\d)")
_IPV6 = re.compile(r"(?<![\w:.])[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:]{1,34}(?:(?:\d{1,3}\.){3}\d{1,3})?(?![\w:])")
_ZERO = "[0\u0660\u06f0]"
_PHONE = re.compile(
    r"(?<![\w.,/-])"
    rf"(?:(?:\+|{_ZERO}{_ZERO})[ ]?\d[\d ()./-]{{5,20}}\d"  # +49 30 1234567
    rf"|\(?{_ZERO}\d{{1,5}}\)?[ /-]{{0,2}}\d{{2,9}}(?:[ -]\d{{2,6}}){{0,3}}"  # 030 1234567
    r"|\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4})"  # (555) 123-4567
    r"(?![\w-]|[.,]\d)"
)
_SECRET = re.compile(
    r"\b(?:sk|pk|rk)[-_][\w-]{16,}|\bgh[pousr]_\w{20,}|\bxox[abprs]-[\w-]{10,}|\bAKIA[0-9A-Z]{16}\b"
    r"|\beyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]*"
    r"|-----BEGIN [A-Z ]{3,40}-----[^-]{0,10000}(?:-----END [A-Z ]{3,40}-----)?"
)


def redact(text: str) -> tuple[str, int]:
    """*text* with placeholders, and how many there are.

    People become `@user1`, `@user2` in order of appearance, the same person the same placeholder.
    """
    count = 0

    def replace(pattern: re.Pattern[str], placeholder: str, applies: Callable[[str], bool]) -> None:
        nonlocal text, count

        def one(match: re.Match[str]) -> str:
            nonlocal count
            if not applies(match.group()):
                return match.group()
            count += 1
            return placeholder

        text = pattern.sub(one, text)

    replace(_SECRET, "<SECRET>", lambda _: True)
    replace(URL, "<PROFILE>", lambda url: _OF_A_PERSON.search(url) is not None)
    text, people = _without_people(text)
    replace(_EMAIL, "<EMAIL>", lambda _: True)
    replace(_PLACE, "<LOCATION>", lambda _: True)
    replace(_IPV4, "<IP>", _is_address)
    replace(_IPV6, "<IP>", _is_address)
    replace(_PHONE, "<PHONE>", _could_be_phone)
    return text, count + people


def _without_people(text: str) -> tuple[str, int]:
    numbers: dict[Handle, int] = {}
    pieces: list[str] = []
    count = end_before = 0
    for start, end, handle in mention_spans(text):
        number = numbers.setdefault(handle, len(numbers) + 1)
        pieces += [text[end_before:start], f"@user{number}"]
        end_before = end
        count += 1
    return "".join([*pieces, text[end_before:]]), count


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _could_be_phone(text: str) -> bool:
    return 7 <= sum(letter.isdigit() for letter in text) <= 15
