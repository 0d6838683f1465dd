"""What an Update says of a remote poll: new counts, its end, or other answers.

That only the author says it was checked before. Counts that fall are believed from the origin alone:
an Update that was overtaken on its way must not undo a newer one.
"""

from __future__ import annotations

from fediverse_node.activitystreams.documents import ObjectDoc
from fediverse_node.federation.discovery import polls as discovery
from fediverse_node.federation.inbox.model import Applied, Found, Missing, Outcome
from fediverse_node.polls import queries as polls
from fediverse_node.posts.model import Post
from fediverse_node.storage.tx import Tx


def settle(tx: Tx, post: Post, doc: ObjectDoc, found: Found) -> Outcome | None:
    """Apply an Update of the question *post* that changes counts only; None when it is an edit.

    An edit has a newer `updated`, or other answers. Who only counted sends neither (Mastodon, Misskey).
    """
    poll = polls.of_post(tx, post.id)
    if poll is None or doc.poll is None or not discovery.same_answers(poll, doc.poll):
        return None
    known = post.edited_at or post.published_at
    if doc.updated is not None and post.edited_at is not None and doc.updated < known:
        return None
    if found.post is None and discovery.lowers(poll, doc.poll):
        return Missing()
    if doc.updated is not None and doc.updated > known:
        return None
    discovery.recount(tx, poll, doc.poll)
    return Applied()


def answers(tx: Tx, post: Post) -> tuple[str, ...]:
    """What could be chosen in *post* until now."""
    poll = polls.of_post(tx, post.id) if post.type == "Question" else None
    return poll.names if poll is not None else ()


def follow_edit(tx: Tx, post: Post, doc: ObjectDoc) -> None:
    """Bring the poll of *post* to what its edit *doc* says. Other answers end the votes for the old."""
    if doc.type != "Question" or doc.poll is None:
        return
    poll = polls.of_post(tx, post.id)
    if poll is not None and discovery.same_answers(poll, doc.poll):
        discovery.recount(tx, poll, doc.poll)
    else:
        discovery.exchange(tx, post, doc.poll)
