"""A new password for somebody who does not know the old one."""

from __future__ import annotations

import logging
from typing import Final

from fediverse_node.accounts import queries as accounts
from fediverse_node.accounts.model import Account
from fediverse_node.actors.model import Actor
from fediverse_node.joining import letters, links, queries
from fediverse_node.joining.letters import Sender
from fediverse_node.kernel.email import check_address
from fediverse_node.kernel.errors import NotValid
from fediverse_node.oauth import tokens
from fediverse_node.storage.tx import Tx

log = logging.getLogger(__name__)

#: Accounts with the same address that get a letter each.
_MOST: Final = 5
MAX_ASKED: Final = 300


def answer(tx: Tx, sender: Sender, asked: str) -> int:
    """Send a link to whoever *asked*, a user name or an address, belongs to. Gives how many letters go out.

    Only to addresses that were confirmed, and to nobody who may not sign in anyway.
    """
    found = [each for each in _meant(tx, asked) if each[0].disabled_at is None and each[1].active]
    addresses = queries.emails_of(tx, [account.id for account, _ in found])
    sent = 0
    for account, actor in found:
        email = addresses.get(account.id)
        if email is None or email.confirmed_at is None:
            continue
        link = sender.link("reset", links.create(tx, account.id, "reset"))
        letters.write(
            tx, sender, "reset", to=email.address, language=account.language, handle=actor.handle, link=link
        )
        sent += 1
    return sent


def reset(tx: Tx, secret: str, password_hash: str) -> Actor | None:
    """Set the password of whoever the link is for, and sign them out everywhere (ADM-03).

    None when the link never was, was used, has run out, or its owner may not sign in.
    """
    account_id = links.use(tx, secret, "reset")
    found = accounts.with_actor(tx, account_id) if account_id is not None else None
    if found is None or found[0].disabled_at is not None or not found[1].active:
        return None
    account, actor = found
    accounts.set_password(tx, account.id, password_hash)
    tokens.sign_out_everywhere(tx, account.id)
    log.info("password.reset", extra={"account": account.id})
    return actor


def _meant(tx: Tx, asked: str) -> list[tuple[Account, Actor]]:
    # A handle of ours ends in our own domain, and means the name before it.
    named = accounts.by_username(tx, asked.removeprefix("@").partition("@")[0])
    if named is not None and asked.removeprefix("@") in {
        named[1].username,
        named[1].handle.removeprefix("@"),
    }:
        return [named]
    if named is not None and "@" not in asked.removeprefix("@"):
        return [named]
    try:
        ids = queries.accounts_at(tx, check_address(asked), most=_MOST)
    except NotValid:
        return []
    people = [accounts.with_actor(tx, account_id) for account_id in ids]
    return [each for each in people if each is not None]
