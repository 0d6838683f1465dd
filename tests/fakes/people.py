"""Somebody who may sign in, for tests: an actor with real keys and its account."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from fediverse_node.accounts import queries as accounts
from fediverse_node.accounts.model import Account
from fediverse_node.actors import local
from fediverse_node.actors.addresses import Addresses
from fediverse_node.actors.model import Actor
from fediverse_node.storage.tx import Tx

ADDRESSES = Addresses("https://home.example")


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """An account and the actor it speaks for."""

    account: Account
    actor: Actor


@cache
def some_keys() -> local.LocalKeys:
    """One set of keys for a whole run: making RSA keys is slow."""
    return local.generate_keys()


def a_person(tx: Tx, name: str, *, addresses: Addresses = ADDRESSES) -> Person:
    """Store a local actor with an account."""
    actor = local.new_local_actor(tx, addresses, name, local_keys=some_keys())
    return Person(account=accounts.create(tx, actor.id, password_hash=None), actor=actor)
