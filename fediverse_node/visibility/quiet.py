"""What a person may see, but not wants to hear: mutes, blocks, shunned or silenced servers, models' posts.

`rule` says what can be seen at all; this says what is left out of timelines and notifications. For whoever
blocks, mutes and hides nothing, on a server that silences nobody, it asks the database nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from fediverse_node.actors import queries as actors
from fediverse_node.actors.model import Actor
from fediverse_node.follows import queries as follows
from fediverse_node.moderation import ai_filters
from fediverse_node.moderation import queries as moderation
from fediverse_node.moderation.model import AiFilter, Stance
from fediverse_node.moderation.policy import policy
from fediverse_node.notifications import holding
from fediverse_node.posts import queries as posts
from fediverse_node.posts.authorship import authors_of, labels_of
from fediverse_node.posts.model import Post
from fediverse_node.storage.tx import Tx
from fediverse_node.visibility.rule import Viewer


def heard(tx: Tx, found: Sequence[Post], viewer: Viewer, *, in_public: bool = False) -> list[Post]:
    """Those of *found* that belong into a timeline of the viewer's, in their order.

    Left out is what is written or boosted by somebody blocked, muted or of a shunned server, what answers
    them, and what mentions somebody blocked; what models wrote, as far as the viewer hides that;
    *in_public* also what silenced servers say to strangers, and what the operator hides of models.
    """
    hides = ai_filters.for_timeline(tx, viewer.actor_id, in_public=in_public)
    if hides != "off":
        found = _without_models(tx, found, viewer, hides)
    silence = in_public and policy(tx).quiets_some
    concerned = policy(tx).concerns(viewer.actor_id)
    if not found or not (silence or concerned):
        return list(found)
    voices = _voices(tx, found)
    speakers = {id_ for ids in voices.values() for id_ in ids}
    unheard = _silenced(tx, _known(tx, speakers), viewer.actor_id) if silence else set()
    named: set[int] = set()
    if concerned:
        stance = moderation.stance(tx, viewer.actor_id, speakers)
        unheard |= stance.blocking | stance.blocked_by | stance.muting.keys()
        unheard |= (
            {each.id for each in _known(tx, speakers) if _is_shunned(stance, each)}
            if stance.domains
            else set()
        )
        named = _naming(tx, found, stance)
    return [
        post
        for post in found
        if post.actor_id == viewer.actor_id or not (post.id in named or unheard & voices[post.id])
    ]


def hushed(tx: Tx, person_id: int, people: Iterable[Actor]) -> set[int]:
    """Those of *people* of whom a person is not notified."""
    some = {person.id: person for person in people}
    return _unaccepted(tx, person_id, _silenced(tx, some.values(), person_id)) | unwanted(
        tx, person_id, some.values()
    )


def unwanted(tx: Tx, person_id: int, people: Iterable[Actor]) -> set[int]:
    """Those of *people* whom a person blocks, mutes or shuns, or who block them."""
    if not policy(tx).concerns(person_id):
        return set()
    some = {person.id: person for person in people}
    stance = moderation.stance(tx, person_id, some)
    quiet = {id_ for id_, mute in stance.muting.items() if mute.notifications}
    out = {id_ for id_, each in some.items() if stance.apart(id_) or _is_shunned(stance, each)}
    return quiet | out


def _unaccepted(tx: Tx, person_id: int, silenced: set[int]) -> set[int]:
    """Of those whom only their followers hear whoever the person has not accepted, one by one or all."""
    if not silenced or holding.policy_of(tx, person_id).for_limited_accounts == "accept":
        return set()
    return silenced - holding.permitted(tx, person_id, silenced)


def _without_models(tx: Tx, found: Sequence[Post], viewer: Viewer, hides: AiFilter) -> list[Post]:
    """Without what says to be a model's, also where others boost it. One's own is never hidden."""
    boosted = labels_of(tx, (post.boost_of_id for post in found if post.boost_of_id is not None))

    def left_out(post: Post) -> bool:
        author_id, disclosure = boosted.get(post.boost_of_id or 0, (post.actor_id, post.ai_disclosure))
        own = viewer.actor_id is not None and viewer.actor_id in (post.actor_id, author_id)
        return not own and ai_filters.leaves_out(hides, disclosure)

    return [post for post in found if not left_out(post)]


def _voices(tx: Tx, found: Sequence[Post]) -> dict[int, set[int]]:
    """Who speaks in each post, by post: its author, and the author of what it boosts or answers."""
    beside = {
        post.id: [id_ for id_ in (post.boost_of_id, post.in_reply_to_id) if id_ is not None] for post in found
    }
    authors = authors_of(tx, (id_ for ids in beside.values() for id_ in ids))
    return {
        post.id: {post.actor_id, *(authors[id_] for id_ in beside[post.id] if id_ in authors)}
        for post in found
    }


def _naming(tx: Tx, found: Sequence[Post], stance: Stance) -> set[int]:
    """The posts that mention somebody blocked, on either side."""
    if not stance.apart_uris:
        return set()
    mentions = posts.mentions_of(tx, [post.id for post in found])
    return {
        post_id
        for post_id, names in mentions.items()
        if any(name.actor_uri in stance.apart_uris for name in names)
    }


def _known(tx: Tx, ids: set[int]) -> Iterable[Actor]:
    return actors.by_ids(tx, ids).values()


def _is_shunned(stance: Stance, person: Actor) -> bool:
    return not person.local and stance.shuns(person.domain)


def _silenced(tx: Tx, people: Iterable[Actor], listener_id: int | None) -> set[int]:
    """Whom only their followers hear, as far as the listener is none."""
    rules = policy(tx)
    found = {each.id for each in people if rules.quiets(each)}
    if not found or listener_id is None:
        return found
    return found - follows.followed_among(tx, listener_id, found)
