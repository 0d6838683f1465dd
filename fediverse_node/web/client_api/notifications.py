"""Routes of notifications."""

from __future__ import annotations

from collections.abc import Sequence

from fediverse_node.actors import queries as actors
from fediverse_node.kernel.clock import to_rfc3339_millis
from fediverse_node.kernel.errors import NotFound
from fediverse_node.notifications import queries as notifications
from fediverse_node.notifications.model import Notification
from fediverse_node.posts import queries as posts
from fediverse_node.visibility import quiet
from fediverse_node.web.client_api.entities_account import accounts
from fediverse_node.web.client_api.entities_reaction import reworded, stored_types
from fediverse_node.web.client_api.entities_status import by_id
from fediverse_node.web.client_api.paging import cursors, ids_of, page_of
from fediverse_node.web.client_api.view import Answer, JsonDict, View, path_id

_DEFAULT_LIMIT = 40
_MAX_LIMIT = 80


def listing(view: View) -> Answer:
    """What the caller should hear of, newest first."""
    page = page_of(view.fields, default=_DEFAULT_LIMIT, most=_MAX_LIMIT)
    asked = {*view.fields.texts("types"), *view.fields.texts("include_types")}
    found = notifications.page(
        view.tx,
        view.person.actor.id,
        page,
        types=stored_types(asked) or None,
        exclude=view.fields.texts("exclude_types"),
        from_actor_id=view.fields.id("account_id"),
    )
    body = reworded(view, found, _entities(view, found), asked)
    return Answer(body=body, cursors=cursors(ids_of(found), page))


def show(view: View) -> Answer:
    """One notification."""
    id_ = path_id(view.path, "notification")
    found = notifications.by_id(view.tx, view.person.actor.id, id_)
    entities = _entities(view, [found]) if found is not None else []
    if not entities:
        raise NotFound("There is no such notification.")
    return Answer(body=entities[0])


def _entities(view: View, found: Sequence[Notification]) -> list[JsonDict]:
    """Notification entities; those whose post or whose cause can no longer be seen are left out."""
    if not found:
        return []
    people = actors.by_ids(view.tx, [each.from_actor_id for each in found])
    hushed = quiet.hushed(view.tx, view.person.actor.id, people.values())
    heard = [person for person in people.values() if person.active and person.id not in hushed]
    who = accounts(view, heard)
    told_of = posts.by_ids(view.tx, [each.post_id for each in found])
    shown = by_id(view, list(told_of.values()))
    return [
        _entity(each, who[each.from_actor_id], shown.get(each.post_id))
        for each in found
        if each.from_actor_id in who and (not each.post_id or each.post_id in shown)
    ]


def _entity(found: Notification, account: JsonDict, status: JsonDict | None) -> JsonDict:
    return {
        "id": str(found.id),
        "type": found.type,
        "created_at": to_rfc3339_millis(found.created_at),
        "group_key": f"ungrouped-{found.id}",
        "account": account,
        "status": status,
        "report": None,
        "event": None,
        "moderation_warning": None,
    }
