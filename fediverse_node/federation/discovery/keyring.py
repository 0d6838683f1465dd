"""Keys in memory: loaded once, trusted for a minute, and never fetched too often.

The bounds keep a forged key id from making us a weapon: a key that could not be had is not asked for
again for ten minutes, one that did not fit is fetched anew once in five, and all together at most
sixty in a minute.
"""

from __future__ import annotations

from dataclasses import dataclass

from fediverse_node.actors.model import Actor
from fediverse_node.federation.discovery.candidate import Candidate
from fediverse_node.federation.discovery.memory import Allowance, Memory, OneAtATime
from fediverse_node.kernel.clock import Clock
from fediverse_node.kernel.errors import NodeError
from fediverse_node.signatures.base import VerificationKey

KEYS_IN_MEMORY = 5_000
#: How long a key and its owner are believed without a look at the rows, in seconds.
TRUST_SECONDS = 60.0
NEGATIVE_SECONDS = 600.0
REFETCH_SECONDS = 300.0
#: How long what was just fetched answers those who asked a moment too late to share the fetch, in seconds.
FRESH_SECONDS = 10.0
FETCHES_PER_MINUTE = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownKey:
    """A key and whose it is: a stored actor, or one that was just fetched and is not stored.

    Attributes:
        asserts: whether its owner lets it speak in proofs; None where nobody has looked.
    """

    key: VerificationKey
    owner: Actor | Candidate
    asserts: bool | None = None


class KeyRing:
    """The keys this process has at hand, and when it asked for which."""

    def __init__(self, *, clock: Clock, rate_limits: bool = True) -> None:
        self.loaded: Memory[str, KnownKey] = Memory(size=KEYS_IN_MEMORY, seconds=TRUST_SECONDS, clock=clock)
        self.failures: Memory[str, NodeError] = Memory(
            size=KEYS_IN_MEMORY, seconds=NEGATIVE_SECONDS, clock=clock
        )
        self.fresh: Memory[str, KnownKey] = Memory(size=KEYS_IN_MEMORY, seconds=FRESH_SECONDS, clock=clock)
        self.refetched: Memory[str, bool] = Memory(size=KEYS_IN_MEMORY, seconds=REFETCH_SECONDS, clock=clock)
        self.allowance = Allowance(
            count=FETCHES_PER_MINUTE if rate_limits else None, seconds=60.0, clock=clock
        )
        self.flights: OneAtATime[str, KnownKey] = OneAtATime()

    def forget_actor(self, uri: str) -> None:
        """Look at the rows again before believing anything of this actor."""
        self.loaded.drop_where(lambda known: known.owner.uri == uri)
