"""The other rule: who may answer, quote, boost or like a post. Asked after `rule`, never instead of it.

Where an author says nothing, everybody who may see a post may answer, boost and like it, as Mastodon and
GoToSocial have it; whether it may be quoted is unknown, so its author is asked (FEP-044f). Our own posts
always say everything: the public ones are open to all, and of the closed ones only the author may pass on
the words, whatever was chosen. Who is named in a post may always answer it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from fediverse_node.activitystreams.vocabulary import PUBLIC
from fediverse_node.actors import queries as actors
from fediverse_node.actors.model import Actor
from fediverse_node.follows import queries as follows
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Post
from fediverse_node.quotes import queries as quotes
from fediverse_node.quotes.model import SILENT, Action, Audience, Permission, Policy, Verdict
from fediverse_node.storage.tx import Tx
from fediverse_node.visibility.rule import OPEN

_EVERYBODY: Final = Permission(automatic=(PUBLIC,))
#: Of nearly every post of ours.
_OPEN_TO_ALL: Final = Policy(reply=_EVERYBODY, quote=_EVERYBODY, boost=_EVERYBODY, like=_EVERYBODY)


def judge(tx: Tx, post: Post, author: Actor, action: Action, actor: Actor) -> Verdict:
    """What *actor*, who may see *post* by *author*, gets who wants to do *action* with it."""
    if actor.id == author.id:
        return "automatic"
    noted = quotes.policies_of(tx, [post.id]).get(post.id, SILENT)
    return weigh(
        stated(post, author, noted),
        action,
        post=post,
        author=author,
        actor_uri=actor.uri,
        is_follower=lambda: follows.is_following(tx, actor.id, author.id),
        is_followed=lambda: follows.is_following(tx, author.id, actor.id),
    )


def weigh(
    policy: Policy,
    action: Action,
    *,
    post: Post,
    author: Actor,
    actor_uri: str,
    is_follower: Callable[[], bool],
    is_followed: Callable[[], bool],
) -> Verdict:
    """The same for the whole policy of a post at hand; the last two are asked only if need be."""
    permission = policy.of(action)
    if actor_uri == author.uri or (action == "reply" and actor_uri in post.addressed):
        return "automatic"
    if permission is None:
        return "unknown" if action == "quote" else "automatic"

    def holds(named: tuple[str, ...]) -> bool:
        if PUBLIC in named or actor_uri in named:
            return True
        if author.followers is not None and author.followers in named and is_follower():
            return True
        return author.following is not None and author.following in named and is_followed()

    if holds(permission.automatic):
        return "automatic"
    if holds(permission.manual):
        return "manual"
    known = {author.uri, author.followers, author.following}
    # Collections that only their owner can look into: the author has to be asked.
    return "unknown" if not known.issuperset(permission.automatic + permission.manual) else "denied"


def stated(post: Post, author: Actor, noted: Policy) -> Policy:
    """The policy of *post* as it holds: what its author noted, and for ours what goes without saying."""
    if not post.local:
        return noted
    if post.visibility in OPEN:
        if noted is SILENT:
            return _OPEN_TO_ALL
        return Policy(
            reply=noted.reply or _EVERYBODY,
            quote=noted.quote or _EVERYBODY,
            boost=noted.boost or _EVERYBODY,
            like=_EVERYBODY,
        )
    only_author = Permission(automatic=(author.uri,))
    seen = (author.followers,) if post.visibility == "private" and author.followers else ()
    readers = Permission(automatic=(author.uri, *seen, *post.addressed))
    return Policy(reply=noted.reply or readers, quote=only_author, boost=only_author, like=readers)


def allow(audience: Audience, author: Actor) -> Permission:
    """What *author* notes who chose *audience*."""
    named = {
        "public": PUBLIC,
        "followers": author.followers,
        "following": author.following,
        "nobody": author.uri,
    }[audience]
    return Permission(automatic=(named or author.uri,))


def chosen(
    author: Actor,
    *,
    reply: Audience | None = None,
    quote: Audience | None = None,
    boost: Audience | None = None,
) -> Policy:
    """The note about a post of *author*; what holds anyway is not noted."""

    def noted(audience: Audience | None) -> Permission | None:
        return None if audience is None or audience == "public" else allow(audience, author)

    return Policy(reply=noted(reply), quote=noted(quote), boost=noted(boost))


def may_answer(tx: Tx, parent_uri: str, author: Actor | None, author_uri: str) -> bool:
    """Whether a post of *author* may stand under *parent_uri*. Posts of others are for others to guard.

    *author* is None while we have not met them; then they can be no follower.
    """
    parent = posts.by_uri(tx, parent_uri)
    if parent is None or not parent.local:
        return True
    owner = actors.by_id(tx, parent.actor_id)
    if owner is None:
        return True
    noted = quotes.policies_of(tx, [parent.id]).get(parent.id)
    if noted is None or noted.reply is None:
        return True
    verdict = weigh(
        stated(parent, owner, noted),
        "reply",
        post=parent,
        author=owner,
        actor_uri=author_uri,
        is_follower=lambda: author is not None and follows.is_following(tx, author.id, owner.id),
        is_followed=lambda: author is not None and follows.is_following(tx, owner.id, author.id),
    )
    return verdict == "automatic"
