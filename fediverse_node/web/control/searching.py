"""Operations on the index of posts: how far it has come, and making it anew."""

from __future__ import annotations

from fediverse_node.kernel.clock import to_rfc3339
from fediverse_node.kernel.ids import time_of
from fediverse_node.node import Node
from fediverse_node.search import indexing
from fediverse_node.search.indexing import Indexer, State
from fediverse_node.web.control.finding import Finding
from fediverse_node.web.control.operation import JsonDict, Progress

#: Posts between two lines of progress.
_SAY_EVERY = 5_000


async def status(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{}` → `{posts, begun, left_before}`; `left_before` is null when every post was gone through."""
    del arguments, progress
    return _told(await node.db.read(indexing.state))


async def rebuild(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{}` → as `status`. Interrupted, it is gone on with by the worker of a server."""
    del arguments
    await node.db.write(indexing.begin_anew)
    said = 0

    def say(filled: int) -> None:
        nonlocal said
        if filled - said >= _SAY_EVERY:
            said = filled
            progress(f"{filled} posts gone through.")

    await Indexer(node.db).run_once(say)
    return _told(await node.db.read(indexing.state))


async def look(node: Node) -> Finding:
    """How the index is, for `doctor`."""
    found = await node.db.read(indexing.state)
    if not found.begun:
        return Finding("search", "remark", "posts are not searched yet: a running server begins with that")
    if found.left_below is not None:
        before = to_rfc3339(time_of(found.left_below))
        return Finding(
            "search", "remark", f"{found.posts} posts; those before {before} are still to be added"
        )
    return Finding("search", "well", f"{found.posts} posts can be found by their words")


def _told(found: State) -> JsonDict:
    left = found.left_below
    return {
        "posts": found.posts,
        "begun": found.begun,
        "left_before": to_rfc3339(time_of(left)) if left is not None else None,
    }
