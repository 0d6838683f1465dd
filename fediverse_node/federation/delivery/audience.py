"""Who gets a copy: from a post's visibility to the inboxes it is sent to. One place decides.

| visibility        | inboxes                                                                       |
|-------------------|-------------------------------------------------------------------------------|
| public, unlisted  | followers' shared inboxes, and those of the people addressed by name          |
| private           | followers' shared inboxes, and the own inboxes of the people addressed by name |
| direct            | the own inboxes of the people addressed by name, and no others                |

So a followers-only post never reaches a server without an accepted follower, unless its author named
somebody there; and a direct post never enters a shared inbox, where a server may show it to more
people than were named. A post for this server only goes nowhere. There is no `bto` and no `bcc`:
nobody is addressed in secret.
"""

from __future__ import annotations

from collections.abc import Iterable

from fediverse_node.actors import queries as actors
from fediverse_node.actors.model import Actor
from fediverse_node.follows import queries as follows
from fediverse_node.moderation import queries as moderation
from fediverse_node.posts.model import Post
from fediverse_node.storage.tx import Tx


def of_post(tx: Tx, post: Post, author: Actor) -> list[str]:
    """Where *post*, and what is later said about it, has to go."""
    if post.local_only:
        return []
    named = _welcoming(tx, author, _reachable(actors.by_uris(tx, post.addressed).values()))
    if post.visibility == "direct":
        return _distinct(person.inbox for person in named)
    followers = follows.follower_inboxes(tx, author.id)
    if post.visibility == "private":
        served = set(followers)
        others = (person.inbox for person in named if person.delivery_inbox not in served)
        return _distinct([*followers, *others])
    return _distinct([*followers, *(person.delivery_inbox for person in named)])


def groups_of(tx: Tx, post: Post) -> tuple[Actor, ...]:
    """The groups that *post* was written in or to (FEP-1b12): they pass on what is addressed to them."""
    if not post.addressed:
        return ()
    people = actors.by_uris(tx, post.addressed).values()
    return tuple(person for person in people if person.type == "Group" and person.active)


def of_followers(tx: Tx, actor: Actor) -> list[str]:
    """Where news about *actor* goes."""
    return _distinct(follows.follower_inboxes(tx, actor.id))


def of_person(person: Actor) -> list[str]:
    """Where something goes that concerns *person* alone. Empty for somebody here."""
    return [other.inbox for other in _reachable([person])]


def _reachable(people: Iterable[Actor]) -> list[Actor]:
    return [person for person in people if not person.local and person.active]


def _welcoming(tx: Tx, author: Actor, people: list[Actor]) -> list[Actor]:
    """Those of *people* who neither block *author* nor are blocked."""
    apart = moderation.apart(tx, author.id, (person.id for person in people))
    return [person for person in people if person.id not in apart]


def _distinct(inboxes: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(inboxes))
