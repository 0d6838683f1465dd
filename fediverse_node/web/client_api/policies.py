"""Whose notifications are held back: what the caller decided, and the people who wait to be heard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace

from fediverse_node.actors import queries as actors
from fediverse_node.conversations import queries as conversations
from fediverse_node.kernel.clock import to_rfc3339_millis
from fediverse_node.kernel.errors import NotFound, NotValid
from fediverse_node.kernel.ids import parse_id
from fediverse_node.notifications import holding
from fediverse_node.notifications.model import TREATMENTS, Policy, Request, Treatment
from fediverse_node.posts import queries as posts
from fediverse_node.storage.tx import Tx
from fediverse_node.visibility import quiet
from fediverse_node.web.client_api.entities_account import accounts
from fediverse_node.web.client_api.entities_status import by_id
from fediverse_node.web.client_api.forms import Fields
from fediverse_node.web.client_api.paging import cursors, ids_of, page_of
from fediverse_node.web.client_api.view import Act, Answer, JsonDict, View, path_id

_DEFAULT_LIMIT = 40
_MAX_LIMIT = 80
_NAMES = tuple(asdict(holding.DEFAULT))
#: What the first version of the API knows, which only held back or did not.
_OLD_NAMES = ("not_following", "not_followers", "new_accounts", "private_mentions")


def policy(view: View) -> Answer:
    """What becomes of notifications by those whom the caller does not know."""
    return Answer(body=_policy(view))


def old_policy(view: View) -> Answer:
    """The same, where an app knows only whether they are held back."""
    return Answer(body=_old_policy(view))


async def change(act: Act) -> Answer:
    """Decide about notifications by strangers: `accept`, `filter` (hold back) or `drop` for each kind."""
    said: dict[str, Treatment] = {}
    for name in _NAMES:
        word = act.fields.choice(name, TREATMENTS)
        if word is not None:
            said[name] = next(known for known in TREATMENTS if known == word)
    await _decide(act, said)
    return Answer(body=await act.look(_policy))


async def old_change(act: Act) -> Answer:
    """The same, by `filter_…`: hold back or not."""
    said: dict[str, Treatment] = {}
    for name in _OLD_NAMES:
        flag = act.fields.flag(f"filter_{name}")
        if flag is not None:
            said[f"for_{name}"] = "filter" if flag else "accept"
    await _decide(act, said)
    return Answer(body=await act.look(_old_policy))


def requests(view: View) -> Answer:
    """Of whom something is held back, the newest first."""
    page = page_of(view.fields, default=_DEFAULT_LIMIT, most=_MAX_LIMIT)
    found = holding.page(view.tx, view.person.actor.id, page)
    return Answer(body=_entities(view, found), cursors=cursors(ids_of(found), page))


def request(view: View) -> Answer:
    """One of them."""
    found = holding.by_ids(view.tx, view.person.actor.id, [path_id(view.path, "request")])
    shown = _entities(view, found)
    if not shown:
        raise NotFound("There is no such request.")
    return Answer(body=shown[0])


async def accept(act: Act) -> Answer:
    """Show what is held back of somebody, and hold nothing of theirs back again."""
    return await _settle(act, [path_id(act.path, "request")], accepted=True, must_be_there=True)


async def dismiss(act: Act) -> Answer:
    """Forget what is held back of somebody."""
    return await _settle(act, [path_id(act.path, "request")], accepted=False, must_be_there=True)


async def accept_all(act: Act) -> Answer:
    """Accept several, by `id[]`."""
    return await _settle(act, _ids(act.fields), accepted=True)


async def dismiss_all(act: Act) -> Answer:
    """Dismiss several, by `id[]`."""
    return await _settle(act, _ids(act.fields), accepted=False)


def merged(view: View) -> Answer:
    """Whether what was accepted is in the list of notifications: here it is at once."""
    del view
    return Answer(body={"merged": True})


async def _decide(act: Act, said: dict[str, Treatment]) -> None:
    owner_id = act.person.actor.id

    def unit(tx: Tx) -> None:
        before: Policy = holding.policy_of(tx, owner_id)
        holding.decide(tx, owner_id, replace(before, **said))

    if said:
        await act.desk.db.write(unit)


async def _settle(act: Act, ids: Sequence[int], *, accepted: bool, must_be_there: bool = False) -> Answer:
    owner_id = act.person.actor.id

    def unit(tx: Tx) -> None:
        found = [each.from_actor_id for each in holding.by_ids(tx, owner_id, ids)]
        if must_be_there and not found:
            raise NotFound("There is no such request.")
        if not accepted:
            holding.dismiss(tx, owner_id, found)
            return
        released = posts.by_ids(tx, holding.accept(tx, owner_id, found))
        for post in sorted(released.values(), key=lambda each: each.id):
            if post.visibility == "direct":
                conversations.take_in(tx, post, owner_id)

    await act.desk.db.write(unit)
    return Answer(body={})


def _ids(fields: Fields) -> list[int]:
    found = [parse_id(text) for text in fields.texts("id")[:_MAX_LIMIT]]
    ids = [each for each in found if each is not None]
    if len(ids) < len(found) or not ids:
        raise NotValid("id must be a list of ids of requests.")
    return ids


def _policy(view: View) -> JsonDict:
    decided = holding.policy_of(view.tx, view.person.actor.id)
    return {**asdict(decided), "summary": _summary(view)}


def _old_policy(view: View) -> JsonDict:
    decided = asdict(holding.policy_of(view.tx, view.person.actor.id))
    flags = {f"filter_{name}": decided[f"for_{name}"] != "accept" for name in _OLD_NAMES}
    return {**flags, "summary": _summary(view)}


def _summary(view: View) -> JsonDict:
    held = holding.summary(view.tx, view.person.actor.id)
    return {
        "pending_requests_count": min(held.requests, 100),
        "pending_notifications_count": held.notifications,
    }


def _entities(view: View, found: Sequence[Request]) -> list[JsonDict]:
    """NotificationRequest entities, without those of people whom the caller has blocked or muted since."""
    if not found:
        return []
    people = actors.by_ids(view.tx, {each.from_actor_id for each in found})
    out = quiet.unwanted(view.tx, view.person.actor.id, people.values())
    who = accounts(view, (each for each in people.values() if each.active and each.id not in out))
    told_of = posts.by_ids(view.tx, {each.last_post_id for each in found if each.last_post_id})
    shown = by_id(view, list(told_of.values()))
    return [
        {
            "id": str(each.id),
            "created_at": to_rfc3339_millis(each.created_at),
            "updated_at": to_rfc3339_millis(each.updated_at),
            "notifications_count": str(each.count),
            "account": who[each.from_actor_id],
            "last_status": shown.get(each.last_post_id),
        }
        for each in found
        if each.from_actor_id in who
    ]
