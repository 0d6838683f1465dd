"""Reporting: a person tells whoever runs this server, and, if they want, whoever runs the other."""

from __future__ import annotations

from collections.abc import Sequence

from fediverse_node.actors import local
from fediverse_node.actors.model import Actor
from fediverse_node.federation.builders import flag
from fediverse_node.federation.delivery import audience, queue
from fediverse_node.federation.outbox.block import somebody
from fediverse_node.federation.outbox.desk import Desk
from fediverse_node.kernel.errors import Conflict, NotFound, NotNow, NotValid
from fediverse_node.moderation import reports
from fediverse_node.moderation.model import Report
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Post
from fediverse_node.storage.tx import Tx
from fediverse_node.visibility.rule import viewer_for, visible

MAX_COMMENT = 1_000


async def report(
    desk: Desk,
    actor: Actor,
    target_id: int,
    *,
    post_ids: Sequence[int] = (),
    comment: str = "",
    forward: bool = False,
    category: str | None = None,
) -> Report:
    """*actor* reports somebody and posts of theirs.

    With *forward* the server of somebody elsewhere is told by this server's own actor: who reported
    stays here.

    Raises:
        NotFound: there is nobody with this id, or no such post of theirs that *actor* may see (PRI-13).
        NotValid: too many posts, too long a comment, or *actor* is the one who is reported.
        Conflict: there are enough open reports of theirs about this account.
    """
    if len(post_ids) > reports.MAX_POSTS or len(comment) > MAX_COMMENT:
        raise NotValid(f"A report names at most {reports.MAX_POSTS} posts and has {MAX_COMMENT} characters.")

    def unit(tx: Tx) -> Report:
        if target_id == actor.id:
            raise NotValid("Nobody can report themselves.")
        target = somebody(tx, actor, target_id)
        about = _posts_of(tx, actor, target, post_ids)
        elsewhere = forward and not target.local
        made = Report(
            id=tx.new_id(),
            uri=None,
            reporter_id=actor.id,
            target_id=target.id,
            post_uris=tuple(post.uri for post in about),
            comment=comment,
            forwarded=elsewhere,
            created_at=tx.now,
            category=category,
        )
        if not reports.add(tx, made):
            raise Conflict("You have reported this account often enough; your reports are being looked at.")
        if elsewhere:
            _forward(tx, desk, made, target)
        return made

    return await desk.db.write(unit)


def _posts_of(tx: Tx, actor: Actor, target: Actor, post_ids: Sequence[int]) -> list[Post]:
    found = posts.by_ids(tx, list(post_ids))
    seen = visible(tx, [found[id_] for id_ in dict.fromkeys(post_ids) if id_ in found], viewer_for(actor))
    if len(seen) != len(set(post_ids)) or any(post.actor_id != target.id for post in seen):
        raise NotFound("There is no such post of this account.")
    return seen


def _forward(tx: Tx, desk: Desk, made: Report, target: Actor) -> None:
    server = local.instance_actor(tx, desk.addresses)
    if server is None:
        raise NotNow("This server has no actor yet. Run “fediverse-node init”.")
    document = flag.document(
        id_=desk.addresses.activity(tx.new_id()),
        server=server.uri,
        target=target.uri,
        posts=made.post_uris,
        comment=made.comment,
    )
    queue.enqueue(tx, actor=server, document=document, inboxes=audience.of_person(target))
