"""Routes of posts that appear later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from fediverse_node.federation.outbox import scheduling
from fediverse_node.federation.outbox.publish import Draft
from fediverse_node.kernel.clock import parse_rfc3339, to_rfc3339_millis
from fediverse_node.kernel.errors import NotFound, NotValid
from fediverse_node.scheduled import queries as scheduled
from fediverse_node.scheduled.model import Scheduled
from fediverse_node.uploads import queries as uploads
from fediverse_node.uploads.model import Upload
from fediverse_node.web.client_api import media_entities
from fediverse_node.web.client_api.forms import Fields
from fediverse_node.web.client_api.paging import cursors, ids_of, page_of
from fediverse_node.web.client_api.view import Act, Answer, JsonDict, View, path_id


def moment_in(fields: Fields) -> datetime | None:
    """When a post is to appear; None where nothing is said of it.

    Raises:
        NotValid: it is no moment.
    """
    said = fields.text("scheduled_at")
    if not said:
        return None
    found = parse_rfc3339(said)
    if found is None:
        raise NotValid("scheduled_at must be a date and time such as 2027-01-31T18:30:00Z.")
    return found


async def later(act: Act, draft: Draft, at: datetime) -> Answer:
    """Write a post down that is to appear at *at*."""
    made = await scheduling.schedule(act.desk, act.person.actor, draft, at=at)
    return await act.look(lambda view: Answer(body=entities(view, [made])[0]))


def listing(view: View) -> Answer:
    """The caller's posts that are to appear later, the newest written first."""
    page = page_of(view.fields)
    found = scheduled.page(view.tx, view.person.actor.id, page)
    return Answer(body=entities(view, found), cursors=cursors(ids_of(found), page))


def show(view: View) -> Answer:
    """One of them."""
    found = scheduled.own(view.tx, view.person.actor.id, path_id(view.path, "scheduled post"))
    if found is None:
        raise NotFound("There is no such scheduled post.")
    return Answer(body=entities(view, [found])[0])


async def change(act: Act) -> Answer:
    """Let one of them appear at another time, by `scheduled_at`. Nothing else of it can be changed."""
    at = moment_in(act.fields)
    if at is None:
        raise NotValid("Only scheduled_at can be changed. To change the text, delete it and write anew.")
    made = await scheduling.move(act.desk, act.person.actor, path_id(act.path, "scheduled post"), at)
    return await act.look(lambda view: Answer(body=entities(view, [made])[0]))


async def delete(act: Act) -> Answer:
    """Let one of them never appear."""
    await scheduling.cancel(act.desk, act.person.actor, path_id(act.path, "scheduled post"))
    return Answer(body={})


def entities(view: View, found: Sequence[Scheduled]) -> list[JsonDict]:
    """ScheduledStatus entities, with the reason where one could not be published."""
    drafts = [scheduling.readable(each) for each in found]
    wanted = {picture.id for draft in drafts for picture in draft.pictures}
    there = uploads.by_ids(view.tx, wanted) if wanted else {}
    return [_entity(view, each, draft, there) for each, draft in zip(found, drafts, strict=True)]


def _entity(view: View, found: Scheduled, draft: Draft, there: Mapping[int, Upload]) -> JsonDict:
    chosen = [there[picture.id] for picture in draft.pictures if picture.id in there]
    poll = draft.poll
    asked = {
        "options": list(poll.options),
        "expires_in": poll.expires_in,
        "multiple": poll.multiple,
        "hide_totals": poll.hide_totals,
    } if poll is not None else None  # fmt: skip
    return {
        "id": str(found.id),
        "scheduled_at": to_rfc3339_millis(found.scheduled_at),
        "params": {
            "text": draft.text,
            "spoiler_text": draft.summary,
            "sensitive": draft.sensitive,
            "visibility": draft.visibility or view.person.account.visibility,
            "language": draft.language,
            # Mastodon has a number here, as apps expect.
            "in_reply_to_id": draft.in_reply_to_id,
            "quoted_status_id": str(draft.quoted_id) if draft.quoted_id is not None else None,
            "media_ids": [str(picture.id) for picture in draft.pictures] or None,
            "poll": asked,
            "idempotency": None,
            "scheduled_at": None,
            "application_id": 0,
            "with_rate_limit": False,
        },
        "media_attachments": [media_entities.entity(each, view.house.addresses) for each in chosen],
        "fediverse_node": {
            "failure": found.failure,
            "training_use": {True: "yes", False: "no", None: None}[draft.training_use],
        },
    }
