"""Routes about accounts."""

from __future__ import annotations

import contextlib

from fediverse_node.actors import queries as actors
from fediverse_node.actors.model import Actor
from fediverse_node.federation.outbox import follow as following_use_case
from fediverse_node.follows import queries as follows
from fediverse_node.kernel.errors import NotFound, NotValid
from fediverse_node.kernel.text import hashtag_key, parse_handle
from fediverse_node.posts import lists, pins
from fediverse_node.storage.paging import Page
from fediverse_node.visibility import quiet
from fediverse_node.visibility.rule import OPEN
from fediverse_node.web.client_api.entities_account import (
    accounts,
    credential_account,
    one_account,
    relationships,
)
from fediverse_node.web.client_api.entities_status import statuses
from fediverse_node.web.client_api.paging import MAX_ACCOUNTS, cursors, ids_of, page_of
from fediverse_node.web.client_api.view import Act, Answer, View, path_id

_EVERYTHING = ("public", "unlisted", "private", "direct")
_FOLLOWED = ("public", "unlisted", "private")
#: Accounts whose relationship may be asked for at once.
_MAX_RELATIONSHIPS = 100


def verify_credentials(view: View) -> Answer:
    """Whose token this is."""
    return Answer(body=credential_account(view, view.person))


def lookup(view: View) -> Answer:
    """The account of a handle, if it is known here. Nobody else is asked."""
    handle = parse_handle(view.fields.text("acct") or "")
    found = None
    if handle is not None:
        host = handle.host or view.house.addresses.domain
        found = actors.by_handle(view.tx, handle.name, host)
    return Answer(body=one_account(view, _present(found)))


def show(view: View) -> Answer:
    """One account."""
    return Answer(body=one_account(view, _actor(view)))


def account_statuses(view: View) -> Answer:
    """What an account said, or what of it is pinned, as far as the viewer may see it."""
    actor, page = _actor(view), page_of(view.fields)
    if view.fields.flag("pinned"):
        return Answer(body=statuses(view, pins.of_actor(view.tx, actor.id)))
    wanted = lists.Selection(
        visibilities=_visibilities(view, actor),
        naming=view.viewer.actor_uri,
        boosts=not view.fields.flag("exclude_reblogs"),
        replies=not view.fields.flag("exclude_replies"),
        media_only=bool(view.fields.flag("only_media")),
        tagged=hashtag_key(tag.lstrip("#")) if (tag := view.fields.text("tagged")) else None,
    )
    found = lists.selected(view.tx, actor.id, page, wanted)
    return Answer(body=statuses(view, found), cursors=cursors(ids_of(found), page))


def followers(view: View) -> Answer:
    """Who follows an account, as far as it is known here and not hidden by its owner."""
    actor, page = _actor(view), _accounts_page(view)
    if _is_hidden(view, actor):
        return Answer(body=[])
    return people(view, follows.followers_page(view.tx, actor.id, page), page)


def following(view: View) -> Answer:
    """Whom an account follows, as far as it is known here and not hidden by its owner."""
    actor, page = _actor(view), _accounts_page(view)
    if _is_hidden(view, actor):
        return Answer(body=[])
    return people(view, follows.following_page(view.tx, actor.id, page), page)


def show_relationships(view: View) -> Answer:
    """How the caller stands to the accounts named by `id[]`. Unknown ones are left out."""
    asked = view.fields.texts("id")
    if len(asked) > _MAX_RELATIONSHIPS:
        raise NotValid(f"Ask for at most {_MAX_RELATIONSHIPS} relationships at once.")
    ids = [int(text) for text in dict.fromkeys(asked) if text.isascii() and text.isdigit() and len(text) < 19]
    known = actors.by_ids(view.tx, ids)
    return Answer(body=relationships(view, [id_ for id_ in ids if id_ in known]))


def follow_requests(view: View) -> Answer:
    """Who asked to follow the caller and waits for an answer."""
    page = _accounts_page(view)
    asked = follows.requests_page(view.tx, view.person.actor.id, page)
    return people(view, [(each.id, each.follower_id) for each in asked], page)


def relationship(view: View) -> Answer:
    """How the caller stands to one account."""
    return Answer(body=relationships(view, [path_id(view.path, "account")])[0])


async def follow(act: Act) -> Answer:
    """Follow an account."""
    if act.fields.flag("notify") or act.fields.texts("languages"):
        raise NotValid("Being notified of every post, and following in some languages only, are not offered.")
    if act.fields.flag("reblogs") is False:
        raise NotValid("Following somebody without their boosts is not offered.")
    await following_use_case.follow(act.desk, act.person.actor, path_id(act.path, "account"))
    return await act.look(relationship)


async def unfollow(act: Act) -> Answer:
    """Follow an account no longer."""
    await following_use_case.unfollow(act.desk, act.person.actor, path_id(act.path, "account"))
    return await act.look(relationship)


async def authorize(act: Act) -> Answer:
    """Let somebody follow."""
    await following_use_case.accept(act.desk, act.person.actor, path_id(act.path, "account"))
    return await act.look(relationship)


async def reject(act: Act) -> Answer:
    """Do not let somebody follow."""
    await following_use_case.reject(act.desk, act.person.actor, path_id(act.path, "account"))
    return await act.look(relationship)


async def remove_from_followers(act: Act) -> Answer:
    """Let somebody follow no longer. Without a follow nothing happens."""
    with contextlib.suppress(NotFound):
        await following_use_case.reject(act.desk, act.person.actor, path_id(act.path, "account"))
    return await act.look(relationship)


def people(view: View, found: list[tuple[int, int]], page: Page, *, hushed: bool = False) -> Answer:
    """A page of accounts, ordered by (and turned with) the id of what relates them.

    With *hushed* those are left out of whom the caller does not want to hear.
    """
    known = actors.by_ids(view.tx, [actor_id for _, actor_id in found]) if found else {}
    me, out = view.viewer.actor_id, set[int]()
    if hushed and me is not None:
        out = quiet.hushed(view.tx, me, known.values())
    entities = accounts(view, (each for each in known.values() if each.active and each.id not in out))
    body = [entities[actor_id] for _, actor_id in found if actor_id in entities]
    return Answer(body=body, cursors=cursors([id_ for id_, _ in found], page))


def _actor(view: View) -> Actor:
    return _present(actors.by_id(view.tx, path_id(view.path, "account")))


def _present(actor: Actor | None) -> Actor:
    if actor is None or not actor.active:
        raise NotFound("There is no such account.")
    return actor


def _is_hidden(view: View, actor: Actor) -> bool:
    return actor.details.hide_collections and view.viewer.actor_id != actor.id


def _visibilities(view: View, author: Actor) -> tuple[str, ...]:
    """Which posts are worth reading from the table; what is shown of them the rule decides."""
    me = view.viewer.actor_id
    if me == author.id:
        return _EVERYTHING
    if me is not None and follows.is_following(view.tx, me, author.id):
        return _FOLLOWED
    return OPEN


def _accounts_page(view: View) -> Page:
    return page_of(view.fields, default=40, most=MAX_ACCOUNTS)
