"""Routes about lists of people, and their timelines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from fediverse_node.actors import queries as actors
from fediverse_node.follows import queries as follows
from fediverse_node.kernel.errors import NotFound, NotValid
from fediverse_node.kernel.text import clean_line
from fediverse_node.lists import queries as lists
from fediverse_node.lists.model import MAX_TITLE, POLICIES, PeopleList, RepliesPolicy
from fediverse_node.storage.tx import Tx
from fediverse_node.timelines import listed
from fediverse_node.visibility import quiet
from fediverse_node.web.client_api.accounts import people
from fediverse_node.web.client_api.entities_status import statuses
from fediverse_node.web.client_api.forms import Fields
from fediverse_node.web.client_api.paging import MAX_ACCOUNTS, cursors, ids_of, page_of
from fediverse_node.web.client_api.view import Act, Answer, JsonDict, View, path_id

T = TypeVar("T")

#: People that one request puts on a list or takes off it.
_MAX_AT_ONCE = 100


def listing(view: View) -> Answer:
    """The caller's lists."""
    return Answer(body=[_entity(each) for each in lists.of_actor(view.tx, view.person.actor.id)])


def show(view: View) -> Answer:
    """One of them."""
    return Answer(body=_entity(_own(view.tx, view.person.actor.id, path_id(view.path, "list"))))


def members(view: View) -> Answer:
    """Who is on a list."""
    found = _own(view.tx, view.person.actor.id, path_id(view.path, "list"))
    page = page_of(view.fields, default=40, most=MAX_ACCOUNTS)
    return people(view, lists.members_page(view.tx, found.id, page), page)


def with_account(view: View) -> Answer:
    """The caller's lists that an account is on."""
    account_id = path_id(view.path, "account")
    if actors.by_id(view.tx, account_id) is None:
        raise NotFound("There is no such account.")
    found = lists.with_member(view.tx, view.person.actor.id, account_id)
    return Answer(body=[_entity(each) for each in found])


def timeline(view: View) -> Answer:
    """What those said who are on a list."""
    which = _own(view.tx, view.person.actor.id, path_id(view.path, "list"))
    page = page_of(view.fields)
    found = listed.page(view.tx, which, page)
    heard = quiet.heard(view.tx, found, view.viewer)
    return Answer(body=statuses(view, heard), cursors=cursors(ids_of(found), page))


async def create(act: Act) -> Answer:
    """Make a list: `title`, `replies_policy`, `exclusive`."""
    title = _title(act.fields)
    if title is None:
        raise NotValid("A list needs a title.")
    owner_id, policy = act.person.actor.id, _policy(act.fields)

    def unit(tx: Tx) -> PeopleList:
        made = PeopleList(
            id=tx.new_id(),
            actor_id=owner_id,
            title=title,
            replies_policy=policy or "list",
            exclusive=bool(act.fields.flag("exclusive")),
        )
        lists.create(tx, made)
        return made

    return Answer(body=_entity(await act.desk.db.write(unit)))


async def change(act: Act) -> Answer:
    """Change a list. What is not sent stays."""
    title, policy, exclusive = _title(act.fields), _policy(act.fields), act.fields.flag("exclusive")

    def unit(tx: Tx, found: PeopleList) -> PeopleList:
        changed = replace(
            found,
            title=title or found.title,
            replies_policy=policy or found.replies_policy,
            exclusive=found.exclusive if exclusive is None else exclusive,
        )
        lists.change(tx, changed)
        return changed

    return Answer(body=_entity(await _with_own(act, unit)))


async def delete(act: Act) -> Answer:
    """Forget a list."""
    await _with_own(act, lambda tx, found: lists.remove(tx, found.id))
    return Answer(body={})


async def add(act: Act) -> Answer:
    """Put people on a list whom the caller follows: `account_ids[]`."""
    ids, owner_id = _accounts(act.fields), act.person.actor.id

    def unit(tx: Tx, found: PeopleList) -> None:
        if follows.outgoing(tx, owner_id, ids).keys() != ids:
            raise NotFound("Only people whom you follow can be on a list.")
        lists.add(tx, found.id, sorted(ids))

    await _with_own(act, unit)
    return Answer(body={})


async def take_off(act: Act) -> Answer:
    """Take people off a list: `account_ids[]`."""
    ids = _accounts(act.fields)
    await _with_own(act, lambda tx, found: lists.take_off(tx, found.id, ids))
    return Answer(body={})


async def _with_own(act: Act, unit: Callable[[Tx, PeopleList], T]) -> T:
    list_id, owner_id = path_id(act.path, "list"), act.person.actor.id
    return await act.desk.db.write(lambda tx: unit(tx, _own(tx, owner_id, list_id)))


def _own(tx: Tx, owner_id: int, list_id: int) -> PeopleList:
    found = lists.by_id(tx, owner_id, list_id)
    if found is None:
        raise NotFound("There is no such list.")
    return found


def _title(fields: Fields) -> str | None:
    title = clean_line(fields.text("title") or "").strip()
    if len(title) > MAX_TITLE:
        raise NotValid(f"The title of a list has at most {MAX_TITLE} characters.")
    return title or None


def _policy(fields: Fields) -> RepliesPolicy | None:
    said = fields.choice("replies_policy", POLICIES)
    return next((policy for policy in POLICIES if policy == said), None)


def _accounts(fields: Fields) -> set[int]:
    sent = fields.texts("account_ids")
    if not sent or len(sent) > _MAX_AT_ONCE:
        raise NotValid(f"Name 1 to {_MAX_AT_ONCE} accounts in account_ids.")
    if any(not (text.isascii() and text.isdigit() and len(text) < 19) for text in sent):
        raise NotValid("account_ids must be ids of accounts.")
    return {int(text) for text in sent}


def _entity(found: PeopleList) -> JsonDict:
    return {
        "id": str(found.id),
        "title": found.title,
        "replies_policy": found.replies_policy,
        "exclusive": found.exclusive,
    }
