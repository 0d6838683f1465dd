"""Reads the answer to a letter as it comes over the wire: HTTP/1.1 of RFC 9112, one answer, and no socket.

Only what a POST can be answered with. A body is kept as it was sent: we ask for no encoding, and nobody
reads it. Whatever is not understood ends the connection; nothing of it can be taken for the next answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from multidict import CIMultiDict

from fediverse_node.outbound.errors import Garbled
from fediverse_node.outbound.limits import Limits

#: The longest head, with all its lines.
MAX_HEAD: Final = 64 * 1024
#: So many interim answers (1xx) are passed over.
MAX_INTERIM: Final = 16
# A line feed alone ends a line, too (RFC 9112, 2.2): some small servers send no more.
_END = re.compile(rb"\r?\n\r?\n")
_STATUS = re.compile(rb"HTTP/1\.([01]) ([1-5][0-9]{2})(?: [^\r\n\0]*)?")
_FIELD = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\r\n\0]*?)[ \t]*")
_LENGTH = re.compile(r"[0-9]{1,15}")
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n\0]*)?")
_LONGEST_LINE: Final = 8190


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer; *body* is as it was sent, cut at the limit."""

    status: int
    headers: CIMultiDict[str]
    body: bytes = field(repr=False)


class AnswerReader:
    """Takes the bytes of one answer and says when it is whole.

    Args:
        limits: how much is read.

    Attributes:
        reusable: the connection may carry another letter, once the answer is whole.
    """

    def __init__(self, limits: Limits) -> None:
        self.reusable = False
        self._limits = limits
        self._buffer = bytearray()
        self._looked = 0
        self._passed = 0
        # A function of the class: a bound one would hold the reader, which would then hold itself.
        self._step: Callable[[AnswerReader], bool] = AnswerReader._head
        self._status = 0
        self._headers: CIMultiDict[str] = CIMultiDict()
        self._body = bytearray()
        self._left = 0
        self._whole = False

    def feed(self, data: bytes) -> Answer | None:
        """*data* has come; the answer, if that is all of it.

        Raises:
            Garbled: it is no HTTP, or beyond the limits.
        """
        self._buffer += data
        while not self._whole and self._step(self):
            pass
        return self._answer() if self._whole else None

    def end(self) -> Answer:
        """The other side has closed; the answer, where that is how it ends.

        Raises:
            Garbled: something is missing.
        """
        if self._step is not AnswerReader._until_the_end:
            raise Garbled("the connection was closed before the answer was whole")
        return self._answer()

    def _answer(self) -> Answer:
        if self._buffer:
            self.reusable = False  # nobody asked for what comes after it
        return Answer(status=self._status, headers=self._headers, body=bytes(self._body))

    def _head(self) -> bool:
        found = _END.search(self._buffer, self._looked)
        if (found.start() if found else len(self._buffer)) > MAX_HEAD:
            raise Garbled("the head of its answer is too long")
        if found is None:
            self._looked = max(len(self._buffer) - 3, 0)
            return False
        first, *lines = bytes(self._buffer[: found.start()]).split(b"\n")
        del self._buffer[: found.end()]
        self._looked = 0
        status = _STATUS.fullmatch(first.removesuffix(b"\r"))
        if status is None:
            raise Garbled("its answer is not HTTP")
        self._status = int(status[2])
        if self._status < 200:
            return self._pass_over()
        self._headers = self._fields(lines)
        self._frame(modern=status[1] == b"1")
        return True

    def _pass_over(self) -> bool:
        self._passed += 1
        if self._status == 101 or self._passed > MAX_INTERIM:
            raise Garbled("its answer never came to the point")
        return True

    def _fields(self, lines: list[bytes]) -> CIMultiDict[str]:
        if len(lines) > self._limits.header_count:
            raise Garbled("its answer has too many headers")
        fields: CIMultiDict[str] = CIMultiDict()
        for line in lines:
            found = _FIELD.fullmatch(line.removesuffix(b"\r"))
            if found is None or len(line) > self._limits.header_bytes:
                raise Garbled("a header of its answer cannot be read")
            fields.add(found[1].decode("ascii"), found[2].decode("utf-8", "replace"))
        return fields

    def _frame(self, *, modern: bool) -> None:
        """How the body ends: RFC 9112, 6.3."""
        lengths = set(self._headers.getall("Content-Length", ()))
        codings = ",".join(self._headers.getall("Transfer-Encoding", ())).strip().lower()
        closing = "close" in ",".join(self._headers.getall("Connection", ())).lower()
        # A length beside a coding is how answers are smuggled: believed once, and then the connection ends.
        self.reusable = modern and not closing and not (lengths and codings)
        if self._status in {204, 304}:
            self._whole = True
        elif codings.endswith("chunked"):
            self._step = AnswerReader._chunk
        elif codings or not lengths:
            self.reusable = False
            self._step = AnswerReader._until_the_end
        else:
            length = lengths.pop()
            if lengths or not _LENGTH.fullmatch(length):
                raise Garbled("its answer has no one length")
            self._left = int(length)
            self._whole = not self._left
            self._step = AnswerReader._counted

    def _counted(self) -> bool:
        self._take()
        self._whole = self._whole or not self._left
        return False

    def _until_the_end(self) -> bool:
        self._left = len(self._buffer)
        self._take()
        return False

    def _chunk(self) -> bool:
        """The line that says how long the next chunk is."""
        line = self._line()
        if line is None:
            return False
        size = _CHUNK.fullmatch(line)
        if size is None:
            raise Garbled("a chunk of its answer has no length")
        self._left = int(size[1], 16)
        self._step = AnswerReader._inside_chunk if self._left else AnswerReader._trailer
        return True

    def _inside_chunk(self) -> bool:
        self._take()
        if self._left or self._whole:
            return False
        self._step = AnswerReader._after_chunk
        return True

    def _after_chunk(self) -> bool:
        line = self._line()
        if line is None:
            return False
        if line:
            raise Garbled("a chunk of its answer is longer than it said")
        self._step = AnswerReader._chunk
        return True

    def _trailer(self) -> bool:
        line = self._line()
        if line is None:
            return False
        self._passed += 1
        if self._passed > self._limits.header_count:
            raise Garbled("its answer has too many headers")
        self._whole = not line
        return True

    def _line(self) -> bytes | None:
        end = self._buffer.find(b"\n")
        if (len(self._buffer) if end < 0 else end) > _LONGEST_LINE:
            raise Garbled("a line of its answer is too long")
        if end < 0:
            return None
        line = bytes(self._buffer[:end]).removesuffix(b"\r")
        del self._buffer[: end + 1]
        return line

    def _take(self) -> None:
        """Move what there is of `_left` bytes into the body; the answer is whole when that is full."""
        piece = self._buffer[: self._left]
        del self._buffer[: len(piece)]
        self._left -= len(piece)
        self._body += piece
        if len(self._body) > self._limits.answer_bytes:
            del self._body[self._limits.answer_bytes :]
            self._whole, self.reusable = True, False
