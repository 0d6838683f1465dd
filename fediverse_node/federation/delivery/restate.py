"""Saying anew how a post of ours stands, because somebody else's word changed what it says.

The use cases of the outbox say what their author changed; here it is an answer that came in: a yes to a
quote, a no, or a yes taken back.
"""

from __future__ import annotations

from fediverse_node.activitystreams.load import JsonDict
from fediverse_node.actors import queries as actors
from fediverse_node.actors.addresses import Addresses
from fediverse_node.actors.model import Actor
from fediverse_node.consent import decisions
from fediverse_node.federation.builders import update
from fediverse_node.federation.builders.note import NoteParts
from fediverse_node.federation.delivery import audience, queue
from fediverse_node.federation.delivery.sealing import seal
from fediverse_node.federation.delivery.terms import terms_of
from fediverse_node.polls import queries as polls
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Post
from fediverse_node.posts.subject import subject_of
from fediverse_node.signatures import keys
from fediverse_node.storage.tx import Tx
from fediverse_node.visibility.rule import OPEN


def restate(tx: Tx, post: Post, author: Actor, *, addresses: Addresses) -> None:
    """Put an Update of *post* in the post.

    Its author changed nothing, so there is no new `updated`: Mastodon would show the post as edited. It
    reads counts and a yes to a quote from such an Update all the same, and so does this server.
    """
    if post.local_only:
        return
    subject = subject_of(post, author)
    parts = NoteParts(
        post=post,
        author=author,
        mentions=posts.mentions_of(tx, [post.id]).get(post.id, []),
        hashtags=posts.hashtags_of(tx, [post.id]).get(post.id, []),
        decision=decisions.decisions(tx, [subject])[post.uri],
        groups=audience.groups_of(tx, post),
        terms=terms_of(tx, post),
        poll=polls.of_post(tx, post.id) if post.type == "Question" else None,
    )
    public = post.visibility in OPEN
    document = update.of_note(parts, id_=addresses.activity(tx.new_id()), addresses=addresses)
    queue.enqueue(
        tx,
        actor=author,
        document=_sealed(tx, author, document) if public else document,
        inboxes=audience.of_post(tx, post, author),
        post_id=post.id,
        public=public,
    )


def _sealed(tx: Tx, author: Actor, document: JsonDict) -> JsonDict:
    """With a proof, where the author has a key for it. Reading one takes a tenth of a millisecond."""
    for key in actors.keys_of(tx, author.id):
        if key.kind == "ed25519" and key.private_key is not None:
            return seal(document, keys.load_private(key.private_key, key.key_id), now=tx.now)
    return document
