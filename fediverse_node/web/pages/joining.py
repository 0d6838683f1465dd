"""`/join`, and `/confirm`: somebody makes an account, and shows that their address is theirs."""

from __future__ import annotations

import logging
from typing import Any, Final

from aiohttp import web

from fediverse_node.accounts import queries as accounts
from fediverse_node.accounts.model import Account
from fediverse_node.joining import admitting, links, sign_up
from fediverse_node.joining.model import Unfit, Wish
from fediverse_node.kernel.errors import NotAllowed
from fediverse_node.storage.tx import Tx
from fediverse_node.web.bodies import read_form
from fediverse_node.web.joining import make_account, take_sign_up
from fediverse_node.web.keys import NODE
from fediverse_node.web.pages.joining_strings import JoiningStrings, WaysIn, words
from fediverse_node.web.pages.private import private_page
from fediverse_node.web.pages.rendering import Head, language
from fediverse_node.web.sessions import require_own_form, see_other

log = logging.getLogger(__name__)

JOIN: Final = "/join"
CONFIRM: Final = "/confirm"
MAX_FORM: Final = 32_768
AS_TYPED: Final = frozenset({"password", "new_password", "repeated"})
_MAX_SECRET: Final = 128


async def show(request: web.Request) -> web.Response:
    """`GET /join` and `GET /join/CODE`: the form, or that nobody can join."""
    code = request.match_info.get("code")
    return await _form(request, code=code)


async def elsewhere(request: web.Request) -> web.Response:
    """`GET /auth/sign_up`: where apps in browsers expect the form to be."""
    del request
    return see_other(JOIN)


async def join(request: web.Request) -> web.Response:
    """`POST /join` (`name`, `email`, `password`, `reason`, `agreement`, `code`): the account."""
    require_own_form(request)
    sent = await read_form(request, MAX_FORM, exact=AS_TYPED)
    take_sign_up(request)
    wish = Wish(
        username=sent.get("name", "").removeprefix("@"),
        password=sent.get("password", ""),
        email=sent.get("email", ""),
        reason=sent.get("reason", ""),
        agreement="agreement" in sent,
        code=sent.get("code") or None,
        language=language(request).language,
    )
    try:
        made = await make_account(request, wish, lambda _, account: account)
    except Unfit as unfit:
        return await _form(request, code=wish.code, sent=sent, unfit=unfit)
    return see_other(f"{JOIN}/done?state={_state(made)}")


async def done(request: web.Request) -> web.Response:
    """`GET /join/done?state=`: what comes next."""
    says = words(language(request).language)
    state = request.query.get("state")
    next_ = {"confirm": says.check_mail, "wait": says.wait}.get(state or "", says.may_sign_in)
    return _told(request, says.joined, next_, sign_in=state not in {"confirm", "wait"})


async def show_confirm(request: web.Request) -> web.Response:
    """`GET /confirm?token=`: a button. Programs that look at letters for people open every link in them."""
    says, secret = words(language(request).language), request.query.get("token", "")[:_MAX_SECRET]
    known = await request.app[NODE].db.read(lambda tx: links.find(tx, secret, "confirm"))
    values: dict[str, Any] = {"s": says, "token": secret if known is not None else None}
    status = 200 if known is not None else 404
    return private_page(
        request, "confirm.html", Head(title=says.confirm_title), None, status=status, **values
    )


async def confirm(request: web.Request) -> web.Response:
    """`POST /confirm` (`token`): the address is theirs."""
    require_own_form(request)
    secret = (await read_form(request, MAX_FORM)).get("token", "")[:_MAX_SECRET]
    says, sender = words(language(request).language), sign_up.sender_of(request.app[NODE].config)

    def unit(tx: Tx) -> Account | None:
        account_id = links.use(tx, secret, "confirm")
        found = accounts.with_actor(tx, account_id) if account_id is not None else None
        return None if found is None else admitting.confirm(tx, sender, *found)

    now = await request.app[NODE].db.write(unit)
    if now is None:
        return private_page(
            request, "confirm.html", Head(title=says.confirm_title), None, status=404, s=says, token=None
        )
    log.info("join.confirmed", extra={"account": now.id})
    return _told(
        request, says.confirmed, says.wait if now.pending else says.may_sign_in, sign_in=not now.pending
    )


def ways_in(request: web.Request) -> WaysIn:
    """What the page for signing in offers to whoever cannot."""
    config = request.app[NODE].config
    return WaysIn(
        says=words(language(request).language),
        mails=bool(config.mail.host),
        open=config.registration.mode != "closed",
    )


async def _form(
    request: web.Request,
    *,
    code: str | None,
    sent: dict[str, str] | None = None,
    unfit: Unfit | None = None,
) -> web.Response:
    node, says = request.app[NODE], words(language(request).language)
    rules = sign_up.rules_of(node.config)
    problem, status = None, 422 if unfit is not None else 200
    try:
        await node.db.read(lambda tx: sign_up.require_open(tx, rules, code))
    except NotAllowed:
        problem = says.closed if code is None else says.bad_invitation
        status = 403
    return private_page(
        request,
        "join.html",
        Head(title=says.title),
        None,
        status=status,
        s=says,
        problem=problem,
        message=node.config.registration.message,
        code=code,
        sent=sent or {},
        faults=_faults(unfit, says),
        mails=rules.mails,
        asks_reason=rules.mode == "approval" and code is None,
    )


def _faults(unfit: Unfit | None, says: JoiningStrings) -> list[str]:
    if unfit is None:
        return []
    return [says.faults.get(f"{name}.{fault.code}", fault.text) for name, fault in unfit.faults.items()]


def _told(request: web.Request, title: str, text: str, *, sign_in: bool) -> web.Response:
    says = words(language(request).language)
    return private_page(
        request, "joined.html", Head(title=title), None, s=says, title=title, text=text, sign_in=sign_in
    )


def _state(made: Account) -> str:
    return "confirm" if made.unconfirmed else "wait" if made.pending else "in"
