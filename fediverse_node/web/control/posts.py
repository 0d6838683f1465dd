"""Operations on posts: write one, let a model help, vote in one, see where it went."""

from __future__ import annotations

from typing import Final, get_args

from fediverse_node.actors.model import Actor
from fediverse_node.assist.suggest import Ask, suggest_whole
from fediverse_node.deliveries.model import TraceRow
from fediverse_node.federation.delivery.trace import trace
from fediverse_node.federation.outbox.labels import Disclosure
from fediverse_node.federation.outbox.own import visible_post
from fediverse_node.federation.outbox.pictures import Chosen
from fediverse_node.federation.outbox.polling import DraftPoll, require_poll
from fediverse_node.federation.outbox.publish import Draft, publish
from fediverse_node.federation.outbox.reviewing import mark_reviewed
from fediverse_node.federation.outbox.vote import vote
from fediverse_node.kernel.clock import to_rfc3339_millis
from fediverse_node.kernel.errors import NotValid
from fediverse_node.kernel.ids import parse_id
from fediverse_node.node import Node
from fediverse_node.polls.model import Poll
from fediverse_node.posts.model import Post
from fediverse_node.storage.tx import Tx
from fediverse_node.web.control.accounts import account_named
from fediverse_node.web.control.desks import desk_of, id_meant, post_meant
from fediverse_node.web.control.operation import JsonDict, Progress

_DISCLOSURES: Final[tuple[Disclosure, ...]] = get_args(Disclosure)


async def write(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """Publish a post: `{name, text, language?, visibility?, …, poll?, pictures?}` → `{id, uri, url}`.

    With `assist` (draft, rewrite, shorten, translate) the model's answer is published as it is. `reviewed`
    is whether a person read it; `disclosure` says that more was a model's than is noted here.
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
        reviewed=bool(arguments.get("reviewed")),
        disclosure=disclosure_named(arguments.get("disclosure")),
        local_only=bool(arguments.get("local_only")),
        method="command-line",
        poll=_asked(arguments.get("poll")),
        pictures=tuple(Chosen(id=int(id_)) for id_ in arguments.get("pictures") or ()),
    )
    post = await publish(desk_of(node), author, draft)
    return {"id": str(post.id), "uri": post.uri, "url": post.url}


async def review(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{name, post}` → `{uri}`: the author `name` has read what a model wrote in it, and stands by it."""
    del progress

    def find(tx: Tx) -> tuple[Post, Actor]:
        return post_meant(tx, arguments["post"]), account_named(tx, arguments["name"])[1]

    post, author = await node.db.read(find)
    await mark_reviewed(desk_of(node), author, post.id)
    return {"uri": post.uri}


async def cast(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{name, post, choices}` → `{uri, choices}`: choices are texts of answers, or their numbers from 1."""
    del progress
    _, voter = await node.db.read(lambda tx: account_named(tx, arguments["name"]))
    meant = await id_meant(node, arguments["post"])

    def look(tx: Tx) -> tuple[int, Poll]:
        found = visible_post(tx, voter, post_meant(tx, meant).id)
        return found.id, require_poll(tx, found)

    post_id, poll = await node.db.read(look)
    positions = [_position(poll, choice) for choice in arguments["choices"]]
    question = await vote(desk_of(node), voter, post_id, positions)
    return {"uri": question.uri, "choices": [poll.names[position] for position in positions]}


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
        return {"uri": uri, "deliveries": [row_of(row) for row in rows]}

    return await node.db.read(look)


def disclosure_named(text: str | None) -> Disclosure | None:
    """What the author says of a model's part.

    Raises:
        NotValid: that is none of the words for it.
    """
    found = next((each for each in _DISCLOSURES if each == text), None)
    if text and found is None:
        raise NotValid(f"A disclosure is one of: {', '.join(_DISCLOSURES)}.")
    return found


def _asked(poll: JsonDict | None) -> DraftPoll | None:
    """`{options, hours, multiple}`, or nothing."""
    if poll is None:
        return None
    return DraftPoll(
        options=tuple(poll["options"]), expires_in=round(poll["hours"] * 3600), multiple=poll["multiple"]
    )


def _position(poll: Poll, choice: str) -> int:
    """The answer that *choice* means: its text, or its number from 1."""
    if choice in poll.names:
        return poll.names.index(choice)
    number = parse_id(choice) or 0
    if 0 < number <= len(poll.names):
        return number - 1
    listed = ", ".join(f"{place} {name}" for place, name in enumerate(poll.names, start=1))
    raise NotValid(f"There is no answer “{choice}”. Choose from: {listed}.")


def row_of(row: TraceRow) -> JsonDict:
    """One letter, as the command line shows it."""
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
        "tried_at": to_rfc3339_millis(row.tried_at) if row.tried_at else None,
        "next_try": to_rfc3339_millis(row.next_try) if row.next_try else None,
    }
