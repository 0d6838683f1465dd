"""Routes about filters, as Mastodon has them since 4.0: with several words, and single posts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from fediverse_node.federation.outbox.own import visible_post
from fediverse_node.filters import queries as filters
from fediverse_node.filters.model import (
    ACTIONS,
    CONTEXTS,
    MAX_KEYWORD,
    MAX_TITLE,
    Action,
    Filter,
    FilteredPost,
    Keyword,
)
from fediverse_node.kernel.errors import NotFound, NotValid
from fediverse_node.kernel.text import clean_line
from fediverse_node.storage.tx import Tx
from fediverse_node.web.client_api.entities_filter import entity, keyword_entity, post_entity
from fediverse_node.web.client_api.forms import Fields
from fediverse_node.web.client_api.view import Act, Answer, View, path_id

T = TypeVar("T")

#: Ten years, in seconds.
_LONGEST = 10 * 365 * 86_400


def listing(view: View) -> Answer:
    """The caller's filters."""
    return Answer(body=[entity(each) for each in filters.of_actor(view.tx, view.person.actor.id)])


def show(view: View) -> Answer:
    """One of them."""
    return Answer(body=entity(_own(view.tx, view.person.actor.id, path_id(view.path, "filter"))))


async def create(act: Act) -> Answer:
    """Make a filter: `title`, `context[]`, `filter_action`, `expires_in`, `keywords_attributes[]`."""
    title, contexts, owner_id = title_in(act.fields), contexts_in(act.fields), act.person.actor.id
    if title is None or contexts is None:
        raise NotValid("A filter needs a title, and a context in which it holds.")

    def unit(tx: Tx) -> Filter:
        made = Filter(
            id=tx.new_id(),
            actor_id=owner_id,
            title=title,
            contexts=contexts,
            action=_action(act.fields) or "warn",
            expires_at=expiry(act.fields, tx.now),
        )
        filters.create(tx, made)
        _change_keywords(tx, made, act.fields)
        return _own(tx, owner_id, made.id)

    return Answer(body=entity(await act.desk.db.write(unit)))


async def change(act: Act) -> Answer:
    """Change a filter. What is not sent stays; a word goes with `_destroy`."""
    title, contexts = title_in(act.fields), contexts_in(act.fields)

    def unit(tx: Tx, found: Filter) -> Filter:
        changed = replace(
            found,
            title=title or found.title,
            contexts=contexts or found.contexts,
            action=_action(act.fields) or found.action,
            expires_at=expiry(act.fields, tx.now, before=found.expires_at),
        )
        filters.change(tx, changed)
        _change_keywords(tx, found, act.fields)
        return _own(tx, found.actor_id, found.id)

    return Answer(body=entity(await _with_own(act, unit)))


async def delete(act: Act) -> Answer:
    """Forget a filter."""
    await _with_own(act, lambda tx, found: filters.remove(tx, found.id))
    return Answer(body={})


def keywords(view: View) -> Answer:
    """The words of a filter."""
    found = _own(view.tx, view.person.actor.id, path_id(view.path, "filter"))
    return Answer(body=[keyword_entity(each) for each in found.keywords])


async def add_keyword(act: Act) -> Answer:
    """Put a word into a filter: `keyword`, `whole_word`."""

    def unit(tx: Tx, found: Filter) -> Keyword:
        made = _keyword(tx, found.id, act.fields)
        filters.add_keyword(tx, made)
        return made

    return Answer(body=keyword_entity(await _with_own(act, unit)))


def show_keyword(view: View) -> Answer:
    """One word."""
    return Answer(body=keyword_entity(own_keyword(view.tx, view.person.actor.id, view.path["id"])[1]))


async def change_keyword(act: Act) -> Answer:
    """Change a word."""

    def unit(tx: Tx) -> Keyword:
        before = own_keyword(tx, act.person.actor.id, act.path["id"])[1]
        changed = keyword_in(act.fields, before)
        filters.change_keyword(tx, changed)
        return changed

    return Answer(body=keyword_entity(await act.desk.db.write(unit)))


async def remove_keyword(act: Act) -> Answer:
    """Take a word out of its filter."""

    def unit(tx: Tx) -> None:
        filters.remove_keyword(tx, own_keyword(tx, act.person.actor.id, act.path["id"])[1].id)

    await act.desk.db.write(unit)
    return Answer(body={})


def posts(view: View) -> Answer:
    """The single posts that a filter is about."""
    found = _own(view.tx, view.person.actor.id, path_id(view.path, "filter"))
    return Answer(body=[post_entity(each) for each in found.posts])


