"""Routes of conversations: direct posts, gathered by thread and by who takes part."""

from __future__ import annotations

from collections.abc import Sequence

from fediverse_node.actors import queries as actors
from fediverse_node.conversations import queries as conversations
from fediverse_node.conversations.model import Conversation
from fediverse_node.kernel.errors import NotFound
from fediverse_node.posts import queries as posts
from fediverse_node.visibility import quiet
from fediverse_node.web.client_api.entities_account import accounts
from fediverse_node.web.client_api.entities_status import by_id, statuses
from fediverse_node.web.client_api.paging import cursors, ids_of, page_of
from fediverse_node.web.client_api.view import Act, Answer, JsonDict, View, path_id


def listing(view: View) -> Answer:
    """The caller's conversations, that with the newest post first; cursors are ids of last posts."""
    page = page_of(view.fields)
    found = conversations.page(view.tx, view.person.actor.id, page)
    last_ids = [each.last_post_id for each in found]
    return Answer(body=entities(view, found), cursors=cursors(last_ids, page))


def timeline(view: View) -> Answer:
    """The direct posts of all the caller's conversations, newest first, for apps that ask the old way."""
    page = page_of(view.fields)
    found = conversations.posts_page(view.tx, view.person.actor.id, page)
    heard = quiet.heard(view.tx, found, view.viewer)
    return Answer(body=statuses(view, heard), cursors=cursors(ids_of(found), page))


async def read(act: Act) -> Answer:
    """Note that the caller has read a conversation."""
    return await _mark(act, unread=False)


async def unread(act: Act) -> Answer:
    """Note that the caller wants to read it again."""
    return await _mark(act, unread=True)


async def delete(act: Act) -> Answer:
    """Take a conversation off the caller's list. Its posts stay, and the next one brings it back."""
    owner_id, id_ = act.person.actor.id, path_id(act.path, "conversation")
    if not await act.desk.db.write(lambda tx: conversations.remove(tx, owner_id, id_)):
        raise NotFound("There is no such conversation.")
    return Answer(body={})


def entities(view: View, found: Sequence[Conversation]) -> list[JsonDict]:
    """Conversation entities, without those whose last post the caller may not, or does not want to, see."""
    last = posts.by_ids(view.tx, [each.last_post_id for each in found]) if found else {}
    heard = quiet.heard(view.tx, list(last.values()), view.viewer)
    shown = by_id(view, heard)
    people = actors.by_uris(view.tx, {uri for each in found for uri in each.people}) if shown else {}
    who = accounts(view, (each for each in people.values() if each.active))
    me = [view.person.actor]
    alone = accounts(view, me)[view.person.actor.id] if any(not each.people for each in found) else None
    return [
        {
            "id": str(each.id),
            "unread": each.unread,
            "accounts": [who[people[uri].id] for uri in each.people if uri in people and people[uri].active]
            or ([alone] if alone is not None and not each.people else []),
            "last_status": shown[each.last_post_id],
        }
        for each in found
        if each.last_post_id in shown
    ]


async def _mark(act: Act, *, unread: bool) -> Answer:
    owner_id, id_ = act.person.actor.id, path_id(act.path, "conversation")
    await act.desk.db.write(lambda tx: conversations.mark(tx, owner_id, id_, unread=unread))

    def one(view: View) -> Answer:
        found = conversations.by_id(view.tx, owner_id, id_)
        shown = entities(view, [found]) if found is not None else []
        if not shown:
            raise NotFound("There is no such conversation.")
        return Answer(body=shown[0])

    return await act.look(one)
