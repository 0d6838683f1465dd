"""Searching: an account by its handle, its address or how its name begins, a post by its address; hashtags.

Full text is not searched: nobody here said that their words may be found by everybody.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from fediverse_node.activitystreams.values import is_web_address
from fediverse_node.actors import prefixes
from fediverse_node.actors import queries as actors
from fediverse_node.actors.model import Actor
from fediverse_node.federation.discovery.lookup import lookup
from fediverse_node.federation.profiles import featured
from fediverse_node.follows import acquainted
from fediverse_node.follows import queries as follows
from fediverse_node.kernel.errors import NodeError, NotAuthenticated, NotValid
from fediverse_node.kernel.text import find_hashtags, hashtag_key, parse_handle
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Post
from fediverse_node.web.client_api.entities_account import accounts
from fediverse_node.web.client_api.entities_status import statuses
from fediverse_node.web.client_api.tags import entity as tag_entity
from fediverse_node.web.client_api.view import Act, Answer, JsonDict, View
from fediverse_node.web.rate_limits import REMOTE_LOOKUP

log = logging.getLogger(__name__)

_KINDS = ("accounts", "hashtags", "statuses")
_MAX_QUERY = 2048
_MAX_RESULTS = 40
#: With less, nearly everybody begins so.
_SHORTEST = 2


async def search(act: Act) -> Answer:
    """Find what `q` names; with `resolve`, ask its own server when it is not known here."""
    query = (act.fields.text("q") or "").strip()
    if not query or len(query) > _MAX_QUERY:
        raise NotValid("Give a handle such as @name@example.org, an address, or a hashtag as q.")
    kind = act.fields.choice("type", _KINDS)
    limit = act.fields.number("limit", default=20, most=_MAX_RESULTS)
    further = (act.fields.text("offset") or "0") != "0"
    found = [] if further else await _resolved(act, query)

    def answer(view: View) -> Answer:
        body = (
            {"accounts": [], "statuses": [], "hashtags": []}
            if further
            else _results(view, query, found, limit)
        )
        return Answer(body={name: body[name] if kind in (None, name) else [] for name in body})

    return await act.look(answer)


async def people(act: Act) -> Answer:
    """Accounts that `q` names or that begin so; with `following`, of those whom the caller follows."""
    query = (act.fields.text("q") or "").strip()
    if not query or len(query) > _MAX_QUERY:
        raise NotValid("Give a handle such as @name@example.org, or how a name begins, as q.")
    limit = act.fields.number("limit", default=40, most=_MAX_RESULTS)
    if (act.fields.text("offset") or "0") != "0":
        return Answer(body=[])
    only_followed = act.fields.flag("following")
    found = await _resolved(act, query)

    def answer(view: View) -> Answer:
        body = _results(view, query, found, limit)["accounts"]
        if only_followed:
            followed = follows.followed_among(
                view.tx, view.person.actor.id, [int(each["id"]) for each in body]
            )
            body = [each for each in body if int(each["id"]) in followed]
        return Answer(body=body)

    return await act.look(answer)


async def _resolved(act: Act, query: str) -> Sequence[Actor | Post]:
    """What another server says is meant. Nothing, where it cannot say."""
    handle = parse_handle(query)
    named_elsewhere = is_web_address(query) or (handle is not None and handle.host is not None)
    if not act.fields.flag("resolve") or not named_elsewhere:
        return []
    if act.caller is None:
        raise NotAuthenticated("Looking things up on other servers needs an access token.")
    act.house.limits.take(REMOTE_LOOKUP, str(act.caller.account.id))
    try:
        found = await lookup(act.desk.discovery, query)
    except NodeError as error:
        log.info("search.not_resolved", extra={"reason": type(error).__name__, "detail": error.detail})
        return []
    if isinstance(found, Actor):
        actor = found
        await act.desk.db.write(lambda tx: featured.want(tx, actor))
    return [found]


def _results(view: View, query: str, found: Sequence[Actor | Post], limit: int) -> dict[str, list[JsonDict]]:
    people = [each for each in found if isinstance(each, Actor)]
    written = [each for each in found if isinstance(each, Post)]
    if not found:
        people, written = _known(view, query, limit)
    people = [person for person in people if person.active]
    entities = accounts(view, people, fresh=True)
    return {
        "accounts": [entities[person.id] for person in people],
        "statuses": statuses(view, written),
        "hashtags": _hashtags(view, query),
    }


def _known(view: View, query: str, limit: int) -> tuple[list[Actor], list[Post]]:
    """What is meant, as far as it is known here."""
    if is_web_address(query):
        person, post = actors.by_uri(view.tx, query), posts.by_uri(view.tx, query)
        return [person] if person else [], [post] if post else []
    handle = parse_handle(query)
    if handle is not None and handle.host is not None:
        person = actors.by_handle(view.tx, handle.name, handle.host)
        return [person] if person else [], []
    exact = actors.by_name(view.tx, handle.name, limit) if handle is not None else []
    begun = _beginning(view, query.removeprefix("@"), limit)
    return list({each.id: each for each in (*exact, *begun)}.values())[:limit], []


def _beginning(view: View, words: str, limit: int) -> list[Actor]:
    """Whose handle begins so; and whose shown name does, of people here and those whom the caller follows."""
    if len(words) < _SHORTEST or words.startswith(("#", "\uff03")):
        return []
    found = prefixes.by_username(view.tx, words, limit)
    found += prefixes.local_by_shown_name(view.tx, words, limit)
    if view.viewer.actor_id is not None:
        ids = acquainted.named(view.tx, view.viewer.actor_id, words, limit)
        found += actors.by_ids(view.tx, ids).values() if ids else []
    return found


def _hashtags(view: View, query: str) -> list[JsonDict]:
    names = find_hashtags(query) if query.startswith(("#", "\uff03")) else []
    return [tag_entity(hashtag_key(name), view.house.addresses) for name in names[:1]]
