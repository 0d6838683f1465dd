from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fediverse_node.archive import unbox as module
from fediverse_node.archive.unbox import is_box, unbox
from fediverse_node.kernel.errors import NodeError, NotValid, TooLarge

WANTED = frozenset({"outbox.json", "actor.json"})
Files = list[tuple[str, bytes]]


def zipped(files: Files, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as made:
        for name, data in files:
            made.writestr(name, data)
    return out.getvalue()


def tarred(files: Files) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as made:
        for name, data in files:
            member = tarfile.TarInfo(name)
            member.size = len(data)
            made.addfile(member, io.BytesIO(data))
    return out.getvalue()


PACKERS = [zipped, tarred]
Packer = Callable[[Files], bytes]


def opened(data: bytes) -> dict[str, bytes]:
    assert is_box(data)
    return unbox(io.BytesIO(data), WANTED).files


@pytest.mark.parametrize("packed", PACKERS)
def test_the_files_that_are_asked_for_are_found(packed: Packer) -> None:
    data = packed([("media/1.png", b"x" * 100_000), ("./actor.json", b"{}"), ("outbox.json", b"[1]")])
    assert opened(data) == {"actor.json": b"{}", "outbox.json": b"[1]"}


# DOS-14
@pytest.mark.parametrize("packed", PACKERS)
@pytest.mark.parametrize("name", ["../outbox.json", "/outbox.json", "a/../outbox.json", "..\\outbox.json"])
def test_a_name_that_leads_elsewhere_is_nobodys(packed: Packer, name: str) -> None:
    assert opened(packed([(name, b"evil")])) == {}
    assert opened(packed([("outbox.json", b"good")])) == {"outbox.json": b"good"}


def test_the_first_of_two_files_with_one_name_counts() -> None:
    assert opened(tarred([("outbox.json", b"one"), ("outbox.json", b"two")])) == {"outbox.json": b"one"}


# DOS-14
def test_a_link_is_passed_over() -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as made:
        link = tarfile.TarInfo("outbox.json")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        made.addfile(link)
    assert opened(out.getvalue()) == {}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        info = zipfile.ZipInfo("outbox.json")
        info.external_attr = 0o120777 << 16
        packed.writestr(info, "/etc/passwd")
    assert opened(out.getvalue()) == {}


# DOS-14: a megabyte that is a gigabyte
@pytest.mark.parametrize("packed", PACKERS)
def test_a_bomb_goes_off_at_its_bound(packed: Packer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_FILE", 200_000)
    assert opened(packed([("outbox.json", b"0" * 200_000)]))
    with pytest.raises(TooLarge):
        opened(packed([("outbox.json", b"0" * 200_001)]))


# DOS-14: what is found is in memory at once
@pytest.mark.parametrize("packed", PACKERS)
def test_a_file_may_have_a_bound_of_its_own(packed: Packer) -> None:
    data = packed([("actor.json", b"0" * 101), ("outbox.json", b"0" * 101)])
    assert len(unbox(io.BytesIO(data), WANTED, most={"actor.json": 101}).files) == 2
    with pytest.raises(TooLarge):
        unbox(io.BytesIO(data), WANTED, most={"actor.json": 100})


def test_a_tar_is_not_unpacked_beyond_its_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_UNPACKED", 1 << 20)
    assert opened(tarred([("a", b"0" * 500_000), ("outbox.json", b"1")]))
    with pytest.raises(TooLarge):
        opened(tarred([("a", b"0" * 2_000_000), ("outbox.json", b"1")]))


def test_an_archive_of_too_many_files_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    many = [(f"{number}", b"") for number in range(20)]
    assert opened(tarred([*many, ("outbox.json", b"1")]))
    monkeypatch.setattr(module, "MAX_ENTRIES", 10)
    for packed in PACKERS:
        with pytest.raises(TooLarge):
            opened(packed([*many, ("outbox.json", b"1")]))


def test_the_list_of_a_zip_is_not_read_when_it_is_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    data = zipped([(f"{number}", b"") for number in range(20)])
    monkeypatch.setattr(module, "_MAX_DIRECTORY", 500)
    with pytest.raises(TooLarge):
        opened(data)


def test_a_tar_may_not_describe_a_file_at_any_length() -> None:
    header = tarfile.TarInfo("pax")
    header.type, header.size = tarfile.XHDTYPE, 3 << 30
    data = gzip.compress(header.tobuf(tarfile.USTAR_FORMAT) + b"0" * 2048)
    with pytest.raises(TooLarge):
        opened(data)


def test_a_zip_packed_in_another_way_than_all_do_is_passed_over() -> None:
    assert opened(zipped([("outbox.json", b"x")], zipfile.ZIP_LZMA)) == {}
    assert opened(zipped([("outbox.json", b"x")], zipfile.ZIP_STORED)) == {"outbox.json": b"x"}


@pytest.mark.parametrize("packed", PACKERS)
def test_a_broken_archive_is_said_to_be_broken(packed: Packer) -> None:
    whole = packed([("outbox.json", bytes(range(256)) * 40)])
    with pytest.raises(NotValid, match="broken"):
        opened(whole[: len(whole) // 2])


@given(st.binary(max_size=400), st.sampled_from([b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b\x08"]))
def test_any_bytes_are_read_or_refused(data: bytes, head: bytes) -> None:
    try:
        unbox(io.BytesIO(head + data), WANTED)
    except NodeError:
        return


@given(st.integers(0, 10_000), st.integers(0, 255), st.sampled_from(PACKERS))
def test_a_flipped_byte_is_survived(place: int, value: int, packed: Packer) -> None:
    data = bytearray(packed([("actor.json", b"{}"), ("outbox.json", b"[1]" * 50)]))
    data[place % len(data)] ^= value
    try:
        unbox(io.BytesIO(bytes(data)), WANTED)
    except NodeError:
        return
