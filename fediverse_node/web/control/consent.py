"""Operations on decisions about training use."""

from __future__ import annotations

import msgspec

from fediverse_node.actors import queries as actors
from fediverse_node.actors.addresses import Addresses
from fediverse_node.actors.model import Actor
from fediverse_node.consent import decisions, statement
from fediverse_node.consent.statement import Line
from fediverse_node.federation.outbox.edit import set_training_use
from fediverse_node.kernel.clock import to_rfc3339
from fediverse_node.kernel.ids import parse_id
from fediverse_node.kernel.urls import origin_of
from fediverse_node.node import Node
from fediverse_node.posts.model import Post
from fediverse_node.posts.subject import subject_of
from fediverse_node.storage.paging import Page
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


async def receipts(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{name, limit, below?}` → `{receipts}`: what an account decided, with the receipts."""
    del progress
    below = parse_id(str(arguments["below"])) if arguments.get("below") else None

    def unit(tx: Tx) -> list[JsonDict]:
        author = account_named(tx, arguments["name"])[1]
        lines = statement.of_author(tx, author.uri, Page(max_id=below, limit=int(arguments["limit"])))
        return [_line(line) | _document(line) | {"post": line.entry.object_uri} for line in lines]

    return {"receipts": await node.db.read(unit)}


def _state(tx: Tx, post: Post) -> JsonDict:
    author = actors.by_id(tx, post.actor_id)
    assert author is not None
    subject = subject_of(post, author)
    decision = decisions.decisions(tx, [subject])[post.uri]
    entries = [_line(line) for line in statement.of_post(tx, post.uri)]
    return {"uri": post.uri, "training_use": "yes" if decision.train_ai else "no", "entries": entries}


def _line(line: Line) -> JsonDict:
    entry, receipt = line.entry, line.receipt
    return {
        "seq": entry.seq,
        "at": to_rfc3339(entry.at),
        "kind": entry.kind,
        "purposes": list(entry.purposes),
        "revision": entry.revision,
        "terms": entry.terms_id,
        "method": entry.method,
        "receipt": _address(line),
        "receipt_status": receipt.status if receipt is not None else None,
        "log_index": receipt.log_index if receipt is not None else None,
    }


def _address(line: Line) -> str | None:
    if line.receipt is None or line.receipt.document is None:
        return None
    return Addresses(origin_of(line.entry.actor_uri)).receipt(line.entry.seq)


def _document(line: Line) -> JsonDict:
    if line.receipt is None or line.receipt.document is None:
        return {"salt": None, "document": None}
    return {"salt": line.receipt.salt, "document": msgspec.json.decode(line.receipt.document)}
