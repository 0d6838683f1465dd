"""Operations on pictures of this server's people: upload one for a post."""

from __future__ import annotations

import base64
import binascii
import tempfile

from fediverse_node.credentials.model import Making, checked_part
from fediverse_node.kernel.errors import NotValid, TooLarge
from fediverse_node.node import Node
from fediverse_node.uploads.intake import Sent, Uploads
from fediverse_node.web.control.accounts import account_named
from fediverse_node.web.control.operation import JsonDict, Progress
from fediverse_node.web.media.storing import uploads_of


async def add(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{name, picture, alt?, ai_part?}` (base64) → `{id, url}`: a picture that waits a day for its post."""
    del progress
    account, _ = await node.db.read(lambda tx: account_named(tx, arguments["name"]))
    uploads = uploads_of(node)
    data = _read(arguments["picture"], uploads)
    making = Making(part=checked_part(arguments.get("ai_part")))
    sent = Sent(description=arguments.get("alt"), making=making)
    with tempfile.TemporaryFile(dir=await uploads.workplace()) as file:
        file.write(data)
        file.flush()
        made = await uploads.add(account.id, file, sent)
    return {"id": str(made.id), "url": node.config.origin + made.path}


def _read(text: str, uploads: Uploads) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise NotValid("The picture is not sent in base64.") from error
    if len(data) > uploads.bounds.size:
        raise TooLarge(f"A picture has at most {uploads.bounds.size >> 20} MiB.")
    return data
