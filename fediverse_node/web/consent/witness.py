"""Where the logs of other servers have their checkpoints cosigned (C2SP tlog-witness)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from aiohttp import web

from fediverse_node.kernel.errors import NotValid
from fediverse_node.web.bodies import read_body
from fediverse_node.web.caching import Document, respond
from fediverse_node.web.consent.files import FRESH, TEXT, document
from fediverse_node.web.keys import ADDRESSES, DOCUMENTS, NODE
from fediverse_node.witnesses import cosign
from fediverse_node.witnesses.model import Answer, Verdict

#: A checkpoint with 32 signatures and a proof of 63 hashes have some 9,000 bytes.
MAX_BODY: Final = 1 << 16
SIZE_TYPE: Final = "text/x.tlog.size"
#: What the specification asks for; 200 is given out only with a cosignature.
_STATUS: Mapping[Verdict, int] = {
    "cosigned": 200,
    "malformed": 400,
    "unsigned": 403,
    "unknown": 404,
    "conflict": 409,
    "inconsistent": 422,
}
_WORDS: Mapping[Verdict, str] = {
    "malformed": "This is not what logs send to witnesses.\n",
    "unsigned": "This checkpoint is not signed by its log.\n",
    "unknown": "This server is no witness of this log.\n",
    "inconsistent": "The proof does not show that the log only grew.\n",
}


async def key(request: web.Request) -> web.Response:
    """The verifier key of this server as a witness, made when somebody first asks for it."""
    node, addresses = request.app[NODE], request.app[ADDRESSES]
    known = await node.db.read(cosign.public_key)
    if known is None:
        known = await node.db.write(lambda tx: cosign.open_key(tx, addresses))
    text = known.text

    async def make() -> Document:
        return document(f"{text}\n".encode(), TEXT, cache=FRESH)

    return respond(request, await request.app[DOCUMENTS].get(request.path, make))


async def add_checkpoint(request: web.Request) -> web.Response:
    """A log's new checkpoint, with the proof that it goes on from the one we cosigned last."""
    node, addresses = request.app[NODE], request.app[ADDRESSES]
    body = _text(await read_body(request, MAX_BODY))
    # Strangers may knock, too: they are sent away before they could hold up a writer.
    handed = cosign.at_the_door(body, node.config.consent.witnessed())
    if isinstance(handed, Answer):
        return _answered(handed)
    return _answered(await node.db.write(lambda tx: cosign.answer(tx, handed, addresses)))


def _answered(said: Answer) -> web.Response:
    conflict = said.verdict == "conflict"
    text = f"{said.size}\n" if conflict else said.line or _WORDS[said.verdict]
    content_type = SIZE_TYPE if conflict else TEXT
    return web.Response(
        status=_STATUS[said.verdict],
        body=text.encode(),
        headers={"Content-Type": content_type, "Cache-Control": "no-store"},
    )


def _text(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise NotValid("This is not what logs send to witnesses.") from error
