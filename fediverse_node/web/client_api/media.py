"""Pictures, films and sounds for posts: uploaded first, then named by their ids.

A picture is decoded and made anew while its sender waits, so that the answer is whole, and what is no picture
is refused where somebody reads the refusal. A film takes longer: version 2 of the API answers at once, and
says what became of it when it is asked.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Final

import msgspec
from aiohttp import web

from fediverse_node.credentials.model import UNSAID, Making, checked_part, checked_tool
from fediverse_node.federation.outbox.pictures import Chosen
from fediverse_node.kernel.errors import NotFound, NotValid
from fediverse_node.kernel.ids import parse_id
from fediverse_node.storage.tx import Tx
from fediverse_node.uploads import jobs, queries
from fediverse_node.uploads.intake import Sent
from fediverse_node.uploads.model import Job, Upload, checked_description, checked_focus
from fediverse_node.web.client_api.auth import Need, caller, note_use
from fediverse_node.web.client_api.door import admitted
from fediverse_node.web.client_api.forms import Fields
from fediverse_node.web.client_api.media_entities import entity, unfinished
from fediverse_node.web.client_api.view import Act, Answer, JsonDict, View, path_id
from fediverse_node.web.keys import ADDRESSES, NODE, RATE_LIMITS, UPLOADS
from fediverse_node.web.media.usage import decision_of
from fediverse_node.web.rate_limits import UPLOAD
from fediverse_node.web.uploading import Room, received

SCOPE: Final = "write:media"
_FILE: Final = "file"
_THUMBNAIL: Final = "thumbnail"
#: Fields of a form that changes a file.
FILES: Final = frozenset({_THUMBNAIL})


async def upload(request: web.Request) -> web.Response:
    """`POST /api/v1/media` (`file`, `thumbnail`, `description`, `focus`, `ai_part`, `ai_tool`), done at once.

    Raises:
        As `upload_soon`.
    """
    return await _upload(request, waits=True)


async def upload_soon(request: web.Request) -> web.Response:
    """`POST /api/v2/media` (as version 1): a picture at once; of a film or sound only its id, and 202.

    Raises:
        NotAuthenticated, NotAllowed: there is no token with the scope `write:media`.
        TooLarge: the file is larger than it may be.
        NotValid: it is nothing that can be taken, its owner has no more room, or less is said of AI than the
            file says.
    """
    return await _upload(request, waits=False)


async def _upload(request: web.Request, *, waits: bool) -> web.Response:
    bearer = admitted(request)
    found = await request.app[NODE].db.read(lambda tx: caller(tx, bearer, Need(scope=SCOPE)))
    assert found is not None, "a person is needed"
    await note_use(request, found)
    request.app[RATE_LIMITS].take(UPLOAD, str(found.account.id))
    uploads = request.app[UPLOADS]
    room = Room(
        names=frozenset({_FILE, _THUMBNAIL}),
        size=uploads.largest,
        files=2,
        folder=await uploads.workplace(),
        measure=uploads.most,
        too_large="A file of this kind has at most {mib} MiB.",
    )
    async with received(request, room) as form:
        fields = form.fields(request)
        sent = Sent(
            description=fields.text("description"),
            focus=checked_focus(fields.text("focus")),
            making=making_in(fields),
        )
        if _FILE not in form.files:
            raise NotValid("Send a file as the field file of a multipart form.")
        thumbnail = form.files.get(_THUMBNAIL)
        take = uploads.add if waits or thumbnail is not None else uploads.begin
        made = await take(found.account.id, form.files[_FILE], sent)
        if thumbnail is not None and isinstance(made, Upload):
            made = await uploads.picture_for(found.account.id, made.id, thumbnail)
    done = isinstance(made, Upload)
    shown = entity(made, request.app[ADDRESSES]) if isinstance(made, Upload) else unfinished(made)
    return web.Response(
        status=200 if done else 202,
        body=msgspec.json.encode(shown),
        content_type="application/json",
        charset="utf-8",
    )


def show(view: View) -> Answer:
    """A file of the caller's, and whether it may be used for training. 206 while a film is still being made.

    Raises:
        NotFound: there is no such file of theirs.
        NotValid: nothing became of it, and why.
    """
    owner, upload_id = view.person.account.id, path_id(view.path, "picture")
    made = queries.own(view.tx, owner, upload_id)
    if made is None:
        job = _job(view.tx, owner, upload_id)
        if job.refusal is not None:
            raise NotValid(job.refusal)
        return Answer(body=unfinished(job), status=206)
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
    """Describe a file that waits for its post, or give it a `thumbnail`. One in a post is described there.

    Raises:
        NotFound: there is no such picture of the caller's.
        NotValid: it is in a post; the description is too long; or less is said of AI than its file says.
    """
    owner, upload_id = act.person.account.id, path_id(act.path, "picture")
    if _THUMBNAIL in act.files:
        found = await act.desk.db.read(lambda tx: _waiting(tx, act))
        act.house.limits.take(UPLOAD, str(owner))
        await act.house.uploads.picture_for(owner, found.id, act.files[_THUMBNAIL])
    making = making_in(act.fields)
    if making != UNSAID:
        found = await act.desk.db.read(lambda tx: _waiting(tx, act))
        await _relabel(act, found.id, making)

    def unit(tx: Tx) -> None:
        found = queries.own(tx, owner, upload_id) or _job(tx, owner, upload_id)
        if isinstance(found, Upload):
            found = _waiting(tx, act)
        description, focus = found.description, found.focus
        if act.fields.sent("description"):
            description = checked_description(act.fields.text("description"))
        if act.fields.sent("focus"):
            focus = checked_focus(act.fields.text("focus"))
        describe = queries.describe if isinstance(found, Upload) else jobs.describe
        describe(tx, found.id, description=description, focus=focus)

    await act.desk.db.write(unit)
    return await act.look(show)


async def delete(act: Act) -> Answer:
    """Delete a file that waits for its post."""
    owner, upload_id = act.person.account.id, path_id(act.path, "picture")

    def unit(tx: Tx) -> None:
        if queries.own(tx, owner, upload_id) is None:
            jobs.give_up(tx, _job(tx, owner, upload_id).id)
        else:
            queries.remove(tx, _waiting(tx, act).id)

    await act.desk.db.write(unit)
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


def _credentials(made: Upload) -> JsonDict | None:
    """Who signed it, and what the file said that was sent; None where nothing is signed."""
    papers = made.credentials
    if papers is None:
        return None
    return {"signed_by": papers.signer, "came_with": asdict(papers.came) if papers.came else None}


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


def _job(tx: Tx, owner: int, job_id: int) -> Job:
    """A film or sound of theirs that is still being made, or of which nothing became.

    Raises:
        NotFound: there is none.
    """
    found = jobs.own(tx, owner, job_id)
    if found is None:
        raise NotFound("There is no such picture.")
    return found


ROUTES = [web.post("/api/v1/media", upload), web.post("/api/v2/media", upload_soon)]
