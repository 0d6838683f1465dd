"""What a user of the dataset changes by themselves, with their key: where withdrawals are sent to."""

from __future__ import annotations

import logging
from typing import Final

import msgspec
from aiohttp import web

from fediverse_node.datasets import users
from fediverse_node.kernel.errors import NotValid
from fediverse_node.web.bodies import read_body
from fediverse_node.web.datasets.access import take, user_of
from fediverse_node.web.keys import NODE

log = logging.getLogger(__name__)

_MAX_BODY: Final = 4096


class _Wanted(msgspec.Struct, forbid_unknown_fields=True):
    """Null is nowhere."""

    webhook: str | None


_decode = msgspec.json.Decoder(_Wanted).decode


async def show(request: web.Request) -> web.Response:
    """`GET /datasets/webhook`: where withdrawals are sent to, and whether they arrive."""
    take(request)
    user = await request.app[NODE].db.read(lambda tx: user_of(tx, request))
    return _said({"webhook": user.webhook, "told": user.told, "last_answer": user.last_answer})


async def change(request: web.Request) -> web.Response:
    """`PUT /datasets/webhook` (`{"webhook": URL or null}`). What was not told yet is sent there first."""
    take(request)
    node = request.app[NODE]
    user = await node.db.read(lambda tx: user_of(tx, request))
    try:
        webhook = _decode(await read_body(request, _MAX_BODY)).webhook or None
    except msgspec.DecodeError as error:
        raise NotValid('Send {"webhook": "https://…"}, or null for nowhere.') from error
    if webhook is not None:
        await node.outbound.check(webhook)
    await node.db.write(lambda tx: users.set_webhook(tx, user.id, webhook))
    log.info("dataset.webhook_changed", extra={"user": user.id})
    return _said({"webhook": webhook})


def _said(body: dict[str, object]) -> web.Response:
    headers = {"Cache-Control": "no-store", "Vary": "Authorization"}
    return web.Response(body=msgspec.json.encode(body), content_type="application/json", headers=headers)
