"""Asking a program who it is: an app that never registered names the address of its own document (FEP-d8c2).

The document is fetched as any other is: through the guard, signed by this server, and its id has to be the
address that was asked for. Only for somebody who is signed in, so that strangers cannot make us fetch.
"""

from __future__ import annotations

from typing import Final

from fediverse_node.activitystreams.read_app import AppDoc, read_app
from fediverse_node.federation.discovery.fetch import Budget
from fediverse_node.federation.discovery.memory import Memory
from fediverse_node.federation.discovery.model import Discovery
from fediverse_node.kernel.errors import NotValid
from fediverse_node.kernel.urls import MAX_URL

_KEPT: Final = 500
#: Seconds. Between the question and the answer of a person, and for the next one who is asked.
KEEP_SECONDS: Final = 600.0


class AppDirectory:
    """The documents of apps, each fetched once in a while. Nothing has to be closed."""

    def __init__(self, discovery: Discovery) -> None:
        self._discovery = discovery
        self._known: Memory[str, AppDoc] = Memory(size=_KEPT, seconds=KEEP_SECONDS, clock=discovery.clock)

    def knows(self, client_id: str) -> bool:
        """Whether asking for it now costs no fetch."""
        return self._known.get(client_id) is not None

    async def app(self, client_id: str) -> AppDoc:
        """How the app at *client_id* describes itself.

        Raises:
            NotValid: *client_id* is no https address, or what is there is not its description.
            NotNow, Gone, NotFound, NotAllowed: as `Fetcher.document`.
        """
        known = self._known.get(client_id)
        if known is not None:
            return known
        if not client_id.startswith(f"{self._discovery.scheme}://") or len(client_id) > MAX_URL:
            raise NotValid("A client_id is the one that was given at registration, or an https address.")
        found = read_app(await self._discovery.fetcher.document(client_id, Budget(3)))
        if found.id != client_id:
            raise NotValid("The document of this app has another id.", detail=found.id[:200])
        self._known.put(client_id, found)
        return found
