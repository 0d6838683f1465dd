"""Operations on decisions about training use."""

from __future__ import annotations

from fediverse_node.actors import queries as actors
from fediverse_node.actors.model import Actor
from fediverse_node.consent import decisions
from fediverse_node.consent import queries as ledger
from fediverse_node.federation.outbox.edit import set_training_use
from fediverse_node.kernel.clock import to_rfc3339
from fediverse_node.node import Node
from fediverse_node.posts.model import Post
from fediverse_node.posts.subject import subject_of
from fediverse_node.storage.tx import Tx
from fediverse_node.web.control.accounts import account_named
from fediverse_node.web.control.desks import desk_of, post_meant
from fediverse_node.web.control.operation import JsonDict, Progress


async def show(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{post}` → `{uri, training_use, entries}`."""
    del progress
    return await node.db.read(lambda tx: _state(tx, post_meant(tx, arguments["post"])))


async def decide(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{name, post, answer}`: what the author `name` decides; → as `show`."""
    del progress

    def find(tx: Tx) -> tuple[Post, Actor]:
        return post_meant(tx, arguments["post"]), account_named(tx, arguments["name"])[1]

    post, author = await node.db.read(find)
    await set_training_use(
        desk_of(node), author, post.id, allow=arguments["answer"] == "yes", method="command-line"
    )
    return await node.db.read(lambda tx: _state(tx, post))


def _state(tx: Tx, post: Post) -> JsonDict:
    author = actors.by_id(tx, post.actor_id)
    assert author is not None
    subject = subject_of(post, author)
    decision = decisions.decisions(tx, [subject])[post.uri]
    entries = [
        {
            "seq": entry.seq,
            "at": to_rfc3339(entry.at),
            "kind": entry.kind,
            "purposes": list(entry.purposes),
            "revision": entry.revision,
            "terms": entry.terms_id,
            "method": entry.method,
        }
        for entry in ledger.history(tx, post.uri)
    ]
    return {"uri": post.uri, "training_use": "yes" if decision.train_ai else "no", "entries": entries}
