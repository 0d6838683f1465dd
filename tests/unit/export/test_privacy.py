from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fediverse_node.export.privacy import redact


@pytest.mark.parametrize(
    ("text", "expected", "count"),
    [
        ("nothing here, at 12:30 on 2026-11-21", "nothing here, at 12:30 on 2026-11-21", 0),
        ("hi @bob and @Bob, and @bob@x.example", "hi @user1 and @user1, and @user2", 3),
        ("ask @eve@127.0.0.1:8080.", "ask @user1.", 1),
        ("mail me: some.one+x@mail.example!", "mail me: <EMAIL>!", 1),
        ("see https://social.example/@bob/1 now", "see <PROFILE> now", 1),
        ("see https://social.example/users/bob", "see <PROFILE>", 1),
        ("see https://example.org/article?a=1", "see https://example.org/article?a=1", 0),
        ("call +49 30 1234567 today", "call <PHONE> today", 1),
        ("call 030 1234567 or (555) 123-4567", "call <PHONE> or <PHONE>", 2),
        ("call ٠٣٠ ١٢٣٤٥٦٧", "call <PHONE>", 1),
        ("my box is 192.0.2.7:8080", "my box is <IP>:8080", 1),
        ("my box is [2001:db8::1]:80", "my box is [<IP>]:80", 1),
        ("we met at 52.520008, 13.404954.", "we met at <LOCATION>.", 1),
        ("key sk-proj-abcdefghijklmnop0123", "key <SECRET>", 1),
        ("version 3.11.7, price 1.299,00, 10 000 people", "version 3.11.7, price 1.299,00, 10 000 people", 0),
        ("the year 1999 and 2,000,000 and 3.14159265", "the year 1999 and 2,000,000 and 3.14159265", 0),
    ],
)
def test_traces_of_people_become_placeholders(text: str, expected: str, count: int) -> None:
    assert redact(text) == (expected, count)


SEPARATORS = st.text(alphabet=" ,.\n!?()", min_size=1, max_size=3).map(lambda text: f" {text} ")
TRACES = st.sampled_from(
    [
        ("canary@mail.example", "canary"),
        ("@canary@host.example", "canary"),
        ("@canary", "canary"),
        ("https://host.example/@canary", "canary"),
        ("+49 30 90909090", "9090"),
        ("203.0.113.77", "113"),
        ("2001:db8::beef", "beef"),
    ]
)


@given(st.lists(st.tuples(st.text(max_size=20), SEPARATORS, TRACES, SEPARATORS), max_size=6))
def test_wherever_they_stand(parts: list[tuple[str, str, tuple[str, str], str]]) -> None:
    text = "".join(f"{words}{before}{trace[0]}{after}" for words, before, trace, after in parts)
    redacted, count = redact(text)
    rest = "".join(words for words, *_ in parts)
    for _, _, (_, canary), _ in parts:
        if canary not in rest:
            assert canary not in redacted
    assert count >= len(parts)


@pytest.mark.parametrize(
    "piece", ["@", "a.", "1.", ":", "+1 ", "(0", "-----BEGIN A-----", "a@b.", "1.12345,"]
)
def test_hostile_text_of_a_hundred_kilobytes_is_ordinary(piece: str) -> None:
    redact(piece * (50_000 // len(piece)))
