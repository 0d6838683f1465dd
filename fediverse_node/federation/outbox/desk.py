"""What every use case of the outbox is handed."""

from __future__ import annotations

from dataclasses import dataclass

from fediverse_node.actors.addresses import Addresses
from fediverse_node.federation.discovery.model import Discovery
from fediverse_node.federation.signing.keys import KeyRing
from fediverse_node.storage.database import Database

#: Longest post, in characters as `plain_length` counts, where the configuration says nothing.
POST_CHARACTERS = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Where things are written up and put in the post. Nothing has to be closed.

    Attributes:
        db: where it becomes true.
        addresses: ours.
        discovery: finds the people who are named.
        keys: of our own actors, for proofs.
        post_characters: the longest post.
    """

    db: Database
    addresses: Addresses
    discovery: Discovery
    keys: KeyRing
    post_characters: int = POST_CHARACTERS


def open_desk(discovery: Discovery, *, post_characters: int = POST_CHARACTERS) -> Desk:
    """A desk of this process."""
    return Desk(
        db=discovery.db,
        addresses=discovery.addresses,
        discovery=discovery,
        keys=KeyRing(discovery.db),
        post_characters=post_characters,
    )
