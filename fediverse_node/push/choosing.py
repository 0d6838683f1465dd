"""Of what an app is told: what it asked for, and the person would find in their notifications.

It goes by the rules that those are shown by, at the moment of sending: what cannot be seen any more, and whom
the person does not want to hear of, is left out; so is what they hide by a filter.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from fediverse_node.accounts import queries as accounts
from fediverse_node.actors import queries as actors
from fediverse_node.actors.model import Actor
from fediverse_node.filters import queries as filters
from fediverse_node.filters.matching import matches
from fediverse_node.filters.model import Filter
from fediverse_node.follows import queries as follows
from fediverse_node.notifications import queries as notifications
from fediverse_node.notifications.model import Notification
from fediverse_node.polls import queries as polls
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Post
from fediverse_node.push import queries
from fediverse_node.push.model import Subscription
from fediverse_node.storage.paging import Page
from fediverse_node.storage.tx import Tx
from fediverse_node.visibility import muted, quiet, rule
from fediverse_node.visibility.words import words_of

#: What a phone shows of many is a heap anyway; the app finds the rest when it is opened.
MOST = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something to tell of.

    Attributes:
        post: what it is about; None for none.
        covered_by: the title of a filter that matches the post, which is then not quoted.
    """

    notification: Notification
    cause: Actor
    post: Post | None
    covered_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What is to be told now, the oldest first.

    Attributes:
        up_to: the newest notification that was looked at.
        language: what the person speaks.
    """

    events: Sequence[Event]
    up_to: int
    language: str


def news(tx: Tx, found: Subscription, *, after: int, before: int) -> News | None:
    """What *found* is to be told of what lies between two ids; None when it has ended."""
    person = accounts.with_actor(tx, found.account_id)
    if person is None or not queries.is_live(tx, found.id):
        return None
    account, owner = person
    if account.disabled_at is not None or not owner.active:
        return None
    page = Page(since_id=max(found.told, after), max_id=before, limit=MOST)
    fresh = notifications.page(tx, found.actor_id, page, types=sorted(found.alerts) or ("",))
    events = _told(tx, owner, _of_whom_they_asked(tx, found, fresh))
    newest = queries.newest(tx, found.actor_id, before=before)
    return News(events=events, up_to=max(found.told, newest), language=account.language)


def _of_whom_they_asked(tx: Tx, found: Subscription, fresh: Sequence[Notification]) -> Sequence[Notification]:
    if found.audience == "all" or not fresh:
        return fresh
    people = [each.from_actor_id for each in fresh]
    wanted: Iterable[int] = ()
    if found.audience == "followed":
        wanted = follows.followed_among(tx, found.actor_id, people)
    elif found.audience == "follower":
        incoming = follows.incoming(tx, found.actor_id, people)
        wanted = [id_ for id_, follow in incoming.items() if follow.state == "accepted"]
    return [each for each in fresh if each.from_actor_id in wanted]


def _told(tx: Tx, owner: Actor, fresh: Sequence[Notification]) -> list[Event]:
    if not fresh:
        return []
    people = actors.by_ids(tx, [each.from_actor_id for each in fresh])
    hushed = quiet.hushed(tx, owner.id, people.values())
    heard = {id_: each for id_, each in people.items() if each.active and id_ not in hushed}
    seen = _seen(tx, owner, fresh)
    covers = _covers(tx, owner, list(seen.values()))
    events = [
        Event(
            notification=each,
            cause=heard[each.from_actor_id],
            post=seen.get(each.post_id),
            covered_by=cover.title if (cover := covers.get(each.post_id)) is not None else None,
        )
        for each in reversed(fresh)
        if each.from_actor_id in heard and (not each.post_id or each.post_id in seen)
    ]
    hidden = {id_ for id_, cover in covers.items() if cover.action == "hide"}
    return [each for each in events if each.notification.post_id not in hidden]


def _seen(tx: Tx, owner: Actor, fresh: Sequence[Notification]) -> Mapping[int, Post]:
    about = posts.by_ids(tx, [each.post_id for each in fresh if each.post_id])
    shown = rule.visible(tx, list(about.values()), rule.viewer_for(owner))
    done_with = muted.in_muted_threads(tx, owner.id, [post.id for post in shown])
    return {post.id: post for post in shown if post.id not in done_with}


def _covers(tx: Tx, owner: Actor, seen: Sequence[Post]) -> dict[int, Filter]:
    """The filter that covers each post among notifications; one that hides it goes before others."""
    in_force = filters.in_force(tx, filters.of_actor(tx, owner.id))
    wanted = [each for each in in_force if "notifications" in each.contexts]
    if not wanted:
        return {}
    wanted.sort(key=lambda each: each.action != "hide")
    asked = polls.of_posts(tx, [post.id for post in seen if post.type == "Question"])
    found = {}
    for post in seen:
        poll = asked.get(post.id)
        words = words_of(post, poll.names if poll is not None else ())
        cover = next((each for each in wanted if _matches(each, post, words)), None)
        if cover is not None and post.actor_id != owner.id:
            found[post.id] = cover
    return found


def _matches(found: Filter, post: Post, words: str) -> bool:
    return any(each.post_id == post.id for each in found.posts) or bool(matches(found.keywords, words))
