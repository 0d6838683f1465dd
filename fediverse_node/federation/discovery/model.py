"""What it takes to ask other servers, opened once per process."""

from __future__ import annotations

from dataclasses import dataclass

from fediverse_node.actors.addresses import Addresses
from fediverse_node.federation.discovery.fetch import Fetcher
from fediverse_node.federation.discovery.keyring import KeyRing
from fediverse_node.kernel.clock import Clock
from fediverse_node.outbound.client import Outbound
from fediverse_node.storage.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovery:
    """The parts that every enquiry needs.

    Attributes:
        addresses: ours.
        fetcher: gets documents; remembers failures.
        keyring: keys in memory.
    """

    db: Database
    clock: Clock
    addresses: Addresses
    fetcher: Fetcher
    keyring: KeyRing

    @property
    def scheme(self) -> str:
        """`https`; `http` where our own origin is, in a lab."""
        return self.addresses.origin.partition(":")[0]


def open_discovery(
    *, db: Database, outbound: Outbound, clock: Clock, addresses: Addresses, rate_limits: bool = True
) -> Discovery:
    """A `Discovery` with nothing in its memory. Nothing has to be closed.

    Without *rate_limits*, in labs, there is no bound on key fetches per minute.
    """
    return Discovery(
        db=db,
        clock=clock,
        addresses=addresses,
        fetcher=Fetcher(db=db, outbound=outbound, clock=clock, addresses=addresses),
        keyring=KeyRing(clock=clock, rate_limits=rate_limits),
    )
