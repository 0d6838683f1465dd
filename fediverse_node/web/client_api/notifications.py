"""Routes of notifications."""

from __future__ import annotations

from collections.abc import Sequence

from fediverse_node.actors import queries as actors
from fediverse_node.actors.model import Actor
from fediverse_node.kernel.clock import to_rfc3339_millis
from fediverse_node.kernel.errors import NotFound
from fediverse_node.notifications import queries as notifications
from fediverse_node.notifications.groups import key_of
from fediverse_node.notifications.model import Notification
from fediverse_node.posts import queries as posts
from fediverse_node.reading import queries as reading
from fediverse_node.storage.paging import Page
from fediverse_node.visibility import quiet
from fediverse_node.web.client_api.entities_account import accounts
from fediverse_node.web.client_api.entities_reaction import reworded, stored_types
from fediverse_node.web.client_api.entities_status import by_id
from fediverse_node.web.client_api.paging import cursors, ids_of, page_of
from fediverse_node.web.client_api.view import Act, Answer, JsonDict, View, path_id

_DEFAULT_LIMIT = 40
_MAX_LIMIT = 80


def listing(view: View) -> Answer:
    """What the caller should hear of, newest first."""
    page = page_of(view.fields, default=_DEFAULT_LIMIT, most=_MAX_LIMIT)
    asked = asked_types(view)
    held_back = with_held_back(view)
    found = notifications.page(
        view.tx,
        view.person.actor.id,
        page,
        types=stored_types(asked) or None,
        exclude=view.fields.texts("exclude_types"),
        from_actor_id=view.fields.id("account_id"),
        held_back=held_back,
    )
    body = reworded(view, found, _entities(view, found, held_back=held_back), asked)
    return Answer(body=body, cursors=cursors(ids_of(found), page))


def show(view: View) -> Answer:
    """One notification."""
    id_ = path_id(view.path, "notification")
    found = notifications.by_id(view.tx, view.person.actor.id, id_)
    entities = _entities(view, [found], held_back=found.filtered) if found is not None else []
    if not entities:
        raise NotFound("There is no such notification.")
    return Answer(body=entities[0])


def unread_count(view: View) -> Answer:
    """How many the caller has not read, by their marker; at most as many as a page has."""
    marker = next(iter(reading.markers_of(view.tx, view.person.actor.id, ["notifications"])), None)
    found = notifications.page(
        view.tx,
        view.person.actor.id,
        Page(since_id=marker.last_read_id if marker else None, limit=_page_size(view)),
        types=stored_types(set(view.fields.texts("types"))) or None,
        exclude=view.fields.texts("exclude_types"),
        from_actor_id=view.fields.id("account_id"),
    )
    return Answer(body={"count": len(_entities(view, found))})


async def clear(act: Act) -> Answer:
    """Take back everything the caller was told."""
    owner_id = act.person.actor.id
    await act.desk.db.write(lambda tx: notifications.clear(tx, owner_id))
    return Answer(body={})


async def dismiss(act: Act) -> Answer:
    """Take back one notification."""
    owner_id, id_ = act.person.actor.id, path_id(act.path, "notification")
    if not await act.desk.db.write(lambda tx: notifications.dismiss(tx, owner_id, id_)):
        raise NotFound("There is no such notification.")
    return Answer(body={})


def _page_size(view: View) -> int:
    return view.fields.number("limit", default=_MAX_LIMIT, most=_MAX_LIMIT)


def asked_types(view: View) -> set[str]:
    """The types of notifications that the caller wants to hear of; empty: all."""
    return {*view.fields.texts("types"), *view.fields.texts("include_types")}


def with_held_back(view: View) -> bool:
    """Whether to show also what is held back: as in Mastodon, if an app says so or asks about one person."""
    return bool(view.fields.flag("include_filtered")) or view.fields.id("account_id") is not None


def heard(view: View, found: Sequence[Notification], *, held_back: bool = False) -> list[Actor]:
    """Those who caused any of *found* and of whom the caller wants to hear.

    With *held_back* also those of whom the operator lets only their followers hear.
    """
    people = actors.by_ids(view.tx, {each.from_actor_id for each in found})
    leaves_out = quiet.unwanted if held_back else quiet.hushed
    hushed = leaves_out(view.tx, view.person.actor.id, people.values())
    return [person for person in people.values() if person.active and person.id not in hushed]


def statuses_of(view: View, found: Sequence[Notification]) -> dict[int, JsonDict]:
    """What *found* are about, by id, as far as the caller may see it and did not mute its thread."""
    told_of = posts.by_ids(view.tx, [each.post_id for each in found])
    shown = by_id(view, list(told_of.values()))
    return {id_: status for id_, status in shown.items() if not status["muted"]}


def entities_of(view: View, found: Sequence[Notification]) -> list[JsonDict]:
    """Notification entities of those of *found* that the caller is to hear of."""
    return _entities(view, found)


def _entities(view: View, found: Sequence[Notification], *, held_back: bool = False) -> list[JsonDict]:
    """Notification entities; those whose post or whose cause can no longer be seen are left out."""
    if not found:
        return []
    who = accounts(view, heard(view, found, held_back=held_back))
    shown = statuses_of(view, found)
    return [
        _entity(each, who[each.from_actor_id], shown.get(each.post_id))
        for each in found
        if each.from_actor_id in who and (not each.post_id or each.post_id in shown)
    ]


def _entity(found: Notification, account: JsonDict, status: JsonDict | None) -> JsonDict:
    held = {"filtered": True} if found.filtered else {}
    return {
        **held,
        "id": str(found.id),
        "type": found.type,
        "created_at": to_rfc3339_millis(found.created_at),
        "group_key": key_of(found),
        "account": account,
        "status": status,
        "report": None,
        "event": None,
        "moderation_warning": None,
    }
