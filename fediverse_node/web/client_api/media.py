"""Pictures for posts: uploaded first, then named by their ids.

A picture is decoded and made anew while its sender waits, so that the answer is always whole: nobody has to
ask again, and what is no picture is refused where somebody reads the refusal.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Final

import msgspec
from aiohttp import web

from fediverse_node.actors.addresses import Addresses
from fediverse_node.config.sections import Media
from fediverse_node.credentials.model import UNSAID, Making, checked_part, checked_tool, source_of
from fediverse_node.federation.outbox.pictures import Chosen
from fediverse_node.kernel.errors import NotFound, NotValid
from fediverse_node.kernel.ids import parse_id
from fediverse_node.storage.tx import Tx
from fediverse_node.uploads import queries
from fediverse_node.uploads.intake import Sent
from fediverse_node.uploads.model import ACCEPTED, MAX_DESCRIPTION, Upload, checked_description, checked_focus
from fediverse_node.web.client_api.auth import Need, caller
from fediverse_node.web.client_api.door import admitted
from fediverse_node.web.client_api.forms import Fields
from fediverse_node.web.client_api.view import Act, Answer, JsonDict, View, path_id
from fediverse_node.web.keys import ADDRESSES, NODE, RATE_LIMITS, UPLOADS
from fediverse_node.web.media.usage import decision_of
from fediverse_node.web.rate_limits import UPLOAD
from fediverse_node.web.uploading import Room, received

SCOPE: Final = "write:media"
_FILE: Final = "file"


async def upload(request: web.Request) -> web.Response:
    """`POST /api/v2/media` (`file`, `description`, `focus`, `ai_part`, `ai_tool`): a picture for a post.

    Raises:
        NotAuthenticated, NotAllowed: there is no token with the scope `write:media`.
        TooLarge: the file is larger than it may be.
        NotValid: it is no picture, its owner has no more room, or less is said of AI than the file says.
    """
    bearer = admitted(request)
    found = await request.app[NODE].db.read(lambda tx: caller(tx, bearer, Need(scope=SCOPE)))
    assert found is not None, "a person is needed"
    request.app[RATE_LIMITS].take(UPLOAD, str(found.account.id))
    uploads = request.app[UPLOADS]
    room = Room(names=frozenset({_FILE}), size=uploads.bounds.size, files=1, folder=await uploads.workplace())
    async with received(request, room) as form:
        fields = form.fields(request)
        sent = Sent(
            description=fields.text("description"),
            focus=checked_focus(fields.text("focus")),
            making=making_in(fields),
        )
        if _FILE not in form.files:
            raise NotValid("Send a picture as the field file of a multipart form.")
        made = await uploads.add(found.account.id, form.files[_FILE], sent)
    body = msgspec.json.encode(entity(made, request.app[ADDRESSES]))
    return web.Response(body=body, content_type="application/json", charset="utf-8")


def show(view: View) -> Answer:
    """A picture of the caller's, and whether it may be used for training."""
    made = queries.own(view.tx, view.person.account.id, path_id(view.path, "picture"))
    if made is None:
        raise NotFound("There is no such picture.")
    decision = decision_of(view.tx, made)
    use = {
        "training_use": "yes" if decision.train_ai else "no",
        "training_purposes": list(decision.purposes),
        "sha256": made.sha256,
        "credentials": _credentials(made),
    }
    shown = entity(made, view.house.addresses)
    return Answer(body={**shown, "fediverse_node": {**shown["fediverse_node"], **use}})


async def change(act: Act) -> Answer:
    """Describe a picture that waits for its post. In a post it is described by editing that.

    Raises:
        NotFound: there is no such picture of the caller's.
        NotValid: it is in a post; the description is too long; or less is said of AI than its file says.
    """
    making = making_in(act.fields)
    if making != UNSAID:
        found = await act.desk.db.read(lambda tx: _waiting(tx, act))
        await _relabel(act, found.id, making)

    def unit(tx: Tx) -> None:
        found = _waiting(tx, act)
        description, focus = found.description, found.focus
        if act.fields.sent("description"):
            description = checked_description(act.fields.text("description"))
        if act.fields.sent("focus"):
            focus = checked_focus(act.fields.text("focus"))
        queries.describe(tx, found.id, description=description, focus=focus)

    await act.desk.db.write(unit)
    return await act.look(show)


async def delete(act: Act) -> Answer:
    """Delete a picture that waits for its post."""
    await act.desk.db.write(lambda tx: queries.remove(tx, _waiting(tx, act).id))
    return Answer(body={})


