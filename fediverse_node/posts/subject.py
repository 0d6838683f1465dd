"""A post as the consent room sees it: the facts on which a decision about its use depends."""

from __future__ import annotations

from fediverse_node.actors.model import Actor
from fediverse_node.consent.model import Subject
from fediverse_node.posts.exportable import Candidate
from fediverse_node.posts.model import Post


def subject_of(post: Post | Candidate, author: Actor) -> Subject:
    """What consent must know of *post*, written by *author*; of a candidate for a dataset only the text."""
    in_good_standing = author.local and author.active and author.moved_to is None
    return Subject(
        object_uri=post.uri,
        author_uri=author.uri,
        revision=post.revision,
        public=post.visibility == "public" and not post.local_only,
        own=post.local and in_good_standing and post.boost_of_id is None and post.actor_id == author.id,
        present=post.deleted_at is None,
        sensitive=post.sensitive,
        licence=post.licence,
        media=_pictures(post) if isinstance(post, Post) else (),
    )


def _pictures(post: Post) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item.sha256 for item in post.attachments if item.sha256))
