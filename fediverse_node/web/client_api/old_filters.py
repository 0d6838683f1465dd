"""Routes about filters as older apps know them: a filter is one word. They are the same filters."""

from __future__ import annotations

from dataclasses import replace

from fediverse_node.filters import queries as filters
from fediverse_node.filters.model import Filter, Keyword
from fediverse_node.kernel.errors import NotValid
from fediverse_node.storage.tx import Tx
from fediverse_node.web.client_api.entities_filter import old_entity
from fediverse_node.web.client_api.filters import contexts_in, expiry, keyword_in, own_keyword, title_in
from fediverse_node.web.client_api.view import Act, Answer, View


def listing(view: View) -> Answer:
    """All words of the caller's filters."""
    found = filters.of_actor(view.tx, view.person.actor.id)
    return Answer(body=[old_entity(each, keyword) for each in found for keyword in each.keywords])


def show(view: View) -> Answer:
    """One of them."""
    return Answer(body=old_entity(*own_keyword(view.tx, view.person.actor.id, view.path["id"])))


async def create(act: Act) -> Answer:
    """Make a filter of one word: `phrase`, `context[]`, `irreversible`, `whole_word`, `expires_in`."""
    title, contexts, owner_id = title_in(act.fields, "phrase"), contexts_in(act.fields), act.person.actor.id
    if title is None or contexts is None:
        raise NotValid("A filter needs a phrase, and a context in which it holds.")

    def unit(tx: Tx) -> tuple[Filter, Keyword]:
        made = Filter(
            id=tx.new_id(),
            actor_id=owner_id,
            title=title,
            contexts=contexts,
            action="hide" if act.fields.flag("irreversible") else "warn",
            expires_at=expiry(act.fields, tx.now),
        )
        empty = Keyword(id=tx.new_id(), filter_id=made.id, keyword="", whole_word=False)
        keyword = keyword_in(act.fields, empty, "phrase")
        filters.create(tx, made)
        filters.add_keyword(tx, keyword)
        return made, keyword

    return Answer(body=old_entity(*await act.desk.db.write(unit)))


async def change(act: Act) -> Answer:
    """Change a word. Of a filter with several, what holds for all cannot be changed here."""
    contexts, hides = contexts_in(act.fields), act.fields.flag("irreversible")

    def unit(tx: Tx) -> tuple[Filter, Keyword]:
        found, before = own_keyword(tx, act.person.actor.id, act.path["id"])
        keyword = keyword_in(act.fields, before, "phrase")
        changed = replace(
            found,
            contexts=contexts or found.contexts,
            action=found.action if hides is None else "hide" if hides else "warn",
            expires_at=expiry(act.fields, tx.now, before=found.expires_at),
        )
        if changed != found and len(found.keywords) + len(found.posts) > 1:
            raise NotValid("This filter has several words. Change it with an app that knows such filters.")
        filters.change(tx, changed)
        filters.change_keyword(tx, keyword)
        return changed, keyword

    return Answer(body=old_entity(*await act.desk.db.write(unit)))


async def delete(act: Act) -> Answer:
    """Forget a word, and its filter with the last one."""

    def unit(tx: Tx) -> None:
        found, keyword = own_keyword(tx, act.person.actor.id, act.path["id"])
        if len(found.keywords) + len(found.posts) > 1:
            filters.remove_keyword(tx, keyword.id)
        else:
            filters.remove(tx, found.id)

    await act.desk.db.write(unit)
    return Answer(body={})
