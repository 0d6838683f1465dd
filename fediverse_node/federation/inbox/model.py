"""Values that pass through the inbox."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from fediverse_node.actors.addresses import Addresses
from fediverse_node.config.sections import Config
from fediverse_node.federation.discovery.candidate import Candidate
from fediverse_node.federation.discovery.memory import Memory
from fediverse_node.federation.discovery.model import Discovery, open_discovery
from fediverse_node.federation.discovery.objects import FoundPost, FoundQuote
from fediverse_node.kernel.clock import Clock
from fediverse_node.outbound.client import Outbound
from fediverse_node.signatures.base import HttpMessage
from fediverse_node.storage.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class RawDelivery:
    """A POST to an inbox, as it was on the wire.

    Attributes:
        inbox_of: the name in the address of a personal inbox; None for the shared one.
    """

    message: HttpMessage
    inbox_of: str | None = None


@dataclass(frozen=True, slots=True)
class Applied:
    """It took effect, and that is durable."""


@dataclass(frozen=True, slots=True)
class Ignored:
    """It is in order and has no effect here. The sender need not try again."""

    reason: str


@dataclass(frozen=True, slots=True)
class Missing:
    """Something has to be fetched before it can take effect."""


@dataclass(frozen=True, slots=True)
class Queued:
    """It is a durable job, and takes effect soon."""


#: What `apply` answers. It raises NotAllowed where the sender claims what is not theirs; then nothing
#: of what it did remains.
Outcome = Applied | Ignored | Missing
#: What the sender is told (all of them are 202).
Reception = Applied | Ignored | Queued


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What `resolve` brought from the network.

    Attributes:
        actor: an actor, fresh from its origin.
        post: a post, fresh from its origin.
        quote: what a post quotes, and the yes to that, fresh from their origins.
        gone: ids whose origin says that there is nothing (any more).
        target: where an actor moves to, fresh from its origin.
    """

    actor: Candidate | None = None
    post: FoundPost | None = None
    gone: frozenset[str] = frozenset()
    quote: FoundQuote | None = None
    target: Candidate | None = None


NOTHING = Found()


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What `apply` may know besides the rows.

    Attributes:
        addresses: ours.
    """

    addresses: Addresses


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbox:
    """The inbox of one process. Nothing has to be closed.

    Attributes:
        doors: names that have an inbox here, for a minute.
        agreed: (actor, digest) pairs of followers that were found to be as here, for a minute; with an empty
            digest, actors whose lists are being compared.
    """

    db: Database
    clock: Clock
    discovery: Discovery
    doors: Memory[str, bool]
    agreed: Memory[tuple[int, str], bool]

    @property
    def addresses(self) -> Addresses:
        """Ours."""
        return self.discovery.addresses


class Surroundings(Protocol):
    """What a node has that the inbox needs."""

    @property
    def config(self) -> Config:
        """The configuration."""

    @property
    def clock(self) -> Clock:
        """Time."""

    @property
    def db(self) -> Database:
        """State."""

    @property
    def outbound(self) -> Outbound:
        """The way to other servers."""


def open_inbox(node: Surroundings) -> Inbox:
    """The inbox of *node*, with nothing in its memory."""
    discovery = open_discovery(
        db=node.db,
        outbound=node.outbound,
        clock=node.clock,
        addresses=Addresses(node.config.origin),
        rate_limits=node.config.limits.rate_limits,
    )
    doors: Memory[str, bool] = Memory(size=10_000, seconds=60.0, clock=node.clock)
    agreed: Memory[tuple[int, str], bool] = Memory(size=10_000, seconds=60.0, clock=node.clock)
    return Inbox(db=node.db, clock=node.clock, discovery=discovery, doors=doors, agreed=agreed)
