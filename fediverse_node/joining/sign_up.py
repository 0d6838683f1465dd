"""Somebody wants to join: what they typed is looked at, and becomes an account, perhaps one that waits."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from fediverse_node.accounts import passwords, standing
from fediverse_node.accounts import queries as accounts
from fediverse_node.accounts.model import Account
from fediverse_node.actors import local, waiting
from fediverse_node.actors import queries as actors
from fediverse_node.actors.addresses import Addresses
from fediverse_node.actors.local import LocalKeys
from fediverse_node.actors.model import Actor
from fediverse_node.config.sections import Config
from fediverse_node.joining import invitations, letters, links, queries
from fediverse_node.joining.admitting import call_moderators
from fediverse_node.joining.letters import Sender
from fediverse_node.joining.model import Fault, Invitation, Unfit, Wish
from fediverse_node.kernel.email import check_address
from fediverse_node.kernel.errors import NotAllowed, NotValid
from fediverse_node.kernel.text import clean_text
from fediverse_node.storage.tx import Tx

MAX_REASON: Final = 2000
_NAME: Final = re.compile(r"[A-Za-z0-9_]{1,30}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What the operator decided.

    Attributes:
        mode: of `[registration]`.
        mails: whether addresses can be confirmed, so that one is needed.
    """

    mode: str
    mails: bool


def rules_of(config: Config) -> Rules:
    """The rules in a configuration."""
    return Rules(mode=config.registration.mode, mails=bool(config.mail.host))


def sender_of(config: Config) -> Sender:
    """In whose name letters go out, after a configuration."""
    return Sender(server=config.instance.name, origin=config.origin, enabled=bool(config.mail.host))


def require_open(tx: Tx, rules: Rules, code: str | None) -> Invitation | None:
    """Refuse where nobody can join. Gives the invitation that *code* is of.

    Raises:
        NotAllowed: this server is closed, or the invitation works no more.
    """
    if code is not None:
        found = invitations.find(tx, code)
        if found is None:
            raise NotAllowed("This invitation does not work, or works no more. Ask for another one.")
        return found
    if rules.mode == "closed":
        raise NotAllowed("This server takes no new accounts. Ask somebody on it for an invitation.")
    return None


def check(tx: Tx, wish: Wish, rules: Rules, addresses: Addresses) -> None:
    """Refuse what cannot become an account. Whether an e-mail address is known here is not said (OAU-18).

    Raises:
        NotAllowed: nobody can join, or not with this invitation.
        Unfit: naming the fields.
    """
    invitation = require_open(tx, rules, wish.code)
    found = {
        "username": _name_fault(tx, wish.username, addresses),
        "email": _email_fault(wish.email, needed=rules.mails),
        "password": _password_fault(wish.password),
        "agreement": None if wish.agreement else Fault(code="ERR_ACCEPTED", text="Accept the rules to join."),
        "reason": _reason_fault(wish.reason, needed=rules.mode == "approval" and invitation is None),
    }
    faults = {name: fault for name, fault in found.items() if fault is not None}
    if faults:
        raise Unfit(faults)


def sign_up(
    tx: Tx,
    wish: Wish,
    *,
    rules: Rules,
    sender: Sender,
    addresses: Addresses,
    password_hash: str,
    local_keys: LocalKeys,
) -> tuple[Account, Actor]:
    """Make the account. It waits for what the rules ask for; a letter is on its way then.

    Raises:
        As `check`.
    """
    check(tx, wish, rules, addresses)
    invitation = require_open(tx, rules, wish.code)
    if invitation is not None and not invitations.use(tx, invitation):
        raise NotAllowed("This invitation does not work, or works no more. Ask for another one.")
    actor = local.new_local_actor(tx, addresses, wish.username, local_keys=local_keys)
    account = accounts.create(tx, actor.id, password_hash=password_hash, language=wish.language)
    pending, unconfirmed = rules.mode == "approval" and invitation is None, rules.mails
    reason = clean_text(wish.reason).strip()
    queries.add_sign_up(
        tx,
        account.id,
        invitation_id=invitation.id if invitation else None,
        app_id=wish.app_id,
        reason=reason,
    )
    if pending or unconfirmed:
        standing.hold(tx, account.id, pending=pending, unconfirmed=unconfirmed)
        waiting.hide(tx, actor.id)
    if wish.email:
        queries.set_email(tx, account.id, check_address(wish.email), confirmed=False)
    if unconfirmed:
        send_confirmation(tx, sender, account, actor)
    elif pending:
        call_moderators(tx, sender, actor, reason)
    return require(tx, account.id)


def send_confirmation(tx: Tx, sender: Sender, account: Account, actor: Actor) -> None:
    """Send the letter that asks whether the account's address is its owner's."""
    email = queries.emails_of(tx, [account.id]).get(account.id)
    if email is None:
        return
    link = sender.link("confirm", links.create(tx, account.id, "confirm"))
    letters.write(
        tx, sender, "confirm", to=email.address, language=account.language, handle=actor.handle, link=link
    )


def require(tx: Tx, account_id: int) -> tuple[Account, Actor]:
    """The account with this id and its actor, as they are now."""
    found = accounts.with_actor(tx, account_id)
    assert found is not None
    return found


def _name_fault(tx: Tx, name: str, addresses: Addresses) -> Fault | None:
    if not name:
        return Fault(code="ERR_BLANK", text="Choose a user name.")
    if not _NAME.fullmatch(name):
        text = "A user name has 1 to 30 letters (a to z), digits or underscores."
        return Fault(code="ERR_INVALID", text=text)
    if name.lower() in local.RESERVED:
        return Fault(code="ERR_RESERVED", text=f"The name {name} is reserved. Choose another.")
    if actors.by_handle(tx, name, addresses.domain) is not None:
        return Fault(code="ERR_TAKEN", text=f"The name {name} is taken. Choose another.")
    return None


def _email_fault(address: str, *, needed: bool) -> Fault | None:
    if not address:
        return Fault(code="ERR_BLANK", text="An e-mail address is needed.") if needed else None
    try:
        check_address(address)
    except NotValid as error:
        return Fault(code="ERR_INVALID", text=str(error))
    return None


def _password_fault(password: str) -> Fault | None:
    text = f"A password has {passwords.MIN_LENGTH} to {passwords.MAX_LENGTH} characters."
    if not password:
        return Fault(code="ERR_BLANK", text=text)
    if len(password) < passwords.MIN_LENGTH:
        return Fault(code="ERR_TOO_SHORT", text=text)
    return Fault(code="ERR_TOO_LONG", text=text) if len(password) > passwords.MAX_LENGTH else None


def _reason_fault(reason: str, *, needed: bool) -> Fault | None:
    if needed and not reason.strip():
        return Fault(code="ERR_BLANK", text="Say in a few words why you want to join.")
    if len(reason) > MAX_REASON:
        return Fault(code="ERR_TOO_LONG", text=f"A reason has at most {MAX_REASON} characters.")
    return None
