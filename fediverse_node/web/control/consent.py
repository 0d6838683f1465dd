"""Operations on decisions about training use."""

from __future__ import annotations

import asyncio
from typing import Final

import msgspec

from fediverse_node.accounts import queries as accounts
from fediverse_node.actors import queries as actors
from fediverse_node.actors.addresses import Addresses
from fediverse_node.actors.model import Actor
from fediverse_node.consent import decisions, statement
from fediverse_node.consent.licences import licence_named
from fediverse_node.consent.model import OPEN_DATASET, Allowance
from fediverse_node.consent.notary import Notary
from fediverse_node.consent.queries import Wanted
from fediverse_node.consent.remembered import memory_of
from fediverse_node.consent.statement import Line
from fediverse_node.federation.outbox.edit import set_training_use
from fediverse_node.federation.outbox.withdraw import withdraw_all
from fediverse_node.kernel.clock import to_rfc3339
from fediverse_node.kernel.ids import parse_id
from fediverse_node.kernel.urls import origin_of
from fediverse_node.node import Node
from fediverse_node.posts.model import Post
from fediverse_node.posts.subject import subject_of
from fediverse_node.storage.paging import Page
from fediverse_node.storage.tx import Tx
from fediverse_node.web.control.accounts import account_named
from fediverse_node.web.control.desks import desk_of, post_meant
from fediverse_node.web.control.operation import JsonDict, Progress

#: Lines of the ledger that one transaction looks at.
_AT_ONCE: Final = 100


async def show(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{post}` → `{uri, training_use, entries}`."""
    del progress
    return await node.db.read(lambda tx: _state(tx, post_meant(tx, arguments["post"])))


async def decide(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{name, post, answer, purposes?, sensitive?, pictures?, credit?}`: what the author `name` decides."""
    del progress

    def find(tx: Tx) -> tuple[Post, Actor]:
        return post_meant(tx, arguments["post"]), account_named(tx, arguments["name"])[1]

    post, author = await node.db.read(find)
    purposes = tuple(arguments.get("purposes") or OPEN_DATASET)
    media = tuple(arguments.get("pictures") or ())
    to = Allowance(
        purposes=purposes,
        sensitive=bool(arguments.get("sensitive")),
        media=media,
        credit=arguments.get("credit"),
    )
    allow = arguments["answer"] == "yes"
    await set_training_use(desk_of(node), author, post.id, allow=allow, method="command-line", to=to)
    return await node.db.read(lambda tx: _state(tx, post))


async def receipts(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{name, limit, below?, state?, purpose?, words?, licence?}` → `{receipts}`: what it decided."""
    del progress
    below = parse_id(str(arguments["below"])) if arguments.get("below") else None
    wanted = Wanted(
        state=arguments.get("state"),
        purpose=arguments.get("purpose"),
        words=tuple(str(arguments.get("words") or "").split()),
        licence=licence_named(str(arguments["licence"])) if arguments.get("licence") else None,
    )

    def unit(tx: Tx) -> list[JsonDict]:
        author = account_named(tx, arguments["name"])[1]
        page = Page(max_id=below, limit=int(arguments["limit"]))
        lines = statement.of_author(tx, author.uri, page, wanted)
        return [_line(line) | _document(line) | {"post": line.entry.object_uri} for line in lines]

    return {"receipts": await node.db.read(unit)}


async def withdraw(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{name}` → `{withdrawn, left}`: takes back every yes of an account that stands."""
    author = (await node.db.read(lambda tx: account_named(tx, arguments["name"])))[1]
    desk, done = desk_of(node), 0
    while True:
        told = await withdraw_all(desk, author, method="command-line")
        done += told.done
        if not told.left or not told.done:
            return {"withdrawn": done, "left": told.left}
        progress(f"{done} taken back, {told.left} to go")


async def recover(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{ended?}` → `{named, ended}`: a restored log is made good, and is the one that counts from now on.

    What was kept outside the database as taken back, and the receipts *ended*, is taken back again.
    """
    memory = memory_of(node.config)
    kept = await asyncio.to_thread(memory.ended)
    named = {*kept, *map(str, arguments.get("ended") or ())}
    own = Addresses(node.config.origin).receipt(0).removesuffix("0")
    found = [parse_id(text.removeprefix(own)) for text in named if text.startswith(own)]
    seqs, ended = sorted(seq for seq in found if seq is not None), 0
    for first in range(0, len(seqs), _AT_ONCE):
        some = seqs[first : first + _AT_ONCE]
        ended += await node.db.write(lambda tx: decisions.end_named(tx, some, method="lapse"))  # noqa: B023 awaited within its turn
        progress(f"{first + len(some)} of {len(seqs)} looked at")
    await asyncio.to_thread(memory.set_aside)
    await Notary(node.db, memory).run_once()
    return {"named": len(named), "ended": ended}


async def settings(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{name, licence?, never_ask?, credit?}` → `{licence, never_ask, credit}`: of an account's new posts."""
    del progress

    def unit(tx: Tx) -> JsonDict:
        account = account_named(tx, arguments["name"])[0]
        if arguments.get("licence") is not None:
            named = str(arguments["licence"])
            accounts.set_licence(tx, account.id, licence_named(named) if named else None)
        if arguments.get("never_ask") is not None:
            accounts.set_never_ask(tx, account.id, never=bool(arguments["never_ask"]))
        if arguments.get("credit") is not None:
            accounts.set_credit(tx, account.id, decisions.credit_named(str(arguments["credit"])))
        now = accounts.by_id(tx, account.id)
        assert now is not None
        return {"licence": now.licence, "never_ask": now.never_ask, "credit": now.credit}

    return await node.db.write(unit)


def _state(tx: Tx, post: Post) -> JsonDict:
    author = actors.by_id(tx, post.actor_id)
    assert author is not None
    subject = subject_of(post, author)
    decision = decisions.decisions(tx, [subject])[post.uri]
    entries = [_line(line) for line in statement.of_post(tx, post.uri)]
    return {
        "uri": post.uri,
        "training_use": "yes" if decision.train_ai else "no",
        "training_purposes": list(decision.purposes),
        "licence": post.licence,
        "entries": entries,
    }


def _line(line: Line) -> JsonDict:
    entry, receipt = line.entry, line.receipt
    return {
        "seq": entry.seq,
        "at": to_rfc3339(entry.at),
        "kind": entry.kind,
        "purposes": list(entry.purposes),
        "licence": entry.licence,
        "media_sha256": list(entry.media_sha256),
        "sensitive": bool(entry.sensitive),
        "credit": entry.credit,
        "revision": entry.revision,
        "terms": entry.terms_id,
        "method": entry.method,
        "receipt": _address(line),
        "receipt_status": receipt.status if receipt is not None else None,
        "log_index": receipt.log_index if receipt is not None else None,
    }


def _address(line: Line) -> str | None:
    if line.receipt is None or line.receipt.document is None:
        return None
    return Addresses(origin_of(line.entry.actor_uri)).receipt(line.entry.seq)


def _document(line: Line) -> JsonDict:
    if line.receipt is None or line.receipt.document is None:
        return {"salt": None, "document": None}
    return {"salt": line.receipt.salt, "document": msgspec.json.decode(line.receipt.document)}
