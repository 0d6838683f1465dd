"""Every address of this door. None asks for a signature."""

from __future__ import annotations

from aiohttp import web

from fediverse_node.web.consent import feeds, files, receipts, witness

_INDEX = r"{index:(?:x\d{3}/){0,6}\d{3}}"
_PART = r".p/{width:[1-9]\d{0,2}}"
_LEVEL = r"{level:0|[1-9]\d?}"

ROUTES: list[web.RouteDef] = [
    web.get("/consent/checkpoint", files.checkpoint),
    web.get("/consent/key", files.key),
    *(web.get(f"/consent/tile/entries/{_INDEX}{part}", files.entries) for part in ("", _PART)),
    *(web.get(f"/consent/tile/{_LEVEL}/{_INDEX}{part}", files.tile) for part in ("", _PART)),
    web.get(r"/consent/receipts/{id:\d{1,19}}", receipts.receipt),
    web.get(r"/consent/receipts/{id:\d{1,19}}.tlog-proof", receipts.proof),
    web.get("/consent/receipts.jsonl", receipts.listing),
    web.get("/consent/revocations.jsonl", feeds.revocations),
    web.get("/consent/revocations.atom", feeds.revocations_atom),
    web.get(r"/consent/status/{number:0|[1-9]\d{0,9}}", feeds.status),
    web.get("/consent/witness", witness.key),
    web.post("/consent/witness/add-checkpoint", witness.add_checkpoint),
]
