"""Which module does what a verb asks for. Every other type is taken in and has no effect."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Protocol

from fediverse_node.federation.inbox.authenticate import Verified
from fediverse_node.federation.inbox.fetching import Fetch
from fediverse_node.federation.inbox.handlers import (
    accept,
    add,
    announce,
    block,
    create,
    delete,
    flag,
    follow,
    like,
    move,
    quote_request,
    reject,
    remove,
    undo,
    update,
)
from fediverse_node.federation.inbox.model import Context, Found, Outcome
from fediverse_node.storage.tx import Tx


class Handler(Protocol):
    """A module of `handlers`."""

    async def resolve(self, verified: Verified, fetch: Fetch) -> Found:
        """Get from the network what `apply` called missing. No transaction is open.

        Raises:
            NotNow: try again later; anything else of the error tree: it will never work.
        """

    def apply(self, tx: Tx, verified: Verified, found: Found, context: Context) -> Outcome:
        """Make it so, in *tx*, reading anew whatever it relies on. No network.

        Raises:
            NotAllowed, NotValid: nothing of this may be; the transaction is undone.
        """


HANDLERS: Final[Mapping[str, Handler]] = {
    "Accept": accept,
    "Add": add,
    "Announce": announce,
    "Block": block,
    "Create": create,
    "Delete": delete,
    "EmojiReact": like,
    "Flag": flag,
    "Follow": follow,
    "Like": like,
    "Move": move,
    "QuoteRequest": quote_request,
    "Reject": reject,
    "Remove": remove,
    "Undo": undo,
    "Update": update,
}
