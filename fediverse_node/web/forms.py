"""What a client sent, in any of the three encodings apps use: form, multipart, JSON; and in the query.

Rails' bracket notation is read everywhere (`id[]`, `poll[options][]`, `fields_attributes[0][name]`),
because Mastodon's own API does, and apps rely on it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from email.parser import BytesHeaderParser
from urllib.parse import parse_qsl

from aiohttp import web

from fediverse_node.activitystreams.load import load_json
from fediverse_node.kernel.errors import NotValid
from fediverse_node.kernel.ids import parse_id
from fediverse_node.web.bodies import read_body

#: A post of the longest kind in the widest script, with room for everything else.
MAX_BODY = 256 * 1024
MAX_FIELDS = 500
_MAX_NESTING = 4
_NAME = re.compile(r"([^\[\]]{1,100})((?:\[[^\[\]]{0,100}\]){0,4})")
#: What no store of ours takes: NUL (PostgreSQL) and half of a surrogate pair.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_TRUE = frozenset({"true", "t", "1", "on", "yes"})
_FALSE = frozenset({"false", "f", "0", "off", "no", ""})

#: A field as it was sent. JSON has more kinds than forms.
Value = str | bool | int | float | list["Value"] | dict[str, "Value"] | None


class Fields:
    """Named values of one request, asked for by what they should be."""

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, Value]) -> None:
        self._values = values

    def has(self, name: str) -> bool:
        """Whether something was sent under this name: not empty, not null."""
        return self._values.get(name) not in (None, "", [], {})

    def sent(self, name: str) -> bool:
        """Whether anything was sent under this name, be it empty: an empty list takes all away."""
        return self._values.get(name) is not None

    def text(self, name: str) -> str | None:
        """A text; None when it was not sent. Numbers are taken as they are written.

        Raises:
            NotValid: it is of another kind, or holds what cannot be stored.
        """
        value = self._values.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool):
            value = str(value)
        if value is None or isinstance(value, str):
            return _storable(name, value) if value else value
        raise NotValid(f"{name} must be a text.")

    def flag(self, name: str) -> bool | None:
        """True or false, however it is written; None when it was not sent.

        Raises:
            NotValid: it is neither.
        """
        value = self._values.get(name)
        if value is None or isinstance(value, bool):
            return value
        written = str(value).strip().lower()
        if written in _TRUE:
            return True
        if written in _FALSE:
            return False
        raise NotValid(f"{name} must be true or false.")

    def choice(self, name: str, known: Collection[str]) -> str | None:
        """One of *known*; None when it was not sent or is empty.

        Raises:
            NotValid: it is another one.
        """
        value = self.text(name)
        if not value:
            return None
        if value not in known:
            raise NotValid(f"{name} must be one of: {', '.join(known)}.")
        return value

    def number(self, name: str, *, default: int, most: int) -> int:
        """A number from 1 to *most*; what is beyond is brought back, as Mastodon does.

        Raises:
            NotValid: it is no number.
        """
        value = self.text(name)
        if not value:
            return default
        digits = value.strip()
        if not (digits.isascii() and digits.isdigit() and len(digits) < 10):
            raise NotValid(f"{name} must be a number.")
        return min(max(int(digits), 1), most)

    def id(self, name: str) -> int | None:
        """An id; None when it was not sent.

        Raises:
            NotValid: it cannot be one.
        """
        value = self.text(name)
        if not value:
            return None
        found = parse_id(value)
        if found is None:
            raise NotValid(f"{name} must be an id.")
        return found

    def texts(self, name: str) -> list[str]:
        """A list of texts, however it was written: `name[]`, `name[0]`, a JSON list, or one alone.

        Raises:
            NotValid: something in it is no text.
        """
        value = self._values.get(name)
        if value is None:
            return []
        items = list(value.values()) if isinstance(value, dict) else value
        items = items if isinstance(items, list) else [items]
        single = [Fields({name: item}).text(name) for item in items]
        return [text for text in single if text]

    def inner(self, name: str) -> Fields:
        """The fields within one: `name[a]`, or a JSON object. None in it when it was not sent.

        Raises:
            NotValid: it is of another kind.
        """
        value = self._values.get(name)
        if value is not None and not isinstance(value, dict):
            raise NotValid(f"{name} must hold fields.")
        return Fields(value or {})

    def rows(self, name: str) -> list[Fields]:
        """Rows of fields: a JSON list of objects, `name[0][id]`, or one alone.

        Raises:
            NotValid: it is anything else.
        """
        value = self._values.get(name)
        if value is None:
            return []
        found = list(value.values()) if isinstance(value, dict) else value
        if not isinstance(found, list):
            raise NotValid(f"{name} must be a list.")
        made = [Fields(row) for row in found if isinstance(row, dict)]
        if len(made) < len(found):
            raise NotValid(f"{name} must be a list of fields.")
        return made

    def pairs(self, name: str, first: str, second: str) -> tuple[tuple[str, str], ...] | None:
        """Rows of two texts: `name[0][first]`, or a JSON list of objects; None when none was sent.

        Raises:
            NotValid: it is anything else.
        """
        value = self._values.get(name)
        if value is None:
            return None
        rows = list(value.values()) if isinstance(value, dict) else value
        if not isinstance(rows, list):
            raise NotValid(f"{name} must be a list.")
        return tuple(_pair(name, row, first, second) for row in rows)


def _pair(name: str, row: Value, first: str, second: str) -> tuple[str, str]:
    if not isinstance(row, dict):
        raise NotValid(f"{name} must hold {first} and {second}.")
    fields = Fields(row)
    return fields.text(first) or "", fields.text(second) or ""


async def sent_fields(request: web.Request) -> Fields:
    """Query and body of a request that changes something. The body wins.

    Raises:
        NotValid, TooLarge: the body cannot be read.
        web.HTTPUnsupportedMediaType: it is in none of the three encodings.
    """
    body = await read_body(request, MAX_BODY)
    values = dict(query_values(request))
    if body:
        values.update(_decode(request.content_type, request.headers.get("Content-Type", ""), body))
    return Fields(values)


def query_values(request: web.Request) -> Mapping[str, Value]:
    """The query, its brackets resolved."""
    return nest(request.query.items()) if request.query_string else {}


def _decode(kind: str, content_type: str, body: bytes) -> Mapping[str, Value]:
    if kind == "application/json":
        return load_json(body, limit=MAX_BODY)
    if kind == "application/x-www-form-urlencoded":
        return nest(_form_pairs(body))
    if kind == "multipart/form-data":
        return nest(_multipart_pairs(content_type, body))
    raise web.HTTPUnsupportedMediaType


def _form_pairs(body: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(
            body.decode("utf-8"), keep_blank_values=True, max_num_fields=MAX_FIELDS, errors="strict"
        )
    except ValueError as error:
        raise NotValid("The form cannot be read.", detail=str(error)[:200]) from error


def _multipart_pairs(content_type: str, body: bytes) -> list[tuple[str, str]]:
    """Text parts of a form (RFC 7578). Files are refused: nothing here takes one."""
    boundary = _headers(f"Content-Type: {content_type}".encode("utf-8", "replace")).get_param("boundary")
    if not isinstance(boundary, str) or not 0 < len(boundary) <= 70:
        raise NotValid("The multipart form names no boundary.")
    # Each part begins on a line of its own; the body may begin with the boundary at once.
    parts = (b"\r\n" + body).split(b"\r\n--" + boundary.encode("utf-8", "replace"))
    if len(parts) < 2 or len(parts) > MAX_FIELDS or not parts[-1].startswith(b"--"):
        raise NotValid("The multipart form cannot be read.")
    return [_part(part) for part in parts[1:-1]]


def _part(part: bytes) -> tuple[str, str]:
    head, separator, content = part.partition(b"\r\n\r\n")
    headers = _headers(head.removeprefix(b"\r\n"))
    name = headers.get_param("name", header="content-disposition")
    if not separator or not isinstance(name, str):
        raise NotValid("The multipart form cannot be read.")
    if headers.get_filename() is not None:
        raise NotValid("Files cannot be uploaded here.")
    try:
        return name, content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise NotValid("The form is not UTF-8.") from error


def _headers(raw: bytes):  # type: ignore[no-untyped-def]  # noqa: ANN202 email's message types depend on a policy
    return BytesHeaderParser().parsebytes(raw[:8192])


def nest(pairs: Iterable[tuple[str, str]]) -> dict[str, Value]:
    """Pairs of a form, their brackets resolved: `a[b][]=1` becomes `{"a": {"b": ["1"]}}`.

    Raises:
        NotValid: too many pairs, too deep, or one name is used in two ways.
    """
    found: dict[str, Value] = {}
    for count, (key, value) in enumerate(pairs):
        match = _NAME.fullmatch(key)
        if match is None or count >= MAX_FIELDS:
            raise NotValid("The names of the form's fields cannot be read.")
        _put(found, [match[1], *re.findall(r"\[([^\]]*)\]", match[2])], value)
    return found


def _put(container: dict[str, Value], path: list[str], value: str) -> None:
    name, rest = path[0], path[1:]
    if not rest and not isinstance(container.get(name), list | dict):
        container[name] = value
        return
    child: Value
    if rest == [""]:
        child = container.setdefault(name, [])
        if isinstance(child, list):
            child.append(value)
            return
    elif rest:
        child = _row(container, name, rest) if rest[0] == "" else container.setdefault(name, {})
        if isinstance(child, dict):
            _put(child, rest[1:] if rest[0] == "" else rest, value)
            return
    raise NotValid(f"{name} is sent in two different ways.")


def _row(container: dict[str, Value], name: str, rest: list[str]) -> Value:
    """The row that `name[][rest]` goes into: a name that the last one has begins another."""
    rows = container.setdefault(name, [])
    if not isinstance(rows, list):
        return None
    if not rows or not isinstance(rows[-1], dict) or (len(rest) == 2 and rest[1] in rows[-1]):
        rows.append({})
    return rows[-1]


def _storable(name: str, text: str) -> str:
    if _UNSTORABLE.search(text):
        raise NotValid(f"{name} holds characters that cannot be stored.")
    return text
