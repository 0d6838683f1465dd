"""From waiting to in, or to gone: confirming an address, letting somebody in, and refusing them."""

from __future__ import annotations

import logging

from fediverse_node.accounts import queries as accounts
from fediverse_node.accounts import standing
from fediverse_node.accounts.model import Account
from fediverse_node.actors import waiting
from fediverse_node.actors.model import Actor
from fediverse_node.joining import letters, queries
from fediverse_node.joining.letters import Sender
from fediverse_node.kernel.errors import NotValid
from fediverse_node.oauth import forgetting
from fediverse_node.storage.tx import Tx

log = logging.getLogger(__name__)


def confirm(tx: Tx, sender: Sender, account: Account, actor: Actor) -> Account:
    """The address of an account is its owner's. It is in, unless somebody has to let it in, too."""
    queries.confirm_email(tx, account.id)
    if not account.unconfirmed:
        return account
    standing.hold(tx, account.id, pending=account.pending, unconfirmed=False)
    if account.pending:
        asked = queries.sign_ups_of(tx, [account.id]).get(account.id)
        call_moderators(tx, sender, actor, asked.reason if asked else "")
    else:
        waiting.show(tx, actor.id)
    return _now(tx, account)


def approve(tx: Tx, sender: Sender, account: Account, actor: Actor) -> Account:
    """Let somebody in. Where their address is not confirmed, that remains to be done.

    Raises:
        NotValid: they do not wait for this.
    """
    if not account.pending:
        raise NotValid(f"{actor.handle} does not wait for approval.")
    standing.hold(tx, account.id, pending=False, unconfirmed=account.unconfirmed)
    if not account.unconfirmed:
        waiting.show(tx, actor.id)
        email = queries.emails_of(tx, [account.id]).get(account.id)
        if email is not None:
            link = f"{sender.origin}/login"
            letters.write(
                tx,
                sender,
                "welcome",
                to=email.address,
                language=account.language,
                handle=actor.handle,
                link=link,
            )
    log.info("join.approved", extra={"account": account.id})
    return _now(tx, account)


def refuse(tx: Tx, account: Account, actor: Actor) -> None:
    """Remove an account that is not in. Nobody ever saw it, so its name is free again.

    Raises:
        NotValid: it is in.
    """
    if not account.waits:
        raise NotValid(f"{actor.handle} does not wait for approval.")
    queries.forget(tx, account.id)
    forgetting.forget(tx, account.id)
    accounts.close(tx, account.id)
    standing.forget(tx, account.id)
    waiting.forget(tx, actor.id)
    log.info("join.refused", extra={"account": account.id})


def call_moderators(tx: Tx, sender: Sender, actor: Actor, reason: str) -> None:
    """Tell those who look after the server that somebody waits for them."""
    people = standing.with_role(tx)
    found = queries.emails_of(tx, [account.id for account, _ in people])
    for account, _ in people:
        email = found.get(account.id)
        if email is not None and email.confirmed_at is not None:
            letters.write(
                tx,
                sender,
                "waiting",
                to=email.address,
                language=account.language,
                handle=actor.handle,
                reason=reason,
            )


def _now(tx: Tx, account: Account) -> Account:
    found = accounts.by_id(tx, account.id)
    assert found is not None
    return found
