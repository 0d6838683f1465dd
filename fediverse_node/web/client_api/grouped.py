"""Notifications in groups, which apps call from Mastodon 4.3 on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from fediverse_node.kernel.clock import to_rfc3339_millis
from fediverse_node.kernel.errors import NotFound
from fediverse_node.notifications import groups
from fediverse_node.notifications.groups import GROUPABLE, LOOKED_THROUGH, Total, Wanted, key_of
from fediverse_node.notifications.model import Notification
from fediverse_node.reading import queries as reading
from fediverse_node.storage.paging import Page
from fediverse_node.web.client_api.entities_account import accounts as account_entities
from fediverse_node.web.client_api.entities_reaction import stored_types
from fediverse_node.web.client_api.notifications import asked_types, heard, statuses_of, with_held_back
from fediverse_node.web.client_api.paging import Cursors, page_of
from fediverse_node.web.client_api.view import Act, Answer, JsonDict, View

_DEFAULT_LIMIT = 40
_MAX_LIMIT = 80
#: Of whom a group shows the accounts, as in Mastodon: the last who had a part in it.
_SAMPLES = 8
_EXPANSIONS = ("full", "partial_avatars")
#: What an app gets of an account that is only one of several in a group.
_PARTIAL = ("id", "acct", "locked", "bot", "url", "avatar", "avatar_static")


@dataclass(slots=True, kw_only=True)
class _Group:
    """A group, as far as it is on a page: the newest notification first."""

    key: str
    members: list[Notification] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Gathered:
    """What a page of groups is made from.

    Attributes:
        who: accounts of those who had a part in any of the groups, by id.
        statuses: what the groups are about, by id.
    """

    groups: list[_Group]
    who: Mapping[int, JsonDict]
    statuses: Mapping[int, JsonDict]
    cursors: Cursors


def listing(view: View) -> Answer:
    """What the caller should hear of, in groups: favourites and boosts of one post, new followers."""
    page = page_of(view.fields, default=_DEFAULT_LIMIT, most=_MAX_LIMIT)
    found = _gather(view, page)
    whole = groups.totals(
        view.tx, view.person.actor.id, (member for group in found.groups for member in group.members)
    )
    made = [{**_group(group, whole.get(group.key)), **_on_page(group)} for group in found.groups]
    return Answer(body=_results(view, found, made), cursors=found.cursors)


def show(view: View) -> Answer:
    """One group, by its key."""
    found = _one(view)
    whole = groups.totals(view.tx, view.person.actor.id, found.groups[0].members)
    group = found.groups[0]
    return Answer(body=_results(view, found, [_group(group, whole.get(group.key))]))


def accounts(view: View) -> Answer:
    """Whose doing a group is; the newest first, at most 80."""
    found = _one(view, every=True)
    return Answer(body=[found.who[id_] for id_ in _sample(found.groups[0], most=_MAX_LIMIT)])


def unread_count(view: View) -> Answer:
    """How many groups the caller has not read, by their marker; at most as many as a page has."""
    marker = next(iter(reading.markers_of(view.tx, view.person.actor.id, ["notifications"])), None)
    limit = view.fields.number("limit", default=_MAX_LIMIT, most=_MAX_LIMIT)
    found = _gather(view, Page(since_id=marker.last_read_id if marker else None, limit=limit))
    return Answer(body={"count": len(found.groups)})


async def dismiss(act: Act) -> Answer:
    """Take back a group."""
    owner_id, key = act.person.actor.id, act.path["id"]
    if not await act.desk.db.write(lambda tx: groups.dismiss(tx, owner_id, key)):
        raise NotFound("There is no such notification.")
    return Answer(body={})


def _gather(view: View, page: Page) -> _Gathered:
    """A page of groups, with a fixed number of statements.

    At most so many notifications are looked through, so a page may have fewer groups and go on; what is
    older of a group may stand on the next page again, as in Mastodon.
    """
    held_back = with_held_back(view)
    wanted = Wanted(
        types=stored_types(asked_types(view)) or None,
        exclude=view.fields.texts("exclude_types"),
        from_actor_id=view.fields.id("account_id"),
        held_back=held_back,
    )
    rows = groups.newest(view.tx, view.person.actor.id, page, wanted)
    people = {person.id: person for person in heard(view, rows, held_back=held_back)} if rows else {}
    made, seen = _grouped(view, [row for row in rows if row.from_actor_id in people], limit=page.limit)
    cut = len(made) >= page.limit
    statuses = statuses_of(view, [group.members[0] for group in made]) if made else {}
    shown = [group for group in made if _is_shown(group.members[0], statuses)]
    if page.min_id is not None:
        for group in shown:
            group.members.reverse()
        shown.sort(key=lambda group: group.members[0].id, reverse=True)
    sampled = {id_ for group in shown for id_ in _sample(group, most=_SAMPLES)}
    ids = [row.id for row in (seen if cut else rows)]
    more = cut or len(rows) >= LOOKED_THROUGH
    return _Gathered(
        groups=shown,
        who=account_entities(view, (people[id_] for id_ in sampled)),
        statuses=statuses,
        cursors=Cursors(older=min(ids) if more else None, newer=max(ids)) if ids else Cursors(),
    )


def _grouped(
    view: View, rows: Sequence[Notification], *, limit: int
) -> tuple[list[_Group], list[Notification]]:
    """The first groups that *rows* fall into, in their order, and the rows that are in them."""
    asked = view.fields.texts("grouped_types")
    gathered = frozenset(asked) & GROUPABLE if asked else GROUPABLE
    made: dict[str, _Group] = {}
    for place, row in enumerate(rows):
        key = key_of(row, gathered)
        if key not in made and len(made) >= limit:
            return list(made.values()), list(rows[:place])
        made.setdefault(key, _Group(key=key)).members.append(row)
    return list(made.values()), list(rows)


def _one(view: View, *, every: bool = False) -> _Gathered:
    """The group that the path names.

    Raises:
        NotFound: there is none of the caller's, or none of which they may see anything.
    """
    key = view.path["id"]
    rows = groups.members(view.tx, view.person.actor.id, key, limit=_MAX_LIMIT)
    people = {person.id: person for person in heard(view, rows)} if rows else {}
    members = [row for row in rows if row.from_actor_id in people]
    statuses = statuses_of(view, members[:1]) if members else {}
    if not members or not _is_shown(members[0], statuses):
        raise NotFound("There is no such notification.")
    group = _Group(key=key, members=members)
    sampled = _sample(group, most=_MAX_LIMIT if every else _SAMPLES)
    who = account_entities(view, (people[id_] for id_ in sampled))
    return _Gathered(groups=[group], who=who, statuses=statuses, cursors=Cursors())


def _is_shown(found: Notification, statuses: Mapping[int, JsonDict]) -> bool:
    return not found.post_id or found.post_id in statuses


def _sample(group: _Group, *, most: int) -> list[int]:
    return list(dict.fromkeys(each.from_actor_id for each in group.members))[:most]


def _results(view: View, found: _Gathered, made: list[JsonDict]) -> JsonDict:
    samples = [_sample(group, most=_SAMPLES) for group in found.groups]
    partial = view.fields.choice("expand_accounts", _EXPANSIONS) == "partial_avatars"
    whole = dict.fromkeys(id_ for ids in samples for id_ in (ids[:1] if partial else ids))
    rest = dict.fromkeys(id_ for ids in samples for id_ in ids if id_ not in whole)
    body = {
        "accounts": [found.who[id_] for id_ in whole],
        "statuses": [
            found.statuses[id_]
            for id_ in dict.fromkeys(group.members[0].post_id for group in found.groups)
            if id_ in found.statuses
        ],
        "notification_groups": made,
    }
    if partial:
        body["partial_accounts"] = [{name: found.who[id_][name] for name in _PARTIAL} for id_ in rest]
    return body


def _group(group: _Group, whole: Total | None) -> JsonDict:
    newest = group.members[0]
    return {
        "group_key": group.key,
        "notifications_count": max(whole.count if whole else 0, len(group.members)),
        "type": newest.type,
        "most_recent_notification_id": max(whole.newest_id if whole else 0, newest.id),
        "sample_account_ids": [str(id_) for id_ in _sample(group, most=_SAMPLES)],
        "status_id": str(newest.post_id) if newest.post_id else None,
    }


def _on_page(group: _Group) -> JsonDict:
    """What a page says of the part of a group that is on it."""
    return {
        "page_min_id": str(group.members[-1].id),
        "page_max_id": str(group.members[0].id),
        "latest_page_notification_at": to_rfc3339_millis(group.members[0].created_at),
    }
