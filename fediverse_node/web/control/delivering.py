"""Operations on delivery: other servers, letters on their way, and trying again."""

from __future__ import annotations

from typing import Final

from fediverse_node.actors.addresses import Addresses
from fediverse_node.deliveries import backlog, links
from fediverse_node.deliveries.backlog import Backlog
from fediverse_node.deliveries.model import State
from fediverse_node.federation.delivery import trace as tracing
from fediverse_node.federation.delivery.standing import standing
from fediverse_node.kernel.clock import to_rfc3339
from fediverse_node.kernel.errors import NotFound, NotValid
from fediverse_node.kernel.ids import parse_id
from fediverse_node.moderation.policy import policy
from fediverse_node.node import Node
from fediverse_node.peers import overview
from fediverse_node.peers.model import Peer
from fediverse_node.storage.tx import Tx
from fediverse_node.web.control.desks import post_meant
from fediverse_node.web.control.operation import JsonDict, Progress
from fediverse_node.web.control.posts import row_of

#: The most servers that are shown at once.
MAX_HOSTS: Final = 10_000
_MOST: Final = 1_000
_STATES: Final[dict[str, State]] = {"waiting": "waiting", "delivered": "delivered", "failed": "failed"}


async def hosts(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{all?, host?}` → `{hosts: [...], known}`: without either, those that want looking at."""
    del progress
    wanted, everyone = arguments.get("host"), bool(arguments.get("all"))

    def look(tx: Tx) -> JsonDict:
        rows = _hosts(tx)
        if wanted is not None:
            rows_meant = [row for row in rows if row["host"] == wanted.lower()]
            if not rows_meant:
                raise NotFound(f"Nothing was ever sent to {wanted}, and nothing waits for it.")
            return {"hosts": rows_meant, "known": len(rows)}
        shown = [row for row in rows if everyone or row["state"] != "healthy" or row["waiting"]]
        return {"hosts": shown, "known": len(rows)}

    return await node.db.read(look)


async def letters(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{host?, state?, limit?, below?}` → `{deliveries: [...]}`: letters to other servers, newest first."""
    del progress
    state = arguments.get("state")
    if state is not None and state not in _STATES:
        raise NotValid(f"The state is {', '.join(_STATES)}.")
    limit = min(max(int(arguments.get("limit") or 50), 1), _MOST)
    below = parse_id(str(arguments["below"])) if arguments.get("below") else None
    host = str(arguments["host"]).lower() if arguments.get("host") else None
    found = await node.db.read(
        lambda tx: backlog.page(
            tx, host=host, state=_STATES[state] if state else None, below=below, limit=limit
        )
    )
    return {"deliveries": [{"id": str(id_), **row_of(row)} for id_, row in found]}


async def retry(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{post, host?}` → `{uri, hosts}`: what has not arrived is tried now, also what was given up."""
    del progress

    def unit(tx: Tx) -> JsonDict:
        post = post_meant(tx, arguments["post"])
        host = arguments.get("host") or None
        tried = tracing.retry(tx, post.id, host=host.lower() if host else None)
        return {"uri": post.uri, "hosts": tried}

    return await node.db.write(unit)


async def link(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{post}` → `{url, expires_at}`: a page for its author, for a quarter of an hour."""
    del progress
    addresses = Addresses(node.config.origin)

    def unit(tx: Tx) -> JsonDict:
        post = post_meant(tx, arguments["post"])
        if not post.local:
            raise NotValid("This post is of another server; nothing was sent for it.")
        links.forget_old(tx)
        token, made = links.new_link(tx, post.id, post.actor_id)
        return {"url": addresses.deliveries_page(token), "expires_at": to_rfc3339(made.expires_at)}

    return await node.db.write(unit)


def _hosts(tx: Tx) -> list[JsonDict]:
    waiting, rules = backlog.by_host(tx), policy(tx)
    known = {peer.host: peer for peer in overview.everyone(tx, limit=MAX_HOSTS)}
    found = [*known.values(), *(Peer(host=host) for host in sorted(waiting) if host not in known)]
    return [
        _row(tx, peer, waiting.get(peer.host), blocked=rules.is_shut_out(f"https://{peer.host}/"))
        for peer in found
    ]


def _row(tx: Tx, peer: Peer, mail: Backlog | None, *, blocked: bool) -> JsonDict:
    return {
        "host": peer.host,
        "state": "blocked" if blocked else standing(peer, tx.now),
        "breaker": peer.breaker,
        "until": to_rfc3339(peer.probe_at) if peer.probe_at else None,
        "waiting": mail.letters if mail else 0,
        "oldest": to_rfc3339(mail.oldest) if mail else None,
        "failures": peer.failures,
        "failing_since": to_rfc3339(peer.failing_since) if peer.failing_since else None,
        "last_success": to_rfc3339(peer.last_success_at) if peer.last_success_at else None,
        "last_error": peer.last_error,
        "software": peer.software,
        "signing": peer.signing,
    }
