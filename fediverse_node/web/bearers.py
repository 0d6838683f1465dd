"""Who is asking: from a bearer token to an account, inside the transaction that reads the rest.

The token is looked up each time, by the index over its hash: one that was revoked is refused at the
next request, in every process.
"""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from fediverse_node.accounts import queries as accounts
from fediverse_node.accounts.model import Account
from fediverse_node.actors.model import Actor
from fediverse_node.kernel.errors import NotAllowed, NotAuthenticated
from fediverse_node.oauth import scopes, tokens
from fediverse_node.oauth.model import AccessToken, AppToken
from fediverse_node.storage.tx import Tx
from fediverse_node.visibility.rule import ANONYMOUS, Viewer, viewer_for
from fediverse_node.web.keys import NODE

_MAX_TOKEN = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What a route asks of its caller.

    Attributes:
        scope: what a token must allow; empty when any token will do.
        or_scope: what will do instead.
        person: nobody may come without a token.
        role: only who looks after the server may come.
        waiting: whoever signed up and is not in yet may come, too.
        app: an app comes for itself, with its own token; a person's is refused.
    """

    scope: str = ""
    or_scope: str = ""
    person: bool = True
    role: bool = False
    waiting: bool = False
    app: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """A person, through an app that they let in."""

    token: AccessToken
    account: Account
    actor: Actor


def bearer_of(request: web.Request) -> str | None:
    """The token of the `Authorization` header; None when there is none of this kind.

    Tokens in the query are not read: queries end up in the logs of proxies.
    """
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        return None
    return token.strip()[:_MAX_TOKEN]


def caller(tx: Tx, bearer: str | None, need: Need) -> Caller | None:
    """Who *bearer* speaks for; None for an anonymous request where those are allowed.

    A token that is no good is refused also where none is needed: the app believes that it acts for
    somebody, and must learn that it does not. An app's own token stands for nobody: it opens what is open.

    Raises:
        NotAuthenticated: there is no token, or it is unknown or revoked, or its owner is gone.
        NotAllowed: it does not allow this, or its owner may not act, or nobody owns it and somebody must.
    """
    if bearer is None:
        if need.person:
            raise NotAuthenticated("The access token is missing. Send it as: Authorization: Bearer …")
        return None
    token = tokens.find(tx, bearer)
    if token is None and tokens.find_apps_own(tx, bearer) is not None:
        if need.person:
            raise NotAllowed("This needs a person. The access token stands for an app only.")
        return None
    owner = accounts.with_actor(tx, token.account_id) if token is not None else None
    if token is None or owner is None or owner[1].deleted_at is not None:
        raise NotAuthenticated("The access token is invalid or was revoked.")
    account, actor = owner
    _require_standing(account, actor, need)
    if need.scope and not (allows(token, need.scope) or need.or_scope in token.scopes):
        raise NotAllowed(f"This needs the scope {need.scope}, which the access token does not have.")
    if need.role and not account.moderates:
        raise NotAllowed("This is for those who look after this server.")
    return Caller(token=token, account=account, actor=actor)


async def note_use(request: web.Request, found: Caller | None) -> None:
    """Note, once a day, that the token of *found* is in use: those that nobody uses end some day."""
    if found is None:
        return
    node, token = request.app[NODE], found.token
    if node.clock() - (token.last_used_at or token.created_at) >= tokens.TOUCH_EVERY:
        await node.db.write(lambda tx: tokens.touch(tx, token.id))


def app_caller(tx: Tx, bearer: str | None, need: Need) -> AppToken:
    """The app that *bearer* stands for, and for nobody else.

    Raises:
        NotAuthenticated: there is no token, or it is unknown or revoked.
        NotAllowed: it is a person's, or does not allow this.
    """
    own = tokens.find_apps_own(tx, bearer) if bearer is not None else None
    if own is None:
        if bearer is not None and tokens.find(tx, bearer) is not None:
            raise NotAllowed("This needs an app that comes for itself. The access token stands for a person.")
        raise NotAuthenticated("The access token is missing, invalid or was revoked.")
    if not scopes.covers(own.scopes, need.scope):
        raise NotAllowed(f"This needs the scope {need.scope}, which the access token does not have.")
    return own


def _require_standing(account: Account, actor: Actor, need: Need) -> None:
    if account.disabled_at is not None:
        raise NotAllowed("This account is disabled. Ask whoever runs this server.")
    if account.waits:
        if need.waiting:
            return
        # Apps show these words to somebody who has just signed up.
        if account.unconfirmed:
            raise NotAllowed("The e-mail address of this account is not confirmed yet.")
        raise NotAllowed("This account waits for approval.")
    if actor.suspended_at is not None:
        raise NotAllowed("This account is disabled. Ask whoever runs this server.")


def allows(token: AccessToken, scope: str) -> bool:
    """Whether *token* may do what needs *scope*, in its finer or its older form."""
    return scopes.covers(token.scopes, scope)


def viewer_of(found: Caller | None) -> Viewer:
    """The eyes through which posts are looked at."""
    return ANONYMOUS if found is None else viewer_for(found.actor)
