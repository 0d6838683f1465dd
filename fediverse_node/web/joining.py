"""Making an account, and how often one may ask for that or for a letter: shared by the pages and by the API.

Sign-ups as often as Mastodon allows them; letters three times an hour to one address, ten times for one
client, and two hundred times in all.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Final, TypeVar

from aiohttp import web

from fediverse_node.accounts.model import Account
from fediverse_node.actors import local
from fediverse_node.joining import sign_up
from fediverse_node.joining.model import Wish
from fediverse_node.storage.tx import Tx
from fediverse_node.web.keys import ADDRESSES, CLIENT, NODE, PROVING, RATE_LIMITS
from fediverse_node.web.rate_limits import Rate, address_key

log = logging.getLogger(__name__)

T = TypeVar("T")

SIGN_UPS: Final = Rate(name="sign_ups", count=5, seconds=1800)
MAIL_TO: Final = Rate(name="mail_to", count=3, seconds=3600)
MAIL_FROM: Final = Rate(name="mail_from", count=10, seconds=3600)
MAIL: Final = Rate(name="mail", count=200, seconds=3600)


async def make_account(request: web.Request, wish: Wish, then: Callable[[Tx, Account], T]) -> T:
    """The account that somebody wishes for; *then* happens in the same transaction.

    Raises:
        NotAllowed: nobody can join, or not with this invitation.
        Unfit: naming the fields that cannot be taken.
        TooMany: too many letters went to this address, or from there. TooManyAtOnce: see `Proving`.
    """
    node, addresses = request.app[NODE], request.app[ADDRESSES]
    rules, sender = sign_up.rules_of(node.config), sign_up.sender_of(node.config)
    await node.db.read(lambda tx: sign_up.check(tx, wish, rules, addresses))
    if wish.email and rules.mails:
        take_mail(request, wish.email)
    hashed = await request.app[PROVING].hash(wish.password)
    new_keys = await asyncio.to_thread(local.generate_keys)

    def unit(tx: Tx) -> tuple[Account, T]:
        made, _ = sign_up.sign_up(
            tx,
            wish,
            rules=rules,
            sender=sender,
            addresses=addresses,
            password_hash=hashed,
            local_keys=new_keys,
        )
        return made, then(tx, made)

    account, found = await node.db.write(unit)
    log.info("join.signed_up", extra={"account": account.id, "pending": account.pending})
    return found


def take_sign_up(request: web.Request) -> None:
    """Count one try to join.

    Raises:
        TooMany: there were too many from this address.
    """
    request.app[RATE_LIMITS].take(SIGN_UPS, address_key(request[CLIENT]))


def take_mail(request: web.Request, to: str) -> None:
    """Count one letter to *to*: an address, or a name whose address is not looked up.

    Raises:
        TooMany: there were too many to it, from this client, or in all.
    """
    limits = request.app[RATE_LIMITS]
    limits.take(MAIL_FROM, address_key(request[CLIENT]))
    limits.take(MAIL_TO, to.strip().lower())
    limits.take(MAIL, "")
