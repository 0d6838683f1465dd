"""Operations on pictures of this server's people: upload one for a post."""

from __future__ import annotations

import base64
import tempfile
from typing import BinaryIO, cast

from fediverse_node.credentials.model import Making, checked_part
from fediverse_node.federation.outbox import portraits
from fediverse_node.kernel.errors import NotValid, TooLarge
from fediverse_node.kernel.kinds import LOOKS_AT
from fediverse_node.node import Node
from fediverse_node.uploads.intake import Sent, Uploads
from fediverse_node.uploads.model import SHAPES, Role, Shape, Upload
from fediverse_node.web.control.accounts import account_named
from fediverse_node.web.control.operation import JsonDict, Progress
from fediverse_node.web.media.storing import uploads_of


async def portraits_in(node: Node, account_id: int, arguments: JsonDict) -> dict[Role, int]:
    """The pictures of a profile that `{avatar?, header?}` bring (base64; empty for none): uploads to wear."""
    chosen: dict[Role, int] = {}
    for role, shape in SHAPES.items():
        text = arguments.get(role)
        if text is None:
            continue
        chosen[role] = portraits.NONE
        if text:
            made = await _added(uploads_of(node), account_id, text, Sent(), shape)
            chosen[role] = made.id
    return chosen


async def add(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{name, picture, alt?, ai_part?}` (base64) → `{id, url}`: a picture that waits a day for its post."""
    del progress
    account, _ = await node.db.read(lambda tx: account_named(tx, arguments["name"]))
    making = Making(part=checked_part(arguments.get("ai_part")))
    sent = Sent(description=arguments.get("alt"), making=making)
    made = await _added(uploads_of(node), account.id, arguments["picture"], sent)
    return {"id": str(made.id), "url": node.config.origin + made.path}


async def _added(
    uploads: Uploads, account_id: int, text: str, sent: Sent, shape: Shape | None = None
) -> Upload:
    data = _read(text, uploads)
    with tempfile.TemporaryFile(dir=await uploads.workplace()) as file:
        file.write(data)
        file.flush()
        return await uploads.add(account_id, cast("BinaryIO", file), sent, shape=shape)


def _read(text: str, uploads: Uploads) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError as error:
        raise NotValid("The picture is not sent in base64.") from error
    most = uploads.most(data[:LOOKS_AT])
    if len(data) > most:
        raise TooLarge(f"A file of this kind has at most {most >> 20} MiB.")
    return data
