"""Routes by which an author sees where a post went, and has it tried again. Nobody else learns of it."""

from __future__ import annotations

from typing import Final

from fediverse_node.deliveries import backlog
from fediverse_node.deliveries.model import TraceRow
from fediverse_node.federation.delivery.trace import retry
from fediverse_node.kernel.clock import to_rfc3339_millis
from fediverse_node.kernel.errors import NotFound
from fediverse_node.posts import queries as posts
from fediverse_node.storage.tx import Tx
from fediverse_node.web.client_api.view import Act, Answer, JsonDict, View, path_id
from fediverse_node.web.rate_limits import Rate

#: Each may make us knock at many servers.
RETRIES: Final = Rate(name="retries", count=10, seconds=300)
_LONGEST_HOST: Final = 255


def listing(view: View) -> Answer:
    """Every server that something about the post was sent to, and what it answered."""
    post_id = path_id(view.path, "post")
    rows = _own_trace(view.tx, view.person.actor.id, post_id)
    return Answer(body=[_entity(row) for row in rows])


async def again(act: Act) -> Answer:
    """Try now what has not arrived; with `host` at that server only. Gives the servers that are tried."""
    post_id, author = path_id(act.path, "post"), act.person.actor.id
    host = (act.fields.text("host") or "")[:_LONGEST_HOST].lower()
    await act.desk.db.read(lambda tx: _own_trace(tx, author, post_id))
    act.house.limits.take(RETRIES, str(act.person.account.id))
    hosts = await act.desk.db.write(
        lambda tx: retry(tx, post_id, actor_id=author, host=host or None, patient=True)
    )
    return Answer(body={"hosts": hosts})


def _own_trace(tx: Tx, author: int, post_id: int) -> list[TraceRow]:
    """What *author* sent about their post, also when it is deleted by now.

    Raises:
        NotFound: it is somebody else's, or there is none: the two look alike.
    """
    rows = backlog.trace_of(tx, post_id, author)
    post = posts.by_id(tx, post_id)
    if (post is None and not rows) or (post is not None and post.actor_id != author):
        raise NotFound("There is no such post.")
    return rows


def _entity(row: TraceRow) -> JsonDict:
    return {
        "activity": row.activity,
        "host": row.host,
        "inbox": row.inbox,
        "state": row.state,
        "attempts": row.attempts,
        "status": row.last_status,
        "reason": row.last_error,
        "created_at": to_rfc3339_millis(row.created_at),
        "tried_at": to_rfc3339_millis(row.tried_at) if row.tried_at else None,
        "next_try_at": to_rfc3339_millis(row.next_try) if row.next_try else None,
    }
