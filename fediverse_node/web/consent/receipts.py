"""Receipts and the proofs that they are in the log. Who has a copy can see here what became of it."""

from __future__ import annotations

from typing import Final

import msgspec
from aiohttp import web

from fediverse_node.actors import queries as actors
from fediverse_node.actors.addresses import Addresses
from fediverse_node.consent import decisions
from fediverse_node.consent import queries as ledger
from fediverse_node.kernel.errors import Gone, NotFound, NotNow
from fediverse_node.kernel.ids import parse_id
from fediverse_node.posts import queries as posts
from fediverse_node.posts.subject import subject_of
from fediverse_node.receipts import checkpoints, queries
from fediverse_node.receipts.model import JsonDict, Receipt
from fediverse_node.storage.tx import Tx
from fediverse_node.web.caching import Document, respond
from fediverse_node.web.consent.files import FRESH, TEXT, document
from fediverse_node.web.consent.lines import lines, since_of
from fediverse_node.web.keys import ADDRESSES, DOCUMENTS, NODE

LD_JSON: Final = "application/ld+json"
#: Receipts of one answer, some 2 KB each. A full one names the next.
PAGE: Final = 200
#: Says what became of a receipt, beside it: the receipt itself is signed and never changes.
STATUS: Final = "Consent-Status"


async def receipt(request: web.Request) -> web.Response:
    """A receipt, byte for byte as it was signed; one that has ended says so in its headers."""
    addresses = request.app[ADDRESSES]

    def read(tx: Tx) -> Document:
        found = _found(tx, request)
        more: dict[str, str] = {STATUS: _standing(tx, found)}
        if found.revoked_by is not None:
            more["Link"] = f'<{addresses.receipt(found.revoked_by)}>; rel="successor-version"'
        return document((found.document or "").encode(), LD_JSON, cache=FRESH, more=more)

    db = request.app[NODE].db
    return respond(request, await request.app[DOCUMENTS].get(request.path, lambda: db.read(read)))


async def proof(request: web.Request) -> web.Response:
    """Its `.tlog-proof`, against the last checkpoint. The extra bytes in it are the salt."""

    def read(tx: Tx) -> Document:
        found = checkpoints.proof_of(tx, _found(tx, request))
        if found is None:
            raise NotNow(
                "The next checkpoint will cover this receipt.", retry_after=checkpoints.EVERY.total_seconds()
            )
        return document(found.text.encode(), TEXT, cache=FRESH)

    db = request.app[NODE].db
    return respond(request, await request.app[DOCUMENTS].get(request.path, lambda: db.read(read)))


async def listing(request: web.Request) -> web.Response:
    """Every receipt with its salt in the order of the log, past `?since=`: all that a monitor needs."""
    addresses, since = request.app[ADDRESSES], since_of(request)

    def read(tx: Tx) -> Document:
        found = queries.in_order(tx, since, PAGE)
        url = f"{addresses.consent_log}/receipts.jsonl"
        return lines([_line(each, addresses) for each in found], url, full=len(found) == PAGE)

    db = request.app[NODE].db
    key = f"{request.path}?since={since}"
    return respond(request, await request.app[DOCUMENTS].get(key, lambda: db.read(read)))


def _standing(tx: Tx, found: Receipt) -> str:
    """What became of *found*: a yes also lapses while its author is suspended or has moved."""
    if found.kind != "grant" or found.status != "active":
        return found.status
    entry = ledger.by_seq(tx, found.seq)
    post = posts.by_uri(tx, entry.object_uri) if entry is not None else None
    author = actors.by_id(tx, post.actor_id) if post is not None else None
    if post is None or author is None or decisions.granted(subject_of(post, author), entry) is None:
        return "lapsed"
    return found.status


def _line(found: Receipt, addresses: Addresses) -> JsonDict:
    line: JsonDict = {"seq": found.log_index, "id": addresses.receipt(found.seq), "status": found.status}
    if found.document is not None:
        line |= {"salt": found.salt, "receipt": msgspec.Raw(found.document.encode())}
    return line


def _found(tx: Tx, request: web.Request) -> Receipt:
    seq = parse_id(request.match_info["id"])
    found = queries.by_seq(tx, seq) if seq is not None and str(seq) == request.match_info["id"] else None
    if found is None:
        raise NotFound("There is no such receipt.")
    if found.document is None:
        raise Gone("This receipt was erased. Its line of the log stays, and says nothing about anybody.")
    return found
