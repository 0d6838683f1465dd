"""Posts with a hashtag that somebody follows stand in their home timeline, too, from when they come.

What a reader does not want to hear of them (blocks, mutes, models' posts, filters) is left out when the
page is read, as with everything else that stands there.
"""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from fediverse_node.actors import queries as people
from fediverse_node.actors.tables import actors
from fediverse_node.follows.tables import follows
from fediverse_node.hashtags import queries as hashtags
from fediverse_node.hashtags.tables import followed_tags
from fediverse_node.moderation.policy import policy
from fediverse_node.posts.model import Hashtag, Post
from fediverse_node.posts.tables import hashtags as tagged_posts
from fediverse_node.posts.tables import posts
from fediverse_node.storage.tx import Tx
from fediverse_node.timelines.tables import home_entries


def deliver(tx: Tx, post: Post, tagged: Sequence[Hashtag]) -> None:
    """Put a post that just came into the homes of those who follow one of its hashtags.

    Only what is public, and not by somebody of a server that is silenced here: only their followers
    hear those. Without a hashtag that anybody follows it costs no statement.
    """
    if not tagged or post.visibility != "public":
        return
    tags = hashtags.heeded(tx, (each.tag for each in tagged))
    if not tags or _is_silenced(tx, post):
        return
    readers = (
        sa.select(followed_tags.c.actor_id, sa.literal(post.id, sa.BigInteger))
        .join_from(followed_tags, actors, actors.c.id == followed_tags.c.actor_id)
        .where(followed_tags.c.tag.in_(tags), actors.c.local)
        .distinct()
    )
    tx.insert_from(home_entries, ["actor_id", "post_id"], readers)


def withdraw(tx: Tx, actor_id: int, tag: str) -> None:
    """After somebody ceased to follow a hashtag: take out what stands in their home for nothing else."""
    followed = sa.select(follows.c.target_id).where(
        follows.c.follower_id == actor_id, follows.c.state == "accepted"
    )
    with_it = (
        sa.select(posts.c.id)
        .join_from(tagged_posts, posts, posts.c.id == tagged_posts.c.post_id)
        .where(tagged_posts.c.tag == tag, posts.c.actor_id != actor_id, posts.c.actor_id.not_in(followed))
    )
    others = (
        sa.select(tagged_posts.c.post_id)
        .join_from(tagged_posts, followed_tags, followed_tags.c.tag == tagged_posts.c.tag)
        .where(followed_tags.c.actor_id == actor_id, tagged_posts.c.post_id == home_entries.c.post_id)
        .exists()
    )
    where = (home_entries.c.actor_id == actor_id, home_entries.c.post_id.in_(with_it), sa.not_(others))
    tx.execute(home_entries.delete().where(*where))


def _is_silenced(tx: Tx, post: Post) -> bool:
    rules = policy(tx)
    if not (rules.silenced if post.local else rules.quiets_some):
        return False
    author = people.by_id(tx, post.actor_id)
    return author is None or rules.quiets(author)
