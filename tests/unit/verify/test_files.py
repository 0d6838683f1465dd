"""What a stranger put there instead of a file neither holds us up nor fills the memory."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from fediverse_node.kernel.errors import NotValid
from fediverse_node.verify.files import bytes_of, lines_of


def test_a_file_is_read_also_through_a_link(tmp_path: Path) -> None:
    file, link = tmp_path / "file", tmp_path / "link"
    file.write_bytes(b"one\ntwo")
    link.symlink_to(file)
    assert bytes_of(link) == b"one\ntwo"
    assert list(lines_of(link)) == [b"one\n", b"two"]


def test_a_pipe_and_a_device_are_no_files(tmp_path: Path) -> None:
    pipe, device = tmp_path / "pipe", tmp_path / "device"
    os.mkfifo(pipe)
    device.symlink_to("/dev/zero")
    for path in (pipe, device, tmp_path):
        with pytest.raises(NotValid, match="is no file"):
            bytes_of(path)
        with pytest.raises(NotValid, match="is no file"):
            next(lines_of(path))


def test_there_is_no_more_of_a_file_than_it_may_have(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"0" * 10)
    assert bytes_of(file, limit=10) == b"0" * 10
    assert list(lines_of(file, limit=10)) == [b"0" * 10]
    with pytest.raises(NotValid, match="larger"):
        bytes_of(file, limit=9)
    with pytest.raises(NotValid, match="larger"):
        list(lines_of(file, limit=9))
