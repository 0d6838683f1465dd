"""Values of the streaming room: who listens, and what is said to them."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, Literal

from fediverse_node.streaming.channels import Channel
from fediverse_node.visibility.rule import ANONYMOUS, Viewer

#: Channels that one connection may listen to at once.
MAX_CHANNELS: Final = 100

#: Why a connection is ended: its reader cannot keep up, it asks too much, its token is no good any more, it
#: is gone, the server stops.
Reason = Literal["slow", "busy", "revoked", "gone", "stopping"]

#: Who listens to what.
Seats = Mapping[Channel, tuple[Viewer, ...]]


@dataclass(frozen=True, kw_only=True)
class Parcel:
    """Something that is said on channels of one name, the same to all of *to*.

    Attributes:
        payload: as text; None where the event says everything.
        to: ids of the people it is for, and None for whoever does not say who they are.
        scope: what their tokens must allow beside what the channel asks.
    """

    channels: Sequence[Channel]
    event: str
    payload: str | None
    to: AbstractSet[int | None]
    scope: str = ""

    @cached_property
    def frame(self) -> bytes:
        """For a WebSocket, ready to be sent: the payload is text within the text, as Mastodon has it."""
        said: dict[str, object] = {"stream": self.channels[0].names, "event": self.event}
        if self.payload is not None:
            said["payload"] = self.payload
        return framed(json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode())

    @cached_property
    def lines(self) -> bytes:
        """As a server-sent event."""
        payload = "undefined" if self.payload is None else self.payload
        return f"event: {self.event}\ndata: {payload}\n\n".encode()


def framed(text: bytes) -> bytes:
    """A message of a server as it goes over a WebSocket (RFC 6455, 5.2): the same for everybody."""
    size = len(text)
    if size < 126:
        return bytes((0x81, size)) + text
    if size < 1 << 16:
        return b"\x81\x7e" + size.to_bytes(2, "big") + text
    return b"\x81\x7f" + size.to_bytes(8, "big") + text


@dataclass(eq=False, slots=True, kw_only=True)
class Listener(ABC):
    """One connection that listens.

    Attributes:
        token_id, account_id: None for whoever does not say who they are.
        address: what a stranger is counted by.
        channels: what it listens to; belongs to the hub.
        ended: why, once it is to end.
    """

    viewer: Viewer = ANONYMOUS
    token_id: int | None = None
    scopes: frozenset[str] = frozenset()
    address: str = ""
    channels: dict[Channel, None] = field(default_factory=dict)
    ended: Reason | None = None

    @abstractmethod
    async def say(self, parcel: Parcel) -> None:
        """Send it without waiting for the reader; end the connection when the reader is too far behind."""

    @abstractmethod
    async def keep_alive(self) -> None:
        """Send something that means nothing, so that both sides learn whether the other is there."""

    @abstractmethod
    def end(self, reason: Reason) -> None:
        """Have the connection closed. A second time changes nothing."""
