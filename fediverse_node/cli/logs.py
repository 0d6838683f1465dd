"""What goes to standard error: one line per event, as text or as JSON. Never payloads, never secrets."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any, TextIO

#: Fields every record has; what is beyond them was given as `extra`.
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class TextFormatter(logging.Formatter):
    """`12:30:00 INFO delivery.sent host=example.org`, for a person at a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        """One line; control characters escaped, so that no peer can write lines of its own."""
        moment = datetime.fromtimestamp(record.created, UTC)
        fields = " ".join(f"{name}={_plain(value)}" for name, value in _extra(record).items())
        line = f"{moment:%H:%M:%S} {record.levelname} {record.getMessage()} {fields}".rstrip()
        return f"{line}\n{_indented(self.formatException(record.exc_info))}" if record.exc_info else line


class JsonFormatter(logging.Formatter):
    """One JSON object a line, for a machine."""

    def format(self, record: logging.LogRecord) -> str:
        """`at`, `level`, `event`, `logger`, the event's fields, and `error` where there was one."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            "logger": record.name,
            **_extra(record),
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


def set_up(*, level: str, style: str, stream: TextIO | None = None) -> None:
    """Send the log of the whole process to *stream* (standard error)."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonFormatter() if style == "json" else TextFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    # These libraries log addresses with their queries, and bodies at DEBUG; Alembic logs only noise.
    for name in ("httpx", "httpx2", "httpcore2", "openai", "aiohttp.access", "alembic"):
        logging.getLogger(name).setLevel(logging.WARNING)


def _extra(record: logging.LogRecord) -> dict[str, Any]:
    return {name: value for name, value in vars(record).items() if name not in _STANDARD}


def _indented(text: str) -> str:
    """A traceback, none of whose lines can be taken for an event: errors quote what peers said."""
    lines = [part if part.isprintable() else json.dumps(part) for part in text.splitlines()]
    return "\n".join(f"    {part}" for part in lines)


def _plain(value: object) -> str:
    text = str(value)
    return text if text.isprintable() and " " not in text else json.dumps(text)
