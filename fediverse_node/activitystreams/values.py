"""Tolerant looks at one property: string, object or array everywhere, wrong types ignored.

Each function answers with a value of its type or with nothing; none of them raises.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from fediverse_node.activitystreams.load import JsonDict
from fediverse_node.activitystreams.vocabulary import KNOWN_TYPES, PUBLIC, PUBLIC_ALIASES
from fediverse_node.kernel.clock import parse_rfc3339
from fediverse_node.kernel.urls import MAX_URL

#: Recipients that are read at all (Plume names every follower); how many are honoured is decided above.
MAX_RECIPIENTS: Final = 1_000
_ANY_TYPE_LENGTH = 200
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def items(value: Any) -> list[Any]:
    """*value* as a list: nothing, the one, or the many; `@list` and `@set` are opened."""
    if value is None:
        return []
    if type(value) is dict and len(value) == 1 and ("@list" in value or "@set" in value):
        value = next(iter(value.values()))
    return value if type(value) is list else [value]


def nodes(value: Any) -> Iterator[JsonDict]:
    """The objects in *value*."""
    return (item for item in items(value) if type(item) is dict)


def text(value: Any) -> str | None:
    """A string, the string inside a JSON-LD value object, or the first string of a list."""
    for item in items(value):
        if type(item) is str:
            return item
        if type(item) is dict and type(item.get("@value")) is str:
            return str(item["@value"])
    return None


def filled(value: Any, limit: int) -> str | None:
    """Like `text`, cut to *limit* characters; None when there is nothing but blanks in it."""
    found = text(value)
    return found[:limit] if found and not found.isspace() else None


def link(value: Any) -> str | None:
    """The address or id in *value*: a string, or an object's `id` or `href`. Never an overlong one."""
    for item in items(value):
        found = item
        if type(item) is dict:
            found = item.get("id") or item.get("@id") or item.get("href")
        if type(found) is str and 0 < len(found) <= MAX_URL:
            return found
    return None


def links(value: Any, limit: int) -> tuple[str, ...]:
    """The addresses in *value*, each once, in their order, at most *limit*."""
    found: dict[str, None] = {}
    for item in items(value):
        address = link(item)
        if address is not None:
            found[address] = None
            if len(found) == limit:
                break
    return tuple(found)


def recipients(value: Any) -> tuple[str, ...]:
    """The addressees in *value*, with the public collection written in full."""
    return tuple(
        dict.fromkeys(
            PUBLIC if address in PUBLIC_ALIASES else address for address in links(value, MAX_RECIPIENTS)
        )
    )


def web_address(value: Any) -> str | None:
    """The first http(s) address in *value*: a string, or an object's `href` or `url`."""
    for item in items(value):
        found = item
        if type(item) is dict:
            found = item.get("href") or item.get("url") or item.get("id")
            if type(found) in (dict, list):
                found = web_address(found)
        if is_web_address(found):
            return str(found)
    return None


def is_web_address(value: Any) -> bool:
    """Whether *value* starts as an http(s) address does, is not overlong, and fits in one line of a head."""
    return (
        type(value) is str
        and value.startswith(("https://", "http://"))
        and len(value) <= MAX_URL
        and not _CONTROL.search(value)
    )


def kind(node: JsonDict) -> str | None:
    """The type of *node*: of several, the first one that we know, else the first."""
    value = node.get("type", node.get("@type"))
    if type(value) is str:
        return value if 0 < len(value) <= _ANY_TYPE_LENGTH else None
    names = [name for name in items(value) if type(name) is str and 0 < len(name) <= _ANY_TYPE_LENGTH]
    return next((name for name in names if name in KNOWN_TYPES), names[0] if names else None)


def identifier(node: JsonDict) -> str | None:
    """The id of *node*, when it is a string of at most `MAX_URL` characters."""
    value = node.get("id", node.get("@id"))
    return value if type(value) is str and 0 < len(value) <= MAX_URL else None


def moment(value: Any) -> datetime | None:
    """A time as peers write it, aware, in UTC."""
    found = text(value)
    return parse_rfc3339(found) if found and len(found) <= 64 else None


def flag(value: Any) -> bool | None:
    """True, false, or the words for them; None for all else."""
    if type(value) is bool:
        return value
    return {"true": True, "false": False}.get(value.lower()) if type(value) is str else None


def count(value: Any) -> int | None:
    """A whole number that is not negative."""
    return value if type(value) is int and value >= 0 else None


def number(value: Any) -> float | None:
    """A number, whole or not."""
    return float(value) if type(value) in (int, float) else None


def either(node: JsonDict, *names: str) -> Any:
    """The value of the first of *names* that *node* has: prefixed spellings of one term."""
    return next((node[name] for name in names if node.get(name) is not None), None)
