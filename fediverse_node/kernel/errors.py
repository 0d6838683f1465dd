"""One tree for everything that can go wrong, and two texts for each.

    NodeError
    ├── NotFound          it is not here, or you may not know that it is
    ├── NotAllowed        you may not do this
    │   └── NotAuthenticated   we do not know who you are
    ├── NotValid          what was sent cannot be understood or accepted
    │   ├── TooLarge
    │   └── Conflict      it clashes with what is already here
    ├── Gone              it was here, and its author removed it
    └── NotNow            try again later (carries `retry_after`)

`str(error)` is what a person or a peer is told. `detail` is for the log and never leaves the server.
Rooms raise these and know nothing of HTTP; `web.problems` maps each class to a status, once.
"""

from __future__ import annotations


class NodeError(Exception):
    """Something went wrong. The message says what, to what, and what to do next.

    Attributes:
        detail: the same for the log: ids, hosts and causes; never a secret, never private text.
    """

    def __init__(self, message: str = "", *, detail: str = "") -> None:
        super().__init__(message or (self.__doc__ or "").split("\n", 1)[0])
        self.detail = detail


class NotFound(NodeError):
    """There is nothing here."""


class NotAllowed(NodeError):
    """This is not allowed."""


class NotAuthenticated(NotAllowed):
    """This needs a valid signature or access token."""


class NotValid(NodeError):
    """What was sent is not valid."""


class TooLarge(NotValid):
    """What was sent is larger than the limit."""


class Conflict(NotValid):
    """What was sent clashes with what is already here."""


class Gone(NodeError):
    """This was deleted by its author."""


class NotNow(NodeError):
    """This cannot be done at the moment. Try again later.

    Attributes:
        retry_after: seconds to wait before the next try.
    """

    def __init__(self, message: str = "", *, detail: str = "", retry_after: float = 60.0) -> None:
        super().__init__(message, detail=detail)
        self.retry_after = retry_after
