"""robots.txt and RSL: no training, but for the posts whose authors allow it.

AIPREF combines statements by "any `n` wins", so a plain site-wide no would cancel the yes that a post
says in its own header. The longest matching path wins within the file, so each such post has lines of its
own. Where there are more than fit, the oldest are left out: a missing line means no.
"""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web

from fediverse_node.config.sections import Config
from fediverse_node.consent import channels
from fediverse_node.consent.model import Decision
from fediverse_node.datasets import queries as datasets
from fediverse_node.storage.tx import Tx
from fediverse_node.web.caching import Document, headers, respond
from fediverse_node.web.keys import ADDRESSES, DOCUMENTS, NODE
from fediverse_node.web.pages import sitemap
from fediverse_node.web.pages.allowed import Allowed, allowed, fitting

#: A withdrawal is in the post's own answers at once; here within a minute.
KEEP_SECONDS = 60.0
#: `Content-Usage: … train-ai=y` and `Allow: …`, with their line ends.
_EACH = 35
RSL = "/rsl.xml"


async def robots(request: web.Request) -> web.Response:
    """`/robots.txt`."""
    node, addresses = request.app[NODE], request.app[ADDRESSES]

    def read(tx: Tx) -> Document:
        found = [*_releases(tx, node.config), *allowed(tx, addresses)]
        # AIPREF has no word for being read by a model that answers.
        found = [each for each in found if each.decision.train_ai]
        text = _text(found, node.config.robots.training_agents, addresses.origin)
        return _document(text, "text/plain; charset=utf-8")

    make = lambda: node.db.read(read)  # noqa: E731 a closure to hand on
    return respond(request, await request.app[DOCUMENTS].get("robots", make, keep_seconds=KEEP_SECONDS))


async def rsl(request: web.Request) -> web.Response:
    """`/rsl.xml`, which robots.txt and the pages name: the same in the words of RSL 1.0."""
    node, addresses = request.app[NODE], request.app[ADDRESSES]

    def read(tx: Tx) -> Document:
        found = [*_releases(tx, node.config), *allowed(tx, addresses)]
        said = [(each.pattern, each.decision) for each in found]
        return _document(channels.rsl(said, addresses), f"{channels.RSL_TYPE}; charset=utf-8")

    make = lambda: node.db.read(read)  # noqa: E731 a closure to hand on
    return respond(request, await request.app[DOCUMENTS].get("rsl", make, keep_seconds=KEEP_SECONDS))


def _document(text: str, content_type: str) -> Document:
    return Document(body=text.encode(), content_type=content_type, headers=headers(vary="Accept-Encoding"))


def _text(found: Sequence[Allowed], agents: Sequence[str], origin: str) -> str:
    head = [
        f"Sitemap: {origin}{sitemap.PATH}",
        f"License: {origin}{RSL}",
        "# Training needs the author's yes, post by post. Each answer says it in Content-Usage too.",
        "User-Agent: *",
        "Allow: /",
        "Disallow: /api/",
        f"Content-Usage: {channels.content_usage(Decision())}",
        "Content-Signal: search=yes, ai-input=no, ai-train=no",
    ]
    named = [f"User-Agent: {agent}" for agent in agents]
    # A crawler that stops reading in the middle must not miss the "Disallow" at the end.
    kept = fitting(found, used=sum(len(line) + 1 for line in (*head, *named)) + 50, each=_EACH)
    lines = [*head, *(f"Content-Usage: {each.pattern} train-ai=y" for each in kept), ""]
    if named:
        lines += [*named, *(f"Allow: {each.pattern}" for each in kept), "Disallow: /", ""]
    return "\n".join(lines)


def _releases(tx: Tx, config: Config) -> list[Allowed]:
    """What the current release of the dataset begins with: all in it is allowed."""
    found = datasets.current(tx) if config.datasets.publish else None
    if found is None:
        return []
    return [Allowed(pattern=f"/datasets/{found.sha256}/", decision=Decision(train_ai=True))]
