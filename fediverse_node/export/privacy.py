"""Other people's names and traces of people in a text, replaced by placeholders.

The author consented for themselves and for nobody else. Typed placeholders (`<EMAIL>`) keep the text
readable; plausible fakes would be false statements about somebody.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from fediverse_node.kernel.text import URL, Handle, mention_at

#: An address that names a person: a profile, or somebody's credentials.
_OF_A_PERSON = re.compile(r"@|%40|/(?:users?|u|profiles?|people|author)/", re.IGNORECASE)
#: What continues a word or a number. Letters of scripts that put no blanks between words are not in it:
#: a number or a name that stands right after them is one all the same.
_WORD = "A-Za-z0-9_\u00c0-\u024f\u0370-\u052f\u0660-\u0669\u06f0-\u06f9"
_HOST = r"(?:[\w-]{1,63}\.){1,8}(?:[A-Za-z]{2,24}|xn--[A-Za-z0-9-]{2,59}|[^\W\d_a-zA-Z]{2,24})"
_EMAIL = re.compile(rf"(?<![A-Za-z0-9_.+-])[A-Za-z0-9_.+%-]{{1,64}}@{_HOST}(?![A-Za-z0-9_-])")
#: With a name in any script; only what the one above left.
_EMAIL_IN_ANY_SCRIPT = re.compile(rf"(?<![\w.+-])[\w.+-]{{1,64}}@{_HOST}(?![\w-])")
#: A name right before or after a word of such a script, where no server would see a mention.
_NAME_BESIDE_WORD = re.compile(
    rf"(?<![{_WORD}=/&@#.])@[A-Za-z0-9_](?:[A-Za-z0-9_.-]{{0,62}}[A-Za-z0-9_])?"
    r"(?:@(?:[A-Za-z0-9-]{1,63}\.){1,10}[A-Za-z0-9-]{1,63})?(?![A-Za-z0-9_@])"
)
_PLACE = re.compile(r"(?<![\d.,-])[-+]?\d{1,3}\.\d{4,12}\s{0,2}[,;]\s{0,2}[-+]?\d{1,3}\.\d{4,12}(?!\d|\.\d)")
_IPV4 = re.compile(rf"(?<![{_WORD}.])\d{{1,3}}(?:\.\d{{1,3}}){{3}}(?![{_WORD}]|\.\d)")
_IPV6 = re.compile(
    rf"(?<![{_WORD}:.])[0-9A-Fa-f]{{0,4}}:[0-9A-Fa-f:]{{1,34}}(?:(?:\d{{1,3}}\.){{3}}\d{{1,3}})?(?![{_WORD}:])"
)
_DIGIT = re.compile(r"\d")
_ZERO = "[0\u0660\u06f0]"
_PHONE = re.compile(
    rf"(?<![{_WORD}.,/-])"
    rf"(?:(?:\+|{_ZERO}{_ZERO})[ ]?\d[\d ()./-]{{5,20}}\d"  # +49 30 1234567
    rf"|\(?{_ZERO}\d{{1,5}}\)?[ /-]{{0,2}}\d{{2,9}}(?:[ -]\d{{2,6}}){{0,3}}"  # 030 1234567
    r"|1[3-9]\d[ -]?\d{4}[ -]?\d{4}"  # 138 1234 5678, as in China
    r"|\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4})"  # (555) 123-4567
    rf"(?![{_WORD}-]|[.,]\d)"
)
_EMOJI = re.compile(rf"(?<![{_WORD}:])(?=:[0-9_]{{0,60}}[A-Za-z]):[A-Za-z0-9_]{{2,64}}:(?![{_WORD}:])")
#: All of ASCII but what a trace of somebody has in it: digits, `@`, `:`, and what every secret of two has.
_ORDINARY = bytes(sorted(set(range(128)) - set(b"0123456789@:-_")))
_SECRET_SIGNS = re.compile(r"[spr]k[-_]|gh[pousr]_|xox|AKIA|eyJ|BEGIN")
_SECRET = re.compile(
    r"\b(?:sk|pk|rk)[-_][\w-]{16,}|\bgh[pousr]_\w{20,}|\bxox[abprs]-[\w-]{10,}|\bAKIA[0-9A-Z]{16}\b"
    r"|\beyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]*"
    r"|-----BEGIN [A-Z ]{3,40}-----[^-]{0,10000}(?:-----END [A-Z ]{3,40}-----)?"
)


def redact(text: str) -> tuple[str, int]:
    """*text* with placeholders, and how many there are.

    People become `@user1`, `@user2` in order of appearance, the same person the same placeholder.
    """
    signs = _signs(text)
    if signs is None:
        return text, 0
    count = people = 0
    if signs.secret and _SECRET_SIGNS.search(text) is not None:
        text, count = _SECRET.subn("<SECRET>", text)
    if "://" in text:
        text, found = _replaced(text, URL, "<PROFILE>", lambda url: _OF_A_PERSON.search(url) is not None)
        count += found
    if "@" in text:
        text, people = _without_people(text)
    # Where every `@` has become a placeholder, there is none left for an address.
    signs = signs._replace(ats=signs.ats if text.count("@") > people else 0)
    for pattern, placeholder, possible, applies in _RULES:
        if possible(signs):
            text, found = _replaced(text, pattern, placeholder, applies)
            count += found
    return text, count + people


def _replaced(
    text: str, pattern: re.Pattern[str], placeholder: str, applies: Callable[[str], bool]
) -> tuple[str, int]:
    count = 0

    def one(match: re.Match[str]) -> str:
        nonlocal count
        if not applies(match.group()):
            return match.group()
        count += 1
        return placeholder

    return pattern.sub(one, text), count


class _Signs(NamedTuple):
    """How often there is in a text what traces of people are made of; for `secret` whether."""

    ats: int
    colons: int
    digits: int
    secret: bool


def _signs(text: str) -> _Signs | None:
    """What there is in *text*; None for nothing.

    Most posts have nothing of all this in them, and to look for a byte costs hardly anything.
    """
    if not text.isascii():
        return _Signs(text.count("@"), text.count(":"), len(_DIGIT.findall(text)), secret=True)
    found = text.encode().translate(None, _ORDINARY)
    secret = "AKIA" in text or "eyJ" in text
    if not found:
        return _Signs(0, 0, 0, secret=True) if secret else None
    return _Signs(
        found.count(b"@"),
        found.count(b":"),
        len(found.translate(None, b"@:-_")),
        secret=secret or b"-" in found or b"_" in found,
    )


def _always(_: str) -> bool:
    return True


def _without_people(text: str) -> tuple[str, int]:
    numbers: dict[Handle, int] = {}
    pieces: list[str] = []
    count = end_before = 0
    for start, end, handle in _people_in(text):
        number = numbers.setdefault(handle, len(numbers) + 1)
        pieces += [text[end_before:start], f"@user{number}"]
        end_before = end
        count += 1
    return "".join([*pieces, text[end_before:]]), count


def _people_in(text: str) -> Iterator[tuple[int, int, Handle]]:
    """Where *text* names whom, in order."""
    place = text.find("@")
    while place >= 0:
        end, handle = _person_at(text, place)
        if handle is not None:
            yield place, end, handle
        place = text.find("@", end)


def _person_at(text: str, place: int) -> tuple[int, Handle | None]:
    """Who is named there, and where the name ends; where nobody is, where to look on."""
    found = mention_at(text, place)
    if found is not None:
        return found
    match = _NAME_BESIDE_WORD.match(text, place)
    if match is None:
        return place + 1, None
    name, _, host = match.group()[1:].lower().partition("@")
    return match.end(), Handle(name, host or None)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _could_be_phone(text: str) -> bool:
    return 7 <= sum(letter.isdigit() for letter in text) <= 15


#: What is replaced by what, and whether it can be there at all; in this order.
_RULES: tuple[tuple[re.Pattern[str], str, Callable[[_Signs], bool], Callable[[str], bool]], ...] = (
    (_EMAIL, "<EMAIL>", lambda there: there.ats > 0, _always),
    (_EMAIL_IN_ANY_SCRIPT, "<EMAIL>", lambda there: there.ats > 0, _always),
    (_PLACE, "<LOCATION>", lambda there: there.digits >= 10, _always),
    (_IPV4, "<IP>", lambda there: there.digits >= 4, _is_address),
    (_IPV6, "<IP>", lambda there: there.colons >= 2, _is_address),
    (_PHONE, "<PHONE>", lambda there: there.digits >= 7, _could_be_phone),
    (_EMOJI, "<EMOJI>", lambda there: there.colons >= 2, _always),
)
