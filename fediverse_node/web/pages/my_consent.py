"""`/settings/consent`: everything somebody decided about the use of their posts, for themselves.

They look through it, take back one or many, keep the receipts, and say how new posts begin. A yes to
anything is said at the post and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, Final
from urllib.parse import urlencode

import msgspec
from aiohttp import web

from fediverse_node.accounts import queries as accounts
from fediverse_node.consent import queries as ledger
from fediverse_node.consent.decisions import credit_named
from fediverse_node.consent.licences import LICENCES
from fediverse_node.consent.model import CREDITS, PURPOSES, UNNAMED
from fediverse_node.consent.queries import Wanted
from fediverse_node.consent.statement import Line, of_author
from fediverse_node.datasets.holding import holding
from fediverse_node.datasets.model import Holding
from fediverse_node.federation.outbox.withdraw import withdraw_all, withdraw_lines
from fediverse_node.kernel.html import to_plain_text
from fediverse_node.kernel.ids import parse_id
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Post
from fediverse_node.storage.paging import Page
from fediverse_node.storage.tx import Tx
from fediverse_node.web import cursors
from fediverse_node.web.bodies import read_form
from fediverse_node.web.keys import ADDRESSES, DESK, NODE, RATE_LIMITS
from fediverse_node.web.pages.consent_strings import ConsentStrings, words
from fediverse_node.web.pages.deciding import ticked, uses_of
from fediverse_node.web.pages.own_posts import OWN_POSTS
from fediverse_node.web.pages.private import private_page
from fediverse_node.web.pages.rendering import Head, language
from fediverse_node.web.pages.strings import Strings
from fediverse_node.web.pages.views import Moment, moment, web_address
from fediverse_node.web.rate_limits import ACCOUNT
from fediverse_node.web.sessions import SignedIn, check_form, current, see_other, to_sign_in

PATH: Final = "/settings/consent"
LINES: Final = 20
_MAX_FORM: Final = 4096
#: Lines that one statement reads when all receipts are sent.
_AT_ONCE: Final = 80
_BEGINNING: Final = 140
_TICK: Final = "line-"
_FILTERS: Final = ("q", "state", "use", "licence", "since", "until")
#: Characters of a word to choose by; more is cut off.
_LONGEST: Final = 200
#: What chooses lines without a licence.
_NO_LICENCE: Final = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class LineView:
    """One decision.

    Attributes:
        kind: what it was, in words.
        text: how the post begins; None where it is not here any more.
        stands: nothing was said of the post after this yes.
        receipt: the path of its receipt; None where there is none, or none any more.
        change: where another decision about the post is made; None where it is not here any more.
        named: how datasets name them, in words; empty for not at all.
    """

    seq: int
    kind: str
    at: Moment
    uses: str
    licence: str | None
    pictures: int
    text: str | None
    url: str | None
    stands: bool
    receipt: str | None
    change: str | None
    named: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldingView:
    """A release of the dataset that holds posts of theirs, and how many."""

    url: str
    at: Moment
    count: int
    state: str


async def show(request: web.Request) -> web.Response:
    """`GET /settings/consent` (`q`, `state`, `use`, `licence`, `since`, `until`, `page`)."""
    person = await current(request)
    if person is None:
        return to_sign_in(request)
    strings, query = language(request), request.query
    says, cursor = words(strings.language), query.get("page", "")
    wanted = cursors.decode(cursor, limit=LINES) if cursor else Page(limit=LINES)
    chosen = {name: query.get(name, "")[:_LONGEST] for name in _FILTERS}

    def read(tx: Tx) -> tuple[list[LineView], int, list[HoldingView]]:
        uri = person.actor.uri
        found = of_author(tx, uri, wanted, _wanted(chosen))
        held = [_held(each, request, strings) for each in holding(tx, uri, named=0)]
        return list(_views(tx, found, request, strings)), ledger.count_standing(tx, uri), held

    lines, standing, held = await request.app[NODE].db.read(read)
    older = cursors.encode("before", lines[-1].seq) if len(lines) == LINES else None
    newer = cursors.encode("after", lines[0].seq) if lines and cursor else None
    return _page(
        request,
        person,
        says,
        lines=lines,
        standing=standing,
        held=held,
        chosen=chosen,
        older=_address(chosen, older),
        newer=_address(chosen, newer),
        note=says.done.get(query.get("done", "")),
    )


async def settings(request: web.Request) -> web.Response:
    """`POST /settings/consent` (`never_ask`, `licence`, `training_credit`): how new posts begin.

    There is no yes among it.
    """
    sent, person = await read_form(request, _MAX_FORM), await current(request)
    if person is None:
        return to_sign_in(request)
    check_form(request, sent, person)
    account_id, licence = person.account.id, sent.get("licence", "")
    credit = credit_named(ticked(sent).credit)

    def unit(tx: Tx) -> None:
        accounts.set_never_ask(tx, account_id, never=sent.get("never_ask") == "yes")
        accounts.set_licence(tx, account_id, licence if licence in LICENCES else None)
        accounts.set_credit(tx, account_id, credit)

    await request.app[NODE].db.write(unit)
    return see_other(f"{PATH}?done=saved")


async def withdraw(request: web.Request) -> web.Response:
    """`POST /settings/consent/withdraw`: the ticked lines, or `do` = `all`, which asks first."""
    sent, person = await read_form(request, _MAX_FORM), await current(request)
    if person is None:
        return to_sign_in(request)
    check_form(request, sent, person)
    request.app[RATE_LIMITS].take(ACCOUNT, f"page {person.account.id}")
    desk, actor = request.app[DESK], person.actor
    if sent.get("do") == "all":
        if sent.get("sure") != "yes":
            return await _sure(request, person)
        told = await withdraw_all(desk, actor, method="page")
        return await _sure(request, person) if told.left else see_other(f"{PATH}?done=withdrawn")
    found = [parse_id(name.removeprefix(_TICK)) for name in sent if name.startswith(_TICK)]
    seqs = [seq for seq in found if seq is not None]
    if not seqs:
        return see_other(f"{PATH}?done=none")
    await withdraw_lines(desk, actor, seqs, method="page")
    return see_other(f"{PATH}?done=withdrawn")


async def receipts(request: web.Request) -> web.StreamResponse:
    """`GET /settings/consent/receipts.jsonl`: every receipt there is, with its salt, the newest first."""
    person = await current(request)
    if person is None:
        return to_sign_in(request)
    headers = {
        "Content-Type": "application/jsonl",
        "Content-Disposition": 'attachment; filename="receipts.jsonl"',
        "Cache-Control": "no-store",
        "Vary": "Cookie",
    }
    response, db, uri = web.StreamResponse(headers=headers), request.app[NODE].db, person.actor.uri
    await response.prepare(request)
    below: int | None = None
    while True:
        page = Page(max_id=below, limit=_AT_ONCE)
        found = await db.read(lambda tx: of_author(tx, uri, page))  # noqa: B023 awaited within its turn
        await response.write(b"".join(_receipt_lines(found)))
        if len(found) < _AT_ONCE:
            break
        below = found[-1].id
    await response.write_eof()
    return response


def _receipt_lines(found: Iterable[Line]) -> Iterator[bytes]:
    for line in found:
        if line.receipt is not None and line.receipt.document is not None:
            entry = {"salt": line.receipt.salt, "receipt": msgspec.Raw(line.receipt.document.encode())}
            yield msgspec.json.encode(entry) + b"\n"


async def _sure(request: web.Request, person: SignedIn) -> web.Response:
    says, uri = words(language(request).language), person.actor.uri
    standing = await request.app[NODE].db.read(lambda tx: ledger.count_standing(tx, uri))
    return private_page(
        request, "consent_sure.html", Head(title=says.sure), person, c=says, standing=standing
    )


def _page(request: web.Request, person: SignedIn, says: ConsentStrings, **values: Any) -> web.Response:
    return private_page(
        request,
        "consent.html",
        Head(title=says.title),
        person,
        c=says,
        terms=language(request).training_terms,
        purposes=PURPOSES,
        licences=LICENCES,
        licence=person.account.licence,
        never_ask=person.account.never_ask,
        credits=(UNNAMED, *CREDITS),
        credit=person.account.credit or UNNAMED,
        **values,
    )


def _wanted(chosen: Mapping[str, str]) -> Wanted:
    """What was chosen to be shown; what no form of ours sends is left out."""
    return Wanted(
        state=next((each for each in ("active", "ended") if each == chosen["state"]), None),
        purpose=next((each for each in PURPOSES if each == chosen["use"]), None),
        since=_day(chosen["since"]),
        until=_day(chosen["until"]),
        words=tuple(chosen["q"].split()),
        licence=_licence(chosen["licence"]),
    )


def _licence(text: str) -> str | None:
    return "" if text == _NO_LICENCE else text if text in LICENCES else None


def _day(text: str) -> datetime | None:
    try:
        return datetime.combine(date.fromisoformat(text), time.min, tzinfo=UTC) if text else None
    except ValueError:
        return None


def _address(chosen: Mapping[str, str], cursor: str | None) -> str | None:
    kept = {name: value for name, value in chosen.items() if value}
    return f"{PATH}?{urlencode({**kept, 'page': cursor})}" if cursor else None


def _views(tx: Tx, found: list[Line], request: web.Request, strings: Strings) -> Iterator[LineView]:
    uris = {line.entry.object_uri for line in found}
    mine, last = posts.by_uris(tx, uris), ledger.latest(tx, uris)
    addresses, says = request.app[ADDRESSES], words(strings.language)
    for line in found:
        entry, post = line.entry, mine.get(line.entry.object_uri)
        kept = line.receipt is not None and line.receipt.document is not None
        yield LineView(
            seq=entry.seq,
            kind=says.kinds[entry.kind],
            at=moment(entry.at, strings),
            uses=uses_of(entry, strings),
            licence=entry.licence,
            pictures=len(entry.media_sha256),
            text=_beginning(post) if post is not None else None,
            url=web_address(post.url, post.uri) if post is not None else None,
            stands=entry.kind == "grant" and last[entry.object_uri].seq == entry.seq,
            receipt=addresses.receipt(entry.seq).removeprefix(addresses.origin) if kept else None,
            change=f"{OWN_POSTS}?post={post.id}" if post is not None else None,
            named=says.named[entry.credit] if entry.credit is not None else "",
        )


def _held(found: Holding, request: web.Request, strings: Strings) -> HoldingView:
    addresses, release = request.app[ADDRESSES], found.release
    return HoldingView(
        url=addresses.release(release.sha256).removeprefix(addresses.origin),
        at=moment(release.made_at, strings),
        count=found.count,
        state=words(strings.language).release_states[release.state],
    )


def _beginning(post: Post) -> str:
    text = " ".join((post.summary or to_plain_text(post.content_html)).split())
    return text if len(text) <= _BEGINNING else f"{text[:_BEGINNING]}…"
