from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fediverse_node.archive import csvs
from fediverse_node.archive.csvs import BadLine, Entry, ListKind, kind_of, read, row
from fediverse_node.kernel.errors import NodeError, NotValid, TooLarge
from fediverse_node.kernel.text import clean_line

FOLLOWS = b"Account address,Show boosts,Notify on new posts,Languages\nbob@there.example,true,false,\n"


def listed(kind: ListKind, data: bytes) -> list[Entry]:
    return list(read(kind, data, own_domain="here.example").entries)


def test_a_list_of_follows_is_read_as_mastodon_writes_it() -> None:
    assert listed("follows", FOLLOWS) == [Entry(target="@bob@there.example")]
    assert listed("follows", b"\xef\xbb\xbf@Bob@THERE.example\r\nbob@there.example\r\n\r\n") == [
        Entry(target="@bob@there.example")
    ]
    assert listed("follows", b"carol\n") == [Entry(target="@carol@here.example")]


def test_a_mute_says_whether_notifications_are_hidden() -> None:
    data = b"Account address,Hide notifications\na@x.example,true\nb@x.example,false\nc@x.example\n"
    assert [entry.notifications for entry in listed("mutes", data)] == [True, False, True]


def test_domains_are_read_with_and_without_a_head() -> None:
    assert listed("domains", b"Spam.Example\nother.example\n") == [
        Entry(target="spam.example"),
        Entry(target="other.example"),
    ]
    assert listed("domains", b"#domain,#severity\nspam.example,suspend\n") == [Entry(target="spam.example")]


def test_a_bad_line_is_named_and_passed_over() -> None:
    found = read("blocks", b"bob@there.example\nno handle\n@@\ncarol@there.example\n", own_domain="h.example")
    assert [entry.target for entry in found.entries] == ["@bob@there.example", "@carol@there.example"]
    assert [bad.number for bad in found.bad] == [2, 3]
    assert found.bad[0] == BadLine(
        number=2, problem="“no handle” is no handle. Handles look like user@example.org."
    )


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("following_accounts.csv", b"bob@x.example\n", "follows"),
        ("blocked_accounts (1).csv", b"bob@x.example\n", "blocks"),
        ("data/blocked_domains.csv", b"x.example\n", "domains"),
        ("list.csv", FOLLOWS, "follows"),
        ("list.csv", b"Account address,Hide notifications\n", "mutes"),
    ],
)
def test_which_list_it_is_stands_in_its_name_or_head(name: str, data: bytes, kind: str) -> None:
    assert kind_of(name, data) == kind


def test_a_list_that_does_not_say_what_it_is_is_refused() -> None:
    with pytest.raises(NotValid, match="Say which list"):
        kind_of("list.csv", b"bob@there.example\n")


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"bob@there.example\n" * (csvs.MAX_LINES + 1), TooLarge),
        (b"b" * (csvs.MAX_BYTES + 1), TooLarge),
        (b"\xff\xfe", NotValid),
        (b"bob\x00@there.example\n", NotValid),
    ],
)
def test_what_is_no_list_or_too_long_is_refused(data: bytes, error: type[NodeError]) -> None:
    assert read("blocks", b"bob@there.example\n" * 10, own_domain="h.example").entries
    with pytest.raises(error):
        read("blocks", data, own_domain="h.example")


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for kind in csvs.KINDS:
        try:
            read(kind, data, own_domain="h.example")
        except NodeError:
            continue


# WEB-26
@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=20), min_size=1))
def test_no_cell_is_a_formula(cells: list[str]) -> None:
    [found] = csv.reader(io.StringIO(row(cells).decode(), newline=""))
    assert len(found) == len(cells)
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in found)
    assert [cell.removeprefix("'") for cell in found] == [
        clean_line(cell).removeprefix("'") for cell in cells
    ]
