"""Makes actors of ours."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from fediverse_node.actors import queries
from fediverse_node.actors.addresses import Addresses
from fediverse_node.actors.model import Actor, ActorKey, KeyKind
from fediverse_node.kernel.errors import Conflict, NotValid
from fediverse_node.kernel.urls import origin_of
from fediverse_node.signatures import keys
from fediverse_node.storage.tx import Tx

_NAME = re.compile(r"[A-Za-z0-9_]{1,30}", re.ASCII)
#: Names that would be mistaken for the server itself or for those who run it.
RESERVED = frozenset(
    {"actor", "admin", "administrator", "instance", "moderator", "relay", "root", "support", "system"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalKeys:
    """Key material of a new actor: private keys as PKCS#8 PEM, public ones as they are published."""

    rsa_private: str
    rsa_public: str
    ed25519_private: str
    ed25519_public: str

    def __repr__(self) -> str:
        """Without the private parts."""
        return "LocalKeys(…)"


def generate_keys() -> LocalKeys:
    """A new RSA-2048 and a new Ed25519 pair. Takes a tenth of a second and more: not inside a transaction."""
    # The ids are given when the keys are stored and loaded again; here they only name the pair.
    rsa, ed25519 = keys.generate_rsa("new-rsa"), keys.generate_ed25519("new-ed25519")
    return LocalKeys(
        rsa_private=keys.dump_private(rsa),
        rsa_public=keys.dump_public(rsa.verification_key()),
        ed25519_private=keys.dump_private(ed25519),
        ed25519_public=keys.to_multikey(ed25519.verification_key()),
    )


def check_name(username: str) -> None:
    """Refuse what no peer would accept or what would mislead.

    Raises:
        NotValid: other than 1 to 30 of A-Z a-z 0-9 _ (federation: what every peer accepts), or reserved.
    """
    if not _NAME.fullmatch(username):
        raise NotValid("A user name has 1 to 30 letters (a to z), digits or underscores.")
    if username.lower() in RESERVED:
        raise NotValid(f"The name {username} is reserved. Choose another.")


def new_local_actor(
    tx: Tx, addresses: Addresses, username: str, *, local_keys: LocalKeys, actor_type: str = "Person"
) -> Actor:
    """Store a new local actor with its keys.

    Raises:
        NotValid: see `check_name`.
        Conflict: the name is taken, also by somebody who is gone: names are never given twice.
    """
    if username != addresses.domain:
        check_name(username)
    if queries.by_handle(tx, username, addresses.domain) is not None:
        raise Conflict(f"The name {username} is taken. Choose another.")
    actor = Actor(
        id=tx.new_id(),
        uri=addresses.actor(username),
        local=True,
        type=actor_type,
        username=username,
        domain=addresses.domain,
        url=addresses.profile(username),
        inbox=addresses.inbox(username),
        shared_inbox=addresses.shared_inbox,
        outbox=addresses.outbox(username),
        followers=addresses.followers(username),
        following=addresses.following(username),
        featured=addresses.featured(username),
        discoverable=actor_type == "Person",
        published_at=tx.now.replace(hour=0, minute=0, second=0, microsecond=0),
        created_at=tx.now,
        updated_at=tx.now,
    )
    queries.add(tx, actor)
    for key in _keys_of(actor, addresses, local_keys):
        queries.save_key(tx, key)
    return actor


def _keys_of(actor: Actor, addresses: Addresses, given: LocalKeys) -> Iterator[ActorKey]:
    pairs: tuple[tuple[KeyKind, str, str, str], ...] = (
        ("rsa", addresses.key(actor.username), given.rsa_public, given.rsa_private),
        ("ed25519", addresses.ed25519_key(actor.username), given.ed25519_public, given.ed25519_private),
    )
    for kind, key_id, public, private in pairs:
        yield ActorKey(actor_id=actor.id, key_id=key_id, kind=kind, public_key=public, private_key=private)


def instance_actor(tx: Tx, addresses: Addresses) -> Actor | None:
    """The server's own actor, once it exists."""
    return queries.by_uri(tx, addresses.instance_actor)


def ensure_instance_actor(tx: Tx, addresses: Addresses, local_keys: LocalKeys) -> Actor:
    """The server's own actor; made with *local_keys* when it is missing.

    Raises:
        NotValid: the database belongs to another origin. Whoever lives in it would no longer answer at
            the ids that other servers know.
    """
    found = instance_actor(tx, addresses)
    if found is not None:
        return found
    other = queries.local_of_type(tx, "Application")
    if other is not None:
        raise NotValid(
            f"This database belongs to {origin_of(other.uri)}, but instance.origin is {addresses.origin}. "
            "An origin can never change: set it back, or begin with another database."
        )
    return new_local_actor(tx, addresses, addresses.domain, local_keys=local_keys, actor_type="Application")
