"""Whether a value has the shape that Mastodon's OpenAPI document gives it: types, required names, null."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

DOCUMENT = Path(__file__).parents[3] / ".." / "shared" / "reference" / "mastodon-openapi.json"
_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
    "null": (type(None),),
}
_FORMATS = {
    "date-time": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"),
    "date": re.compile(r"\d{4}-\d\d-\d\d"),
    "uri": re.compile(r"(https?|wss?|urn):\S+"),
}


class Shapes:
    """The document, and what may be asked of it."""

    def __init__(self) -> None:
        if not DOCUMENT.exists():
            pytest.skip("the OpenAPI document is not on this machine")
        self._document = json.loads(DOCUMENT.read_text())

    def answer_to(self, method: str, path: str) -> dict[str, Any] | None:
        """The schema of the 200 answer of a route; None where the document does not know it."""
        for known, operations in self._document["paths"].items():
            if re.sub(r"\{\w+\}", "{id}", known) == path and method.lower() in operations:
                found = operations[method.lower()]["responses"]["200"].get("content", {})
                schema: dict[str, Any] | None = found.get("application/json", {}).get("schema")
                return schema
        return None

    def fields_of(self, entity: str) -> set[str]:
        return set(self._document["components"]["schemas"][entity]["properties"])

    def faults(self, value: Any, schema: dict[str, Any] | str, where: str = "$") -> list[str]:
        """What is wrong with *value*; nothing when it fits. A name stands for an entity."""
        if isinstance(schema, str):
            return self.faults(value, self._document["components"]["schemas"][schema], where)
        if "$ref" in schema:
            return self.faults(value, str(schema["$ref"]).rpartition("/")[2], where)
        for key in ("oneOf", "anyOf"):
            if key in schema:
                tried = [self.faults(value, each, where) for each in schema[key]]
                return [] if [] in tried else min(tried, key=len)
        told = schema.get("type", [])
        kinds = told if isinstance(told, list) else [told]
        if kinds and not any(self._is(value, kind) for kind in kinds):
            return [f"{where} is {value!r}, not {kinds}"]
        return [*self._value_faults(value, schema, where), *self._inner_faults(value, schema, where)]

    def _value_faults(self, value: Any, schema: dict[str, Any], where: str) -> list[str]:
        if value is None:
            return []
        form = _FORMATS.get(schema.get("format", ""))
        if form and not form.fullmatch(value):
            return [f"{where} is {value!r}, no {schema['format']}"]
        if "enum" in schema and value not in schema["enum"]:
            return [f"{where} is {value!r}, none of {schema['enum']}"]
        return []

    def _inner_faults(self, value: Any, schema: dict[str, Any], where: str) -> list[str]:
        faults: list[str] = []
        if isinstance(value, dict):
            faults += [f"{where} has no {name}" for name in schema.get("required", []) if name not in value]
            for name, inner in schema.get("properties", {}).items():
                if name in value:
                    faults += self.faults(value[name], inner, f"{where}.{name}")
        if isinstance(value, list) and "items" in schema:
            for number, item in enumerate(value):
                faults += self.faults(item, schema["items"], f"{where}[{number}]")
        return faults

    @staticmethod
    def _is(value: Any, kind: str) -> bool:
        if isinstance(value, bool) and kind != "boolean":
            return False
        return isinstance(value, _TYPES[kind])