async def add_post(act: Act) -> Answer:
    """Let a filter be about a post: `status_id`."""
    post_id = act.fields.id("status_id")
    if post_id is None:
        raise NotValid("Say which post: status_id.")

    def unit(tx: Tx, found: Filter) -> FilteredPost:
        post = visible_post(tx, act.person.actor, post_id)
        filters.add_post(tx, FilteredPost(id=tx.new_id(), filter_id=found.id, post_id=post.id))
        now = _own(tx, found.actor_id, found.id)
        return next(each for each in now.posts if each.post_id == post.id)

    return Answer(body=post_entity(await _with_own(act, unit)))


def show_post(view: View) -> Answer:
    """One of them."""
    return Answer(body=post_entity(_own_post(view.tx, view.person.actor.id, view.path["id"])))


async def remove_post(act: Act) -> Answer:
    """Let a filter no longer be about a post."""

    def unit(tx: Tx) -> FilteredPost:
        found = _own_post(tx, act.person.actor.id, act.path["id"])
        filters.remove_post(tx, found.id)
        return found

    return Answer(body=post_entity(await act.desk.db.write(unit)))


def own_keyword(tx: Tx, owner_id: int, keyword_id: str) -> tuple[Filter, Keyword]:
    """The word with this id, and its filter, if it is this person's.

    Raises:
        NotFound: it is not.
    """
    for found in filters.of_actor(tx, owner_id):
        for keyword in found.keywords:
            if str(keyword.id) == keyword_id:
                return found, keyword
    raise NotFound("There is no such word in a filter.")


def title_in(fields: Fields, name: str = "title") -> str | None:
    """What a filter is called.

    Raises:
        NotValid: it is too long.
    """
    title = clean_line(fields.text(name) or "").strip()
    if len(title) > MAX_TITLE:
        raise NotValid(f"{name} has at most {MAX_TITLE} characters.")
    return title or None


def contexts_in(fields: Fields) -> tuple[str, ...] | None:
    """Where a filter holds; None when it was not sent.

    Raises:
        NotValid: there is no such place.
    """
    sent = fields.texts("context")
    if any(context not in CONTEXTS for context in sent):
        raise NotValid(f"context must be of: {', '.join(CONTEXTS)}.")
    return tuple(context for context in CONTEXTS if context in sent) or None


def expiry(fields: Fields, now: datetime, *, before: datetime | None = None) -> datetime | None:
    """Until when a filter holds, by `expires_in` in seconds; empty: for good; not sent: as *before*."""
    if not fields.sent("expires_in"):
        return before
    if not fields.has("expires_in"):
        return None
    return now + timedelta(seconds=fields.number("expires_in", default=0, most=_LONGEST))


def keyword_in(fields: Fields, before: Keyword, name: str = "keyword") -> Keyword:
    """A word as it shall be; what is not sent stays as *before*.

    Raises:
        NotValid: it is empty or too long.
    """
    said, whole = fields.text(name), fields.flag("whole_word")
    word = before.keyword if said is None else clean_line(said).strip()
    if not word or len(word) > MAX_KEYWORD:
        raise NotValid(f"{name} must have 1 to {MAX_KEYWORD} characters.")
    return replace(before, keyword=word, whole_word=before.whole_word if whole is None else whole)


def _keyword(tx: Tx, filter_id: int, fields: Fields) -> Keyword:
    return keyword_in(fields, Keyword(id=tx.new_id(), filter_id=filter_id, keyword="", whole_word=False))


def _change_keywords(tx: Tx, found: Filter, fields: Fields) -> None:
    """Rails' nested attributes: with an id a word is changed or taken out, without one it is new."""
    known = {str(keyword.id): keyword for keyword in found.keywords}
    for row in fields.rows("keywords_attributes"):
        keyword_id = row.text("id")
        if not keyword_id:
            filters.add_keyword(tx, _keyword(tx, found.id, row))
        elif keyword_id not in known:
            raise NotFound("There is no such word in this filter.")
        elif row.flag("_destroy"):
            filters.remove_keyword(tx, known[keyword_id].id)
        else:
            filters.change_keyword(tx, keyword_in(row, known[keyword_id]))


def _action(fields: Fields) -> Action | None:
    said = fields.choice("filter_action", ACTIONS)
    return next((action for action in ACTIONS if action == said), None)


async def _with_own(act: Act, unit: Callable[[Tx, Filter], T]) -> T:
    filter_id, owner_id = path_id(act.path, "filter"), act.person.actor.id
    return await act.desk.db.write(lambda tx: unit(tx, _own(tx, owner_id, filter_id)))


def _own(tx: Tx, owner_id: int, filter_id: int) -> Filter:
    found = next((each for each in filters.of_actor(tx, owner_id) if each.id == filter_id), None)
    if found is None:
        raise NotFound("There is no such filter.")
    return found


def _own_post(tx: Tx, owner_id: int, entry_id: str) -> FilteredPost:
    for found in filters.of_actor(tx, owner_id):
        for entry in found.posts:
            if str(entry.id) == entry_id:
                return entry
    raise NotFound("There is no such post in a filter.")
