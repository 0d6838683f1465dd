"""Which addresses hold nothing but what models may use: for the files that speak of the whole server.

A page also shows what others answered and what is quoted, and whoever reads only such a file does not see the
page's own headers. So the page of a post is listed only while the post stands alone on it; its object is
always listed, and a picture of it where that was allowed, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from fediverse_node.actors import queries as actors
from fediverse_node.actors.addresses import Addresses
from fediverse_node.consent import queries as ledger
from fediverse_node.consent.decisions import decision_for, of_picture
from fediverse_node.consent.model import Decision
from fediverse_node.kernel.ids import parse_id
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Post
from fediverse_node.posts.subject import subject_of
from fediverse_node.quotes import queries as quotes
from fediverse_node.storage.tx import Tx

#: Posts that are looked at: more than such files have room for.
MAX_POSTS: Final = 2000
#: Bytes of a robots.txt that every crawler reads (RFC 9309, 2.5).
MAX_BYTES: Final = 500 << 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """An address and what is said of what is there.

    Attributes:
        pattern: as in robots.txt, with `$` where the path ends.
    """

    pattern: str
    decision: Decision


def allowed(tx: Tx, addresses: Addresses) -> list[Allowed]:
    """What a yes to training, or to being read for answers, is in force for now, the newest yes first."""
    entries = ledger.last_yes(tx, MAX_POSTS)
    ids = [parse_id(entry.object_uri.rpartition("/")[2]) for entry in entries]
    found = {post.uri: post for post in posts.by_ids(tx, [id_ for id_ in ids if id_ is not None]).values()}
    people = actors.by_ids(tx, {post.actor_id for post in found.values()})
    noted = quotes.of_posts(tx, [post.id for post in found.values()])
    made: list[Allowed] = []
    for entry in entries:
        post = found.get(entry.object_uri)
        if post is None:
            continue
        author = people[post.actor_id]
        decision = decision_for(subject_of(post, author), entry)
        if not (decision.train_ai or decision.ai_input):
            continue
        addressed = [post.uri, *_pictures(post, decision, addresses)]
        if _alone(post) and "quote" not in noted.get(post.id, {}):
            addressed.append(addresses.post_page(author.username, post.id))
        made += [Allowed(pattern=f"{urlsplit(each).path}$", decision=decision) for each in addressed]
    return made


def _pictures(post: Post, decision: Decision, addresses: Addresses) -> Iterator[str]:
    """Where those pictures of *post* are that may be used like it, in both sizes."""
    for item in post.attachments:
        if of_picture(decision, item.sha256).purposes:
            own = (item.url, item.preview)
            yield from (url for url in own if url is not None and url.startswith(f"{addresses.origin}/"))


def fitting(found: Iterable[Allowed], *, used: int, each: int) -> list[Allowed]:
    """The first of *found*, as many as there is room for: what is left out is a no.

    Args:
        found: what is allowed.
        used: bytes that the rest of the file takes.
        each: bytes that each takes besides its pattern, which is written twice.
    """
    kept: list[Allowed] = []
    for one in found:
        used += 2 * len(one.pattern.encode()) + each
        if used > MAX_BYTES:
            break
        kept.append(one)
    return kept


def _alone(post: Post) -> bool:
    return post.replies_count == 0 and post.in_reply_to_uri is None
