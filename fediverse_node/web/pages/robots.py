"""robots.txt: no training, but for the posts whose authors allow it.

AIPREF combines statements by "any `n` wins", so a plain site-wide no would cancel the yes that a post
says in its own header. The longest matching path wins within the file, so each such post has lines of its
own. Where there are more than fit, the oldest are left out: a missing line means no.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from aiohttp import web

from fediverse_node.actors import queries as actors
from fediverse_node.actors.addresses import Addresses
from fediverse_node.consent import queries as ledger
from fediverse_node.consent.decisions import decision_for
from fediverse_node.kernel.ids import parse_id
from fediverse_node.posts import queries as posts
from fediverse_node.posts.subject import subject_of
from fediverse_node.storage.tx import Tx
from fediverse_node.web.caching import Document, headers, respond
from fediverse_node.web.keys import ADDRESSES, DOCUMENTS, NODE

#: Crawlers read 500 KiB; a post takes about 230 bytes.
MAX_POSTS = 2000
#: A withdrawal is in the post's own answers at once; here within a minute.
KEEP_SECONDS = 60.0


async def robots(request: web.Request) -> web.Response:
    """`/robots.txt`."""
    node, addresses = request.app[NODE], request.app[ADDRESSES]

    def read(tx: Tx) -> Document:
        return Document(
            body=_text(_allowed_paths(tx, addresses), node.config.robots.training_agents).encode(),
            content_type="text/plain; charset=utf-8",
            headers=headers(vary="Accept-Encoding"),
        )

    make = lambda: node.db.read(read)  # noqa: E731 a closure to hand on
    return respond(request, await request.app[DOCUMENTS].get("robots", make, keep_seconds=KEEP_SECONDS))


def _text(allowed: list[str], agents: list[str]) -> str:
    exceptions = [f"Content-Usage: {path}$ train-ai=y" for path in allowed]
    lines = [
        "# Training needs the author's yes, post by post. Each answer says it in Content-Usage too.",
        "User-Agent: *",
        "Allow: /",
        "Disallow: /api/",
        "Content-Usage: train-ai=n",
        "Content-Signal: search=yes, ai-input=no, ai-train=no",
        *exceptions,
        "",
    ]
    if agents:
        lines += [f"User-Agent: {agent}" for agent in agents]
        lines += [*(f"Allow: {path}$" for path in allowed), "Disallow: /", ""]
    return "\n".join(lines)


def _allowed_paths(tx: Tx, addresses: Addresses) -> list[str]:
    """The paths, as page and as object, of posts for which a yes is in force now."""
    entries = {entry.object_uri: entry for entry in ledger.last_yes(tx, MAX_POSTS)}
    ids = [parse_id(uri.rpartition("/")[2]) for uri in entries]
    found = posts.by_ids(tx, [id_ for id_ in ids if id_ is not None])
    people = actors.by_ids(tx, {post.actor_id for post in found.values()})
    paths: list[str] = []
    for post in found.values():
        author = people[post.actor_id]
        if decision_for(subject_of(post, author), entries.get(post.uri)).train_ai:
            page = addresses.post_page(author.username, post.id)
            paths += [urlsplit(page).path, urlsplit(post.uri).path]
    return sorted(paths)
