"""Which addresses mail may go to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fediverse_node.kernel.email import MAX_ADDRESS, check_address, masked
from fediverse_node.kernel.errors import NotValid


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("carol@mail.example", "carol@mail.example"),
        (" Carol.C+list@MAIL.Example ", "Carol.C+list@mail.example"),
        ("carol@bücher.example", "carol@xn--bcher-kva.example"),
        ("o'neil_7@a-b.example", "o'neil_7@a-b.example"),
    ],
)
def test_plain_addresses_are_taken_and_hosts_written_one_way(text: str, address: str) -> None:
    assert check_address(text) == address


@pytest.mark.parametrize(
    "text",
    [
        # ADM-07, WEB-27
        "", "carol", "@mail.example", "carol@", "carol@localhost", "carol@127.0.0.1", "carol@[::1]",
        "carol@mail", "a@b@mail.example", '"carol x"@mail.example', "carol(x)@mail.example",
        "carol%other.example@mail.example", "other.example!carol@mail.example", "<carol@mail.example>",
        "carol@mail.example, dora@mail.example", "carol@mail.example\r\nBcc: dora@mail.example",
        "carol\n@mail.example", ".carol@mail.example", "carol..c@mail.example", "carol.@mail.example",
        "c\u0430rol@mail.example", "carol@mail.example\x00", "carol@mail .example", "carol@mail.example:25",
        f"{'x' * 65}@mail.example", f"carol@{'x.' * 130}example", "carol@mail.123",
    ],
)  # fmt: skip
def test_what_servers_may_read_in_two_ways_is_refused(text: str) -> None:
    with pytest.raises(NotValid):
        check_address(text)


@given(st.text(max_size=40), st.text(max_size=40))
def test_whatever_is_taken_is_one_plain_line_with_one_at(name: str, host: str) -> None:
    try:
        address = check_address(f"{name}@{host}")
    except NotValid:
        return
    assert address.isascii()
    assert address.isprintable()
    assert address.count("@") == 1
    assert not set(address) & set(' "<>,;:%!()[]\\')
    assert len(address) <= MAX_ADDRESS
    assert check_address(address) == address


def test_a_log_has_the_first_letter_and_the_host() -> None:
    assert masked("carol@mail.example") == "c…@mail.example"
