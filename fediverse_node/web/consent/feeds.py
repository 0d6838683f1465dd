"""What ended, in the order of the log: as JSON lines, as Atom, and as a list of bits."""

from __future__ import annotations

from typing import Final
from xml.sax.saxutils import escape, quoteattr

import msgspec
from aiohttp import web

from fediverse_node.actors import local
from fediverse_node.actors import queries as actors
from fediverse_node.actors.addresses import Addresses
from fediverse_node.kernel.clock import to_rfc3339
from fediverse_node.kernel.errors import NotFound
from fediverse_node.receipts import queries
from fediverse_node.receipts.ending import line_of
from fediverse_node.receipts.model import JsonDict, Receipt
from fediverse_node.receipts.status import LIST_SIZE, credential
from fediverse_node.signatures import keys, proofs
from fediverse_node.storage.tx import Tx
from fediverse_node.web.caching import Document, respond
from fediverse_node.web.consent.files import FRESH, document
from fediverse_node.web.consent.lines import lines, since_of
from fediverse_node.web.keys import ADDRESSES, DOCUMENTS, NODE

ATOM: Final = "application/atom+xml; charset=utf-8"
CREDENTIAL: Final = "application/vc"
#: Lines of one answer. A full one names the next.
PAGE: Final = 1000
_IN_ATOM: Final = 100


async def revocations(request: web.Request) -> web.Response:
    """A line for each end of a yes, past `?since=` (the `seq` of the last line one has)."""
    addresses, since = request.app[ADDRESSES], since_of(request)

    def read(tx: Tx) -> Document:
        found = queries.endings(tx, since, PAGE)
        url = f"{addresses.consent_log}/revocations.jsonl"
        return lines([line_of(each, addresses) for each in found], url, full=len(found) == PAGE)

    db = request.app[NODE].db
    key = f"{request.path}?since={since}"
    return respond(request, await request.app[DOCUMENTS].get(key, lambda: db.read(read)))


async def revocations_atom(request: web.Request) -> web.Response:
    """The last of them for a feed reader."""
    addresses = request.app[ADDRESSES]

    def read(tx: Tx) -> Document:
        return document(_atom(queries.last_endings(tx, _IN_ATOM), addresses).encode(), ATOM, cache=FRESH)

    db = request.app[NODE].db
    return respond(request, await request.app[DOCUMENTS].get(request.path, lambda: db.read(read)))


async def status(request: web.Request) -> web.Response:
    """A list of bits, one for each place in the log, signed by this server's own actor."""
    addresses, number = request.app[ADDRESSES], int(request.match_info["number"])

    def read(tx: Tx) -> Document:
        log = queries.log_of(tx)
        if log is None or number * LIST_SIZE >= max(log.size, 1):
            raise NotFound("The log is not that long.")
        first = number * LIST_SIZE
        places = [index - first for index in queries.revoked_indices(tx, first, first + LIST_SIZE)]
        unsigned = credential(number, places, valid_from=to_rfc3339(tx.now), addresses=addresses)
        return document(msgspec.json.encode(_signed(tx, unsigned, addresses)), CREDENTIAL, cache=FRESH)

    db = request.app[NODE].db
    return respond(request, await request.app[DOCUMENTS].get(request.path, lambda: db.read(read)))


def _atom(ended: list[Receipt], addresses: Addresses) -> str:
    here = f"{addresses.consent_log}/revocations.atom"
    updated = to_rfc3339(ended[0].at) if ended else "1970-01-01T00:00:00Z"
    head = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">\n'
        f"<id>{escape(here)}</id>\n<title>Training use: ended at {escape(addresses.domain)}</title>\n"
        f'<updated>{updated}</updated>\n<link rel="self" href={quoteattr(here)}/>\n'
        f"<author><name>{escape(addresses.domain)}</name></author>\n"
    )
    return head + "".join(_atom_entry(each, addresses) for each in ended) + "</feed>\n"


def _atom_entry(ended: Receipt, addresses: Addresses) -> str:
    url = addresses.receipt(ended.seq)
    what = f" of {addresses.receipt(ended.revokes)}" if ended.revokes is not None else ""
    return (
        f"<entry><id>{escape(url)}</id><title>{escape(ended.kind + what)}</title>"
        f"<updated>{to_rfc3339(ended.at)}</updated><link href={quoteattr(url)}/></entry>\n"
    )


def _signed(tx: Tx, unsigned: JsonDict, addresses: Addresses) -> JsonDict:
    server = local.instance_actor(tx, addresses)
    assert server is not None
    own = [key for key in actors.keys_of(tx, server.id) if key.kind == "ed25519" and key.private_key]
    private = keys.load_private(own[-1].private_key or "", own[-1].key_id)
    return proofs.prove(unsigned, private, now=tx.now)
