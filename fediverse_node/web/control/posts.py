"""Operations on posts: write one, let a model help, see where it went."""

from __future__ import annotations

from fediverse_node.assist.suggest import Ask, suggest_whole
from fediverse_node.deliveries.model import TraceRow
from fediverse_node.federation.delivery.trace import trace
from fediverse_node.federation.outbox.publish import Draft, publish
from fediverse_node.kernel.clock import to_rfc3339_millis
from fediverse_node.node import Node
from fediverse_node.storage.tx import Tx
from fediverse_node.web.control.accounts import account_named
from fediverse_node.web.control.desks import desk_of, post_meant
from fediverse_node.web.control.operation import JsonDict, Progress


async def write(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{name, text, language?, visibility?, train?, suggestion?, assist?}` → `{id, uri, url}`.

    With `assist` (draft, rewrite, shorten, translate) the model's answer is published as it is: only
    for callers that let a person read it, or that say so, as the demo does.
    """
    _, author = await node.db.read(lambda tx: account_named(tx, arguments["name"]))
    text, handle = arguments["text"], arguments.get("suggestion")
    if arguments.get("assist"):
        suggested = await suggest(node, {**arguments, "action": arguments["assist"]}, progress)
        text, handle = suggested["text"], suggested["handle"]
    draft = Draft(
        text=text,
        visibility=arguments.get("visibility"),
        language=arguments.get("language") or None,
        training_use={"yes": True, "no": False}.get(arguments.get("train") or ""),
        suggestion_handle=handle,
        method="command-line",
    )
    post = await publish(desk_of(node), author, draft)
    return {"id": str(post.id), "uri": post.uri, "url": post.url}


async def suggest(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{name, text, action, language?}` → `{handle, text, model, provider, notices}`."""
    del progress
    account, _ = await node.db.read(lambda tx: account_named(tx, arguments["name"]))
    ask = Ask(
        account_id=account.id,
        action=arguments["action"],
        text=arguments["text"],
        language=arguments.get("language") or account.language,
    )
    made = await suggest_whole(node.db, node.provider, node.config.assist, ask)
    return {
        "handle": made.handle,
        "text": made.text,
        "model": made.model,
        "provider": made.provider,
        "notices": list(made.notices),
    }


async def follow_up(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{post}` → `{uri, deliveries: [...]}`: where it went, also when the post is deleted by now."""
    del progress

    def look(tx: Tx) -> JsonDict:
        rows = trace(tx, arguments["post"])
        uri = arguments["post"]
        if not rows:
            post = post_meant(tx, arguments["post"])
            rows, uri = trace(tx, post.id), post.uri
        return {"uri": uri, "deliveries": [_row(row) for row in rows]}

    return await node.db.read(look)


def _row(row: TraceRow) -> JsonDict:
    return {
        "type": row.activity,
        "activity": row.activity_uri,
        "host": row.host,
        "inbox": row.inbox,
        "state": row.state,
        "attempts": row.attempts,
        "status": row.last_status,
        "error": row.last_error,
        "milliseconds": row.milliseconds,
        "at": to_rfc3339_millis(row.done_at) if row.done_at else None,
        "next_try": to_rfc3339_millis(row.next_try) if row.next_try else None,
    }
