"""The password once more, before anything changes that keeps others out: a session alone may be stolen."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from fediverse_node.accounts import queries as accounts
from fediverse_node.web.keys import NODE, PROVING, RATE_LIMITS
from fediverse_node.web.rate_limits import Rate
from fediverse_node.web.sessions import SignedIn

#: Passwords that one person gives again, right or wrong.
AGAIN: Final = Rate(name="password_again", count=10, seconds=900)


async def prove_again(request: web.Request, person: SignedIn, typed: str) -> str | None:
    """The stored hash of the password, when *typed* is the one of *person*; else None.

    Raises:
        TooMany: it was tried too often.
        TooManyAtOnce: too many people prove who they are at this moment.
    """
    request.app[RATE_LIMITS].take(AGAIN, str(person.account.id))
    account_id = person.account.id
    stored = await request.app[NODE].db.read(lambda tx: accounts.password_hash_of(tx, account_id))
    return stored if await request.app[PROVING].matches(typed, stored) else None
