"""An author says of a post that is out that they have read what a model wrote in it, and stand by it."""

from __future__ import annotations

import logging
from dataclasses import replace

from fediverse_node.actors.model import Actor
from fediverse_node.federation.outbox import labels, polling
from fediverse_node.federation.outbox.desk import Desk
from fediverse_node.federation.outbox.edit import send_update
from fediverse_node.federation.outbox.labels import AUTONOMOUS
from fediverse_node.federation.outbox.own import own_post
from fediverse_node.kernel.errors import NotValid
from fediverse_node.posts import provenance
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Post
from fediverse_node.posts.provenance import Provenance
from fediverse_node.storage.tx import Tx

log = logging.getLogger(__name__)


async def mark_reviewed(desk: Desk, author: Actor, post_id: int) -> Post:
    """Write down that *author* has read the post, say so on it, and tell everybody who has a copy.

    The text is the same, and so is what its author decided about its use. It is never taken back; said
    again, it changes nothing.

    Raises:
        NotFound: there is no such post; NotAllowed: it is somebody else's.
        NotValid: no model had a part in it, or it was published as what nobody reviews.
    """
    signing = await desk.keys.key_of(author.id, "ed25519")

    def unit(tx: Tx) -> Post:
        before = own_post(tx, author, post_id)
        part = _reviewable(before)
        if before.human_reviewed:
            return before
        reviewed = replace(part, human_reviewed=True)
        content = labels.labelled_html(
            labels.without_label(before), reviewed, language=before.language, addresses=desk.addresses
        )
        after = replace(before, content_html=content, human_reviewed=True, edited_at=tx.now)
        posts.revise(
            tx,
            after,
            mentioned=posts.mentions_of(tx, [before.id]).get(before.id, []),
            tagged=posts.hashtags_of(tx, [before.id]).get(before.id, []),
            asked=polling.answers(tx, before),
        )
        known = provenance.of_post(tx, before.id) or Provenance(post_id=before.id)
        provenance.keep(tx, replace(known, reviewed_at=tx.now))
        send_update(tx, desk, after, author, signing)
        return after

    post = await desk.db.write(unit)
    log.info("outbox.reviewed", extra={"post": post.id})
    return post


def _reviewable(post: Post) -> labels.AiPart:
    part = labels.part_in(post)
    if not part.used:
        raise NotValid(
            "No model had a part in this post, as far as is known here: there is nothing to review."
        )
    if part.disclosure == AUTONOMOUS:
        raise NotValid("What a person reviewed is ai-assisted. An ai-autonomous post was reviewed by nobody.")
    return part
