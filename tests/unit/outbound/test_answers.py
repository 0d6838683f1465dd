from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fediverse_node.outbound.answers import MAX_HEAD, MAX_INTERIM, Answer, AnswerReader
from fediverse_node.outbound.errors import Garbled
from fediverse_node.outbound.limits import Limits

LIMITS = Limits(answer_bytes=100)
COUNTED = b"HTTP/1.1 202 Accepted\r\nContent-Length: 5\r\nRetry-After: 7\r\n\r\nhello"
CHUNKED = (
    b"HTTP/1.1 202 Accepted\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"3;name=value\r\nhel\r\n2 \r\nlo\r\n0\r\nTrailer: 1\r\n\r\n"
)
TO_THE_END = b"HTTP/1.1 202 Accepted\r\n\r\nhello"
INTERIM = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"


def read(*pieces: bytes) -> tuple[Answer | None, AnswerReader]:
    reader, answer = AnswerReader(LIMITS), None
    for piece in pieces:
        answer = reader.feed(piece)
    return answer, reader


@pytest.mark.parametrize("whole", [COUNTED, CHUNKED, INTERIM + COUNTED, COUNTED.replace(b"\r\n", b"\n")])
def test_an_answer_is_read_and_its_connection_may_be_used_again(whole: bytes) -> None:
    answer, reader = read(whole)
    assert answer is not None
    assert (answer.status, answer.body, reader.reusable) == (202, b"hello", True)


def test_headers_are_found_in_any_case_and_repeated_ones_are_repeated() -> None:
    answer, _ = read(b"HTTP/1.1 503 X\r\nretry-after:\t7 \r\nA: 1\r\na: \xff\r\nContent-Length: 0\r\n\r\n")
    assert answer is not None
    assert answer.headers["Retry-After"] == "7"
    assert answer.headers.getall("A") == ["1", "�"]


@given(st.sampled_from([COUNTED, CHUNKED, INTERIM + CHUNKED]), st.lists(st.integers(0, 200), max_size=4))
def test_how_the_bytes_were_cut_on_their_way_changes_nothing(whole: bytes, cuts: list[int]) -> None:
    places = [0, *sorted(min(cut, len(whole)) for cut in cuts), len(whole)]
    answer, reader = read(*(whole[a:b] for a, b in pairwise(places) if b > a))
    expected, _ = read(whole)
    assert answer == expected
    assert reader.reusable


@given(st.binary(max_size=300))
def test_whatever_comes_is_an_answer_or_none_and_never_another_error(noise: bytes) -> None:
    for start in (b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"):
        reader = AnswerReader(LIMITS)
        try:
            answer = reader.feed(start + noise) or reader.end()
        except Garbled:
            continue
        assert len(answer.body) <= LIMITS.answer_bytes


def test_an_answer_without_a_length_lasts_until_the_connection_ends() -> None:
    answer, reader = read(TO_THE_END[:-2], TO_THE_END[-2:])
    assert answer is None
    assert reader.end().body == b"hello"
    assert not reader.reusable


@pytest.mark.parametrize(
    "whole",
    [
        COUNTED.replace(b"HTTP/1.1", b"HTTP/1.0"),
        COUNTED.replace(b"Retry-After: 7", b"Connection: close"),
        CHUNKED.replace(b"Transfer-", b"Content-Length: 5\r\nTransfer-"),
        COUNTED + b"HTTP/1.1 202 Accepted\r\n\r\n",
        COUNTED.replace(b"Content-Length: 5", b"Content-Length: 4"),
    ],
    ids=["HTTP/1.0", "close", "a length beside a coding", "a second answer", "longer than it said"],
)
def test_after_some_answers_the_connection_is_not_used_again(whole: bytes) -> None:
    answer, reader = read(whole)
    assert answer is not None
    assert answer.status == 202
    assert not reader.reusable


@pytest.mark.parametrize("status", [b"204 No Content", b"304 Not Modified"])
def test_some_answers_have_no_body(status: bytes) -> None:
    answer, reader = read(b"HTTP/1.1 " + status + b"\r\nContent-Length: 5\r\n\r\n")
    assert answer is not None
    assert (answer.body, reader.reusable) == (b"", True)


def test_a_body_may_fill_the_limit_and_is_cut_beyond_it() -> None:
    for size, whole in ((100, True), (101, False)):
        for content in (
            b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size + b"y" * size,
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n" % size
            + b"y" * size
            + b"\r\n0\r\n\r\n",
        ):
            answer, reader = read(content)
            assert answer is not None
            assert (len(answer.body), reader.reusable) == (100, whole)


@pytest.mark.parametrize(
    "wrong",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
        b"HTTP/2 200\r\n\r\n",
        b"HTTP/1.1 99 X\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n",
        INTERIM * (MAX_INTERIM + 1),
        b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nA: 1\r\n folded\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nA: 1\rB: 2\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"A: 1\r\n" * 101 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nA: " + b"y" * 8190 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nA: " + b"y" * MAX_HEAD,
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
        b"HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\nabcde",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1" * 8200,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" + b"A: 1\r\n" * 101,
    ],
)
def test_what_is_no_answer_is_refused(wrong: bytes) -> None:
    with pytest.raises(Garbled):
        read(wrong)


@pytest.mark.parametrize("short", [b"", b"HTTP/1.1 200 OK\r\n", COUNTED[:-1], CHUNKED[:-2]])
def test_an_answer_that_ends_before_it_is_whole_is_none(short: bytes) -> None:
    _, reader = read(short)
    with pytest.raises(Garbled, match="before the answer was whole"):
        reader.end()
