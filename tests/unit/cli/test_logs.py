from __future__ import annotations

import json
import logging

from fediverse_node.cli.logs import JsonFormatter, TextFormatter


def record(**extra: object) -> logging.LogRecord:
    made = logging.makeLogRecord(
        {"name": "x", "levelno": 20, "levelname": "INFO", "msg": "delivery.sent", "created": 0.0}
    )
    vars(made).update(extra)
    return made


def test_a_line_of_text_names_event_and_fields() -> None:
    assert TextFormatter().format(record(host="a.example")) == "00:00:00 INFO delivery.sent host=a.example"


def test_nobody_can_write_lines_of_their_own() -> None:
    line = TextFormatter().format(record(host="a\n00:00:00 INFO forged", bidi="\u202e"))

    assert "\n" not in line
    assert "\u202e" not in line


def test_a_line_of_json_holds_the_same() -> None:
    line = json.loads(JsonFormatter().format(record(host="a\nb")))

    assert line == {
        "at": "1970-01-01T00:00:00.000+00:00",
        "level": "info",
        "event": "delivery.sent",
        "logger": "x",
        "host": "a\nb",
    }


def test_a_traceback_cannot_be_taken_for_events() -> None:
    failed = record(exc_info=(ValueError, ValueError("x\n00:00:00 INFO forged\x1b[31m"), None))

    first, *rest = TextFormatter().format(failed).split("\n")

    assert first == "00:00:00 INFO delivery.sent"
    assert all(line.startswith("    ") for line in rest)
    assert "\x1b" not in "".join(rest)
    assert json.loads(JsonFormatter().format(failed))["error"].startswith("ValueError")
