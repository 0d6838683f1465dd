"""Searching: accounts by handle, address or how a name begins; hashtags by how they begin; posts by words."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from fediverse_node.activitystreams.values import is_web_address
from fediverse_node.actors.model import Actor
from fediverse_node.federation.discovery.lookup import lookup
from fediverse_node.federation.profiles import featured
from fediverse_node.follows import queries as follows
from fediverse_node.kernel.errors import NodeError, NotAuthenticated, NotValid
from fediverse_node.kernel.text import HASH_SIGNS, find_hashtags, hashtag_key, parse_handle
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Post
from fediverse_node.search import finding
from fediverse_node.search import people as people_named
from fediverse_node.search.finding import Wanted
from fediverse_node.search.hashtags import beginning
from fediverse_node.web.client_api.entities_account import accounts
from fediverse_node.web.client_api.entities_status import statuses
from fediverse_node.web.client_api.tags import entities as tag_entities
from fediverse_node.web.client_api.view import Act, Answer, JsonDict, View
from fediverse_node.web.rate_limits import REMOTE_LOOKUP, SEARCH

log = logging.getLogger(__name__)

_KINDS = ("accounts", "statuses", "hashtags")
_MAX_QUERY = 2048
_MAX_RESULTS = 40
#: Further on nobody turns the pages of accounts.
_MOST_PEOPLE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What a client asks for."""

    query: str
    kind: str | None
    limit: int
    offset: int
    following: bool
    author_id: int | None
    max_id: int | None
    min_id: int | None


async def search(act: Act) -> Answer:
    """Find accounts, hashtags and posts by name, address or words; with `resolve`, also ask other servers.

    By words only a person finds posts: their own, those that name them or that they marked, and public ones
    of authors who let them be found. `search.asking` says what may stand among the words.
    """
    asked = _asked(act)
    kinds = _KINDS if asked.kind is None else (asked.kind,)
    if act.caller is not None and "statuses" in kinds:
        act.house.limits.take(SEARCH, str(act.caller.account.id))
    found = [] if asked.offset else await _resolved(act, asked.query)

    def answer(view: View) -> Answer:
        finders = {"accounts": _accounts, "statuses": _statuses, "hashtags": _hashtags}
        body = {name: find(view, asked, found) if name in kinds else [] for name, find in finders.items()}
        return Answer(body=body)

    return await act.look(answer)


async def people(act: Act) -> Answer:
    """Accounts that `q` names or that begin so; with `following`, of those whom the caller follows."""
    asked = _asked(act, usual=_MAX_RESULTS)
    found = [] if asked.offset else await _resolved(act, asked.query)
    return await act.look(lambda view: Answer(body=_accounts(view, asked, found)))


def _asked(act: Act, *, usual: int = 20) -> _Asked:
    fields = act.fields
    query = (fields.text("q") or "").strip()
    if not query or len(query) > _MAX_QUERY:
        raise NotValid("Give words, a handle such as @name@example.org, an address, or a hashtag as q.")
    offset = (fields.text("offset") or "0").strip()
    if not (offset.isascii() and offset.isdigit()):
        raise NotValid("offset must be a number.")
    return _Asked(
        query=query,
        kind=fields.choice("type", _KINDS),
        limit=fields.number("limit", default=usual, most=_MAX_RESULTS),
        offset=int(offset[:9]),
        following=bool(fields.flag("following")),
        author_id=fields.id("account_id"),
        max_id=fields.id("max_id"),
        min_id=fields.id("min_id"),
    )


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


def _accounts(view: View, asked: _Asked, found: Sequence[Actor | Post]) -> list[JsonDict]:
    me, most = view.viewer.actor_id, min(asked.offset + asked.limit, _MOST_PEOPLE)
    some = [each for each in found if isinstance(each, Actor)]
    if not found:
        some = people_named.known(view.tx, asked.query, me, limit=most)
    if asked.following and me is not None:
        followed = follows.followed_among(view.tx, me, [person.id for person in some])
        some = [person for person in some if person.id in followed]
    shown = [person for person in some if person.active][asked.offset : asked.offset + asked.limit]
    entities = accounts(view, shown, fresh=True)
    return [entities[person.id] for person in shown]


def _statuses(view: View, asked: _Asked, found: Sequence[Actor | Post]) -> list[JsonDict]:
    if found or is_web_address(asked.query):
        known = posts.by_uri(view.tx, asked.query) if not found and not asked.offset else None
        return statuses(view, [known] if known else [each for each in found if isinstance(each, Post)])
    if view.caller is None or ("@" in asked.query and parse_handle(asked.query) is not None):
        return []
    wanted = Wanted(
        limit=asked.limit,
        offset=asked.offset,
        author_id=asked.author_id,
        max_id=asked.max_id,
        min_id=asked.min_id,
    )
    return statuses(view, finding.find(view.tx, asked.query, view.caller.actor, wanted))


def _hashtags(view: View, asked: _Asked, found: Sequence[Actor | Post]) -> list[JsonDict]:
    """Those that begin so; what is written with its sign is one, whether anybody used it or not."""
    names = find_hashtags(f"#{asked.query.lstrip(HASH_SIGNS)}")
    if found or len(names) != 1 or names[0] != asked.query.lstrip(HASH_SIGNS):
        return []
    key = hashtag_key(names[0])
    tags = beginning(view.tx, key, view.viewer, limit=asked.limit, offset=asked.offset)
    if asked.query.startswith(tuple(HASH_SIGNS)) and key not in tags and not asked.offset:
        tags = [key, *tags[: asked.limit - 1]]
    return tag_entities(view, tags)
