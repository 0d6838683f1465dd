"""The two ways a request to another server can end without an answer."""

from __future__ import annotations

from fediverse_node.kernel.errors import NotAllowed, NotNow


class Refused(NotAllowed):
    """This address may not be reached from here. Trying again will not help."""


class Unreachable(NotNow):
    """The server could not be reached. Try again later.

    Attributes:
        timed_out: whether time ran out, as opposed to a refusal or a broken connection.
    """

    def __init__(
        self, message: str = "", *, detail: str = "", retry_after: float = 60.0, timed_out: bool = False
    ) -> None:
        super().__init__(message, detail=detail, retry_after=retry_after)
        self.timed_out = timed_out


class AddressRefused(OSError):
    """An address that the policy does not permit, said in the only tongue that sockets understand.

    `client` turns it into `Refused`; it never leaves this room.
    """


class Garbled(OSError):
    """What a server sent is no answer that can be read. Like `AddressRefused`, for this room only."""
