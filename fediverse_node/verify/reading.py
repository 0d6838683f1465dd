"""How the files of a node are fetched: through the guarded client, like everything from strangers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from fediverse_node.activitystreams.load import JsonDict, load_json
from fediverse_node.kernel.errors import Gone, NotFound, NotNow, NotValid
from fediverse_node.kernel.urls import same_origin
from fediverse_node.outbound.client import Outbound, Response

#: Bytes of one answer: a page of receipts has some 500 KB.
MAX_BYTES: Final = 8 << 20
_MAX_LINE: Final = 1 << 16
#: Longest log that is read, in lines. A hostile one could be said to have any number of them.
MOST_LINES: Final = 2_000_000
#: Bytes of one list, all pages together.
_MAX_LIST: Final = 1 << 30
_MAX_PAGES: Final = MOST_LINES // 200
_NEXT = re.compile(r'<([^<>]+)>\s*;\s*rel="?next"?')


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Reads the files of one log, below its address (`https://example.org/consent`)."""

    outbound: Outbound
    log: str

    async def file(self, path: str, *, limit: int = MAX_BYTES) -> bytes:
        """A file of the log, of at most *limit* bytes."""
        return (await self.fetch(f"{self.log}/{path}", limit=limit)).body

    async def text(self, path: str) -> str:
        """A file of the log that is a text."""
        return text_of(await self.file(path))

    async def lines(self, path: str) -> list[JsonDict]:
        """A list, to its end.

        Raises:
            NotValid: a line is no JSON object, or the list leads elsewhere or never ends.
        """
        found: list[JsonDict] = []
        url, read = f"{self.log}/{path}", 0
        for _ in range(_MAX_PAGES):
            answer = await self.fetch(url)
            page = [load_json(line, limit=_MAX_LINE) for line in answer.body.splitlines() if line]
            found += page
            read += len(answer.body)
            following = _NEXT.search(answer.headers.get("Link", ""))
            if following is None:
                return found
            if not same_origin(following[1], self.log):
                raise NotValid("A list of this node leads to another one.")
            if not page or following[1] == url or len(found) > MOST_LINES or read > _MAX_LIST:
                break
            url = following[1]
        raise NotValid("A list of this node does not end.")

    async def fetch(self, url: str, *, accept: str = "*/*", limit: int = MAX_BYTES) -> Response:
        """The answer at *url*.

        Raises:
            NotFound, Gone: the node says so.
            NotNow: it answers something else, or not at all.
        """
        answer = await self.outbound.get(url, accept=accept, limit=limit)
        if answer.status == 410:
            raise Gone(f"{url} was erased.")
        if answer.status == 404:
            raise NotFound(f"{url} is not there.")
        if answer.status != 200:
            raise NotNow(f"{url} answers with status {answer.status}.")
        return answer


def text_of(body: bytes) -> str:
    """UTF-8 as text.

    Raises:
        NotValid: it is none.
    """
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise NotValid("A file of this node is no text.") from error
