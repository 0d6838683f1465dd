"""`uploadMedia`: an app uploads a picture for a post (ActivityPub Media Upload, SWICG).

The answer is the picture's object. It belongs to nothing until a Note names its `url` among its
`attachment`s, and goes after a day if none does.
"""

from __future__ import annotations

from typing import Final

from aiohttp import web

from fediverse_node.activitystreams import values
from fediverse_node.activitystreams.documents import ObjectDoc
from fediverse_node.activitystreams.load import JsonDict, load_json
from fediverse_node.activitystreams.read_claims import source_type
from fediverse_node.activitystreams.write import ai_terms, dump, present
from fediverse_node.actors.addresses import Addresses
from fediverse_node.credentials.model import Making, checked_tool, part_of
from fediverse_node.federation.outbox.pictures import Chosen
from fediverse_node.kernel.errors import NotValid, TooLarge
from fediverse_node.storage.tx import Tx
from fediverse_node.uploads import queries
from fediverse_node.uploads.intake import Sent
from fediverse_node.uploads.model import PREFIX, Upload, checked_focus
from fediverse_node.web.federation.answers import CONTENT_TYPE
from fediverse_node.web.federation.c2s_door import Act, NotOffered, owner, token_of
from fediverse_node.web.keys import ADDRESSES, NODE, RATE_LIMITS, UPLOADS
from fediverse_node.web.rate_limits import UPLOAD
from fediverse_node.web.uploading import MAX_TEXT, Form, Room, received

_FILE: Final = "file"
_TYPES: Final = {"image": "Image", "video": "Video", "audio": "Audio"}


async def upload(request: web.Request) -> web.Response:
    """`POST` with `file` and `object`: 201, the picture's object, its address in `Location`.

    Raises:
        NotAuthenticated, NotAllowed: there is no good token for this actor with the scope `write:media`.
        TooLarge: the file is larger than it may be.
        NotOffered: it is no picture, or the account has no more room.
    """
    bearer = token_of(request)
    found = await request.app[NODE].db.read(lambda tx: owner(tx, request, bearer, "write:media"))
    request.app[RATE_LIMITS].take(UPLOAD, str(found.account.id))
    uploads = request.app[UPLOADS]
    room = Room(
        names=frozenset({_FILE, "object"}),
        size=uploads.largest,
        files=2,
        folder=await uploads.workplace(),
        measure=uploads.most,
        too_large="A file of this kind has at most {mib} MiB.",
    )
    async with received(request, room) as form:
        if _FILE not in form.files:
            raise NotValid("Send a picture as “file” of a multipart form, and what it is as “object”.")
        sent = _sent(form)
        try:
            made = await uploads.add(found.account.id, form.files[_FILE], sent)
        except TooLarge:
            raise
        except NotValid as error:
            raise NotOffered(str(error), detail=error.detail) from error
    addresses = request.app[ADDRESSES]
    body = dump(_object(made, addresses))
    headers = {"Content-Type": CONTENT_TYPE, "Location": addresses.origin + made.path}
    return web.Response(status=201, body=body, headers=headers)


def _sent(form: Form) -> Sent:
    """What `object` says of it. Apps send it as a text, or as a file that is JSON."""
    text = form.texts().get("object")
    if text is None and "object" in form.files:
        file = form.files["object"]
        file.seek(0)
        text = file.read(MAX_TEXT).decode("utf-8", "replace")
    if not text:
        return Sent()
    node = load_json(text.encode(), limit=MAX_TEXT)
    focus = ",".join(str(number) for number in values.items(node.get("focalPoint")))
    description = values.text(node.get("name")) or values.text(node.get("summary"))
    making = Making(part=part_of(source_type(node)), tool=_tool(node))
    return Sent(description=description, focus=checked_focus(focus), making=making)


def _tool(node: JsonDict) -> str | None:
    """The first of `aiTools`, where the picture says that a model had a part."""
    tools = values.items(node.get("aiTools"))
    first = tools[0] if tools and isinstance(tools[0], dict) else {}
    return checked_tool(values.text(first.get("name"))) if part_of(source_type(node)) else None


async def chosen(act: Act, doc: ObjectDoc) -> tuple[Chosen, ...]:
    """The pictures that a Note names among its attachments.

    Raises:
        NotOffered: one of them is none that was uploaded here.
    """
    start = f"{act.addresses.origin}{PREFIX}"
    names = [(each.url or "").removeprefix(start).partition(".")[0] for each in doc.attachments]

    def look(tx: Tx) -> list[Upload | None]:
        return [queries.by_name(tx, name) for name in names]

    found = await act.desk.db.read(look) if names else []
    pictures = [upload.id for upload in found if upload is not None]
    if len(pictures) < len(names):
        raise NotOffered("Only pictures can be attached, uploaded to this server before (“uploadMedia”).")
    return tuple(
        Chosen(id=id_, description=each.name, focus=each.focal_point)
        for id_, each in zip(pictures, doc.attachments, strict=True)
    )


def _object(made: Upload, addresses: Addresses) -> JsonDict:
    return {
        "@context": ["https://www.w3.org/ns/activitystreams", ai_terms(addresses.origin)],
        **present(
            {
                "type": _TYPES[made.media_type.partition("/")[0]],
                "mediaType": made.media_type,
                "url": addresses.origin + made.path,
                "name": made.description,
                "width": made.width or None,
                "height": made.height or None,
                "digitalSourceType": made.making.source,
            }
        ),
    }