def chosen(fields: Fields, *, before: tuple[int, ...] = ()) -> tuple[Chosen, ...] | None:
    """What `media_ids` and `media_attributes` say; None where they say nothing.

    Args:
        fields: of a post, new or edited.
        before: the pictures that it has, where only their descriptions change.

    Raises:
        NotValid: something in them cannot be an id or a description, or is about another picture.
    """
    said = {_picture_id(row.text("id")): row for row in fields.rows("media_attributes")}
    if not fields.sent("media_ids") and not said:
        return None
    texts = fields.texts("media_ids")
    ids = tuple(_picture_id(text) for text in texts) if fields.sent("media_ids") else before
    if not said.keys() <= set(ids):
        raise NotValid("media_attributes may describe only pictures of this post.")
    return tuple(_chosen(id_, said.get(id_)) for id_ in ids)


async def relabelled(
    act: Act, pictures: tuple[Chosen, ...] | None
) -> tuple[tuple[Chosen, ...] | None, dict[str, str]]:
    """*pictures* after what `media_attributes` says of how they were made, and the ids that it changed.

    Raises:
        NotFound: one is not there.
        NotValid: less is said than its file says, or than was published.
    """
    said = {_picture_id(row.text("id")): making_in(row) for row in act.fields.rows("media_attributes")}
    done, changed = [], {}
    for each in pictures or ():
        making = said.get(each.id, UNSAID)
        if making != UNSAID:
            after = await _relabel(act, each.id, making)
            changed[str(each.id)] = str(after.id)
            each = replace(each, id=after.id)  # noqa: PLW2901 the same picture, in new files
        done.append(each)
    return (tuple(done) if pictures is not None else None), changed


async def _relabel(act: Act, upload_id: int, making: Making) -> Upload:
    # New files are made of it, as of an upload.
    act.house.limits.take(UPLOAD, str(act.person.account.id))
    return await act.house.uploads.relabel(act.person.account.id, upload_id, making)


def making_in(fields: Fields) -> Making:
    """What `ai_part` (`none`, `edited`, `made`) and `ai_tool` say.

    Raises:
        NotValid: they are neither words of ours nor terms of IPTC; or a tool is named that did nothing.
    """
    part, tool = checked_part(fields.text("ai_part")), checked_tool(fields.text("ai_tool"))
    if tool is not None and part in {None, "none"}:
        raise NotValid("ai_tool names what ai_part says was used. Send ai_part with it.")
    return Making(part=part, tool=tool)


def made_how(part: str | None, tool: str | None) -> JsonDict:
    """How a picture was made, as far as it is known."""
    return {"ai_part": part, "ai_tool": tool, "digital_source_type": source_of(part)}


def _credentials(made: Upload) -> JsonDict | None:
    """Who signed it, and what the file said that was sent; None where nothing is signed."""
    papers = made.credentials
    if papers is None:
        return None
    return {"signed_by": papers.signer, "came_with": asdict(papers.came) if papers.came else None}


def limits(media: Media) -> JsonDict:
    """What the instance document says of uploads. Where nothing can be uploaded, each limit is nought."""
    offered = media.account_megabytes > 0
    return {
        "supported_mime_types": [kind.media_type for kind in ACCEPTED] if offered else [],
        "description_limit": MAX_DESCRIPTION if offered else 0,
        "image_size_limit": (media.upload_megabytes << 20) * offered,
        "image_matrix_limit": media.upload_megapixels * 1_000_000 * offered,
        "video_size_limit": 0,
        "video_frame_rate_limit": 0,
        "video_matrix_limit": 0,
    }


def entity(upload: Upload, addresses: Addresses) -> JsonDict:
    """A MediaAttachment."""
    return {
        "id": str(upload.id),
        "type": "image",
        "url": addresses.origin + upload.path,
        "preview_url": addresses.origin + upload.small_path,
        "remote_url": None,
        "text_url": None,
        "meta": meta(upload.width, upload.height, upload.focus),
        "description": upload.description,
        "blurhash": upload.blurhash,
        "fediverse_node": made_how(upload.ai_part, upload.ai_tool),
    }


def meta(width: int | None, height: int | None, focus: tuple[float, float] | None) -> JsonDict | None:
    """The measures of a picture, as far as they are known."""
    found: JsonDict = {}
    if width and height:
        size = {"width": width, "height": height, "size": f"{width}x{height}", "aspect": width / height}
        found["original"] = size
    if focus is not None:
        found["focus"] = {"x": focus[0], "y": focus[1]}
    return found or None


def _chosen(id_: int, row: Fields | None) -> Chosen:
    if row is None:
        return Chosen(id=id_)
    description = (row.text("description") or "") if row.sent("description") else None
    return Chosen(id=id_, description=description, focus=checked_focus(row.text("focus")))


def _picture_id(text: str | None) -> int:
    found = parse_id(text or "")
    if found is None:
        raise NotValid("media_ids must be ids of pictures.")
    return found


def _waiting(tx: Tx, act: Act) -> Upload:
    found = queries.own(tx, act.person.account.id, path_id(act.path, "picture"))
    if found is None:
        raise NotFound("There is no such picture.")
    if found.post_id is not None:
        raise NotValid("This picture is in a post. Edit the post to change it.")
    return found


ROUTES = [web.post(f"/api/{version}/media", upload) for version in ("v1", "v2")]
