"""Routes about people whom somebody may want to follow. Only those who want to be found are proposed."""

from __future__ import annotations

from collections.abc import Iterable

from fediverse_node.actors import queries as actors
from fediverse_node.actors.model import Actor
from fediverse_node.follows import proposals
from fediverse_node.follows import queries as follows
from fediverse_node.kernel.errors import NotFound
from fediverse_node.moderation import queries as moderation
from fediverse_node.storage.tx import Tx
from fediverse_node.visibility import quiet
from fediverse_node.web.client_api.entities_account import accounts
from fediverse_node.web.client_api.paging import MAX_ACCOUNTS
from fediverse_node.web.client_api.view import Act, Answer, JsonDict, View, path_id

#: People that are considered of each kind.
_CONSIDERED = 80


def suggestions(view: View) -> Answer:
    """People followed by those whom the caller follows, then people of this server; with the reason."""
    return Answer(body=[{**each, "source": _old(each)} for each in _found(view)])


def old_suggestions(view: View) -> Answer:
    """The same as accounts."""
    return Answer(body=[each["account"] for each in _found(view)])


async def decline(act: Act) -> Answer:
    """Propose somebody to the caller no more."""
    me, target_id = act.person.actor.id, path_id(act.path, "account")

    def unit(tx: Tx) -> None:
        if actors.by_id(tx, target_id) is None:
            raise NotFound("There is no such account.")
        proposals.decline(tx, me, target_id)

    await act.desk.db.write(unit)
    return Answer(body={})


def _found(view: View) -> list[JsonDict]:
    limit = view.fields.number("limit", default=40, most=MAX_ACCOUNTS)
    me = view.person.actor.id
    ids = proposals.friends_of_friends(view.tx, me, limit=_CONSIDERED)
    near = actors.by_ids(view.tx, ids) if ids else {}
    friends = [near[id_] for id_ in ids if id_ in near]
    here = [person for person in actors.newest_local(view.tx, _CONSIDERED) if person.id not in near]
    wanted = _wanted(view, [*friends, *here])
    followers = follows.counts_of(view.tx, [person.id for person in here]) if here else {}
    here.sort(key=lambda person: followers[person.id][0], reverse=True)
    shown = [person for person in (*friends, *here) if person.id in wanted][:limit]
    entities = accounts(view, shown)
    return [
        {
            "sources": ["friends_of_friends" if person.id in near else "most_followed"],
            "account": entities[person.id],
        }
        for person in shown
    ]


def _wanted(view: View, people: Iterable[Actor]) -> set[int]:
    """Who may be proposed: wants to be found, is not known to the caller yet, nor unwelcome."""
    me = view.person.actor.id
    some = {
        person.id: person
        for person in people
        if person.active and person.discoverable and person.moved_to is None and person.id != me
    }
    if not some:
        return set()
    out = set(follows.outgoing(view.tx, me, some)) | quiet.hushed(view.tx, me, some.values())
    out |= moderation.apart(view.tx, me, some) | set(moderation.stance(view.tx, me, some).muting)
    out |= proposals.declined_among(view.tx, me, some)
    return some.keys() - out


def _old(found: JsonDict) -> str:
    """The reason in the words of Mastodon before 4.3."""
    return "past_interactions" if found["sources"] == ["friends_of_friends"] else "global"
