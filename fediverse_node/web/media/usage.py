"""What is said about the use of a picture of ours, with the file itself."""

from __future__ import annotations

from collections.abc import Mapping

from fediverse_node.actors import queries as actors
from fediverse_node.actors.addresses import Addresses
from fediverse_node.consent import channels
from fediverse_node.consent.decisions import decisions, of_picture
from fediverse_node.consent.model import Decision
from fediverse_node.posts import queries as posts
from fediverse_node.posts.subject import subject_of
from fediverse_node.storage.tx import Tx
from fediverse_node.uploads.model import Upload


def usage_headers(tx: Tx, upload: Upload, addresses: Addresses) -> Mapping[str, str]:
    """The headers about training of every answer with this picture. What nobody decided about is no.

    A picture has its own decision, in that of the post that carries it now.
    """
    return channels.headers(decision_of(tx, upload), addresses)


def decision_of(tx: Tx, upload: Upload) -> Decision:
    """What its author decided about this picture, in the decision about the post that carries it now."""
    post = posts.by_id(tx, upload.post_id) if upload.post_id is not None else None
    author = actors.by_id(tx, post.actor_id) if post is not None else None
    if post is None or author is None:
        return Decision()
    return of_picture(decisions(tx, [subject_of(post, author)])[post.uri], upload.sha256)
