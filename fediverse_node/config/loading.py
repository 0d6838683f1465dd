"""Reading the configuration: default < file < environment (`FEDIVERSE_NODE_SECTION__KEY`).

A secret may be given as a file (`api_key_file`). Unknown keys are errors with a suggestion.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from fediverse_node.config.checks import checked
from fediverse_node.config.sections import Config
from fediverse_node.kernel.errors import NotValid

PREFIX = "FEDIVERSE_NODE_"
#: What may stand in a file of its own, which `…_file` names.
_SECRET_KEYS = (
    ("assist", "api_key"),
    ("database", "url"),
    ("mail", "password"),
    ("secrets", "key"),
    ("secrets", "previous_key"),
)


def load(path: Path | None, environ: Mapping[str, str]) -> Config:
    """Read the configuration.

    Args:
        path: the TOML file; None when there is none.
        environ: the environment; only names that begin with `FEDIVERSE_NODE_` and hold `__` are read.

    Raises:
        NotValid: the file cannot be read, a key is unknown, a value is of the wrong kind, or a lab
            switch is on for an https origin. The message names the key.
    """
    values = _read_file(path) if path is not None else {}
    _check_names(values)
    _apply_environment(values, environ)
    _read_secret_files(values)
    try:
        config = msgspec.convert(values, Config, strict=False)
    except msgspec.ValidationError as error:
        raise NotValid(f"Configuration: {error}.") from error
    return checked(config)


def _read_file(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise NotValid(f"Configuration: {path} cannot be read ({error.strerror}).") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise NotValid(f"Configuration: {path} is not valid TOML: {error}.") from error


def _sections() -> dict[str, tuple[str, ...]]:
    return {field.name: field.type.__struct_fields__ for field in msgspec.structs.fields(Config)}


def _check_names(values: Mapping[str, Any]) -> None:
    sections = _sections()
    for section, keys in values.items():
        if section not in sections:
            raise NotValid(f"Configuration: there is no section [{section}].{_suggest(section, sections)}")
        if not isinstance(keys, dict):
            raise NotValid(f"Configuration: {section} must be a section, written [{section}].")
        for key in keys:
            if key not in sections[section]:
                near = _suggest(key, sections[section])
                raise NotValid(f"Configuration: [{section}] has no key {key}.{near}")


def _suggest(word: str, known: Any) -> str:
    near = difflib.get_close_matches(word, list(known), n=1)
    return f" Did you mean {near[0]}?" if near else f" Known are: {', '.join(known)}."


def _apply_environment(values: dict[str, Any], environ: Mapping[str, str]) -> None:
    for name, text in environ.items():
        section, separator, key = name.removeprefix(PREFIX).lower().partition("__")
        if not name.startswith(PREFIX) or not separator:
            continue
        _check_names({section: {key: text}})
        default = getattr(getattr(Config(), section), key)
        value: Any = (
            [part.strip() for part in text.split(",") if part.strip()] if isinstance(default, list) else text
        )
        values.setdefault(section, {})[key] = value


def _read_secret_files(values: dict[str, Any]) -> None:
    for section, key in _SECRET_KEYS:
        given = values.get(section, {})
        path = given.get(f"{key}_file")
        if not path or given.get(key):
            continue
        try:
            given[key] = Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise NotValid(f"Configuration: {section}.{key}_file: {path}: {error.strerror}.") from error
