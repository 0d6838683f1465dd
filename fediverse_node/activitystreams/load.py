"""The one strict JSON loader for everything that comes from outside.

Two parsers that read one text differently are a hole: the one that checks sees another activity
than the one that acts. So the text may have one reading only (RFC 8259 section 4 leaves duplicate
names open; we close it), and nothing in it may break later: no lone surrogate that cannot be
stored, no NUL that PostgreSQL refuses, no number that is no number.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any, Final

from fediverse_node.kernel.errors import NotValid, TooLarge

#: A JSON object as it came in. Only the readers of this package look inside.
JsonDict = dict[str, Any]

#: Longest inbox body, and longest fetched document, in bytes.
MAX_INBOX_BODY: Final = 256 * 1024
MAX_DOCUMENT: Final = 1024 * 1024
MAX_DEPTH: Final = 32
MAX_INTEGER_DIGITS: Final = 18

# Escapes that may stand for NUL or for half of a surrogate pair.
_SUSPICIOUS_ESCAPE = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")


def load_json(raw: bytes, *, limit: int) -> JsonDict:
    """The JSON object in *raw*, or a refusal; nothing else ever leaves this function.

    Args:
        raw: UTF-8 without a byte order mark.
        limit: the most bytes that are looked at.

    Raises:
        TooLarge: *raw* is longer than *limit*.
        NotValid: not UTF-8, not JSON, names used twice, `NaN` or `Infinity`, more than 32 levels,
            integers of more than 18 digits, lone surrogates, NUL, or no object at the top.
    """
    if len(raw) > limit:
        raise TooLarge(f"The document is larger than {limit // 1024} KiB.")
    try:
        document = _DECODER.decode(raw.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise NotValid("The body is not valid JSON.", detail=str(error)[:200]) from error
    if type(document) is not dict:
        raise NotValid("The body must be a JSON object.")
    # Fewer brackets than levels allowed means it cannot be too deep: true of most documents.
    if raw.count(b"{") + raw.count(b"[") > MAX_DEPTH:
        _refuse_depth(document)
    if _SUSPICIOUS_ESCAPE.search(raw):
        _refuse_broken_text(document)
    return document


def _unique(pairs: list[tuple[str, Any]]) -> JsonDict:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise NotValid("The same name appears twice in one JSON object.")
    return found


def _integer(digits: str) -> int:
    if len(digits.lstrip("-")) > MAX_INTEGER_DIGITS:
        raise NotValid(f"An integer has more than {MAX_INTEGER_DIGITS} digits.")
    return int(digits)


def _number(digits: str) -> float:
    value = float(digits)
    if math.isinf(value):
        raise NotValid("A number is too large.")
    return value


def _no_constant(name: str) -> float:
    raise NotValid(f"{name} is not JSON.")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_unique, parse_int=_integer, parse_float=_number, parse_constant=_no_constant
)


def _refuse_depth(document: JsonDict) -> None:
    level: list[Any] = [document]
    for _ in range(MAX_DEPTH):
        level = [
            child
            for container in level
            for child in (container.values() if type(container) is dict else container)
            if type(child) in (dict, list)
        ]
        if not level:
            return
    raise NotValid(f"The document is nested more than {MAX_DEPTH} levels deep.")


def _refuse_broken_text(document: JsonDict) -> None:
    pending: list[Any] = [document]
    while pending:
        node = pending.pop()
        if isinstance(node, dict):
            pending.extend(node)
            pending.extend(node.values())
        elif isinstance(node, list):
            pending.extend(node)
        elif isinstance(node, str):
            _refuse_broken_string(node)


def _refuse_broken_string(text: str) -> None:
    if "\x00" in text:
        raise NotValid("A text holds a NUL character.")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise NotValid("A text holds half of a surrogate pair.") from error
