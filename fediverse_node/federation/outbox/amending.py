"""A new word about a post that is out: what it may be used for, and under which licence. Its text stays."""

from __future__ import annotations

from fediverse_node.actors.model import Actor
from fediverse_node.consent.licences import licence_named
from fediverse_node.consent.model import Allowance, Method
from fediverse_node.federation.outbox.desk import Desk
from fediverse_node.federation.outbox.edit import Edit, edit, set_training_use
from fediverse_node.federation.outbox.labels import without_label
from fediverse_node.federation.outbox.own import own_post
from fediverse_node.posts.model import Post


async def allow_as(
    desk: Desk, author: Actor, post_id: int, *, to: Allowance, licence: str, method: Method
) -> None:
    """Write down that the use of a post is allowed *to* so much, under *licence* (empty for none).

    A licence is a part of what was written: another one makes a new revision, and the yes is one to that.

    Raises:
        NotFound: there is no such post; NotAllowed: it is somebody else's.
        NotValid: it cannot be allowed, or the licence is not known here.
    """
    post = await desk.db.read(lambda tx: own_post(tx, author, post_id))
    wanted = licence_named(licence) if licence else None
    if wanted == post.licence:
        await set_training_use(desk, author, post_id, allow=True, method=method, to=to)
        return
    await edit(desk, author, post_id, _relicensed(post, to, licence, method))


def _relicensed(post: Post, to: Allowance, licence: str, method: Method) -> Edit:
    markdown = post.source_media_type == "text/markdown"
    return Edit(
        # An app that sent HTML left no source; its own post is taken as it stands.
        text=without_label(post) if post.source is None else post.source,
        content_type="text/html" if post.source is None else "text/markdown" if markdown else "text/plain",
        summary=post.summary,
        sensitive=post.sensitive,
        language=post.language,
        training_use=True,
        allowing=to,
        licence=licence,
        method=method,
    )
