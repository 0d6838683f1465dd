"""WebFinger (RFC 7033): from a handle to the one actor it belongs to.

A host speaks for its own names only. Where the handle's host and the actor's host differ, each has to
point at the other; otherwise anybody could hand out `@president@example.org`.
"""

from __future__ import annotations

from urllib.parse import quote

from fediverse_node.activitystreams.read import read_webfinger
from fediverse_node.federation.discovery.fetch import Budget, Fetcher
from fediverse_node.kernel.errors import NotFound
from fediverse_node.kernel.text import Handle, parse_handle


async def ask(fetcher: Fetcher, handle: Handle, *, scheme: str, budget: Budget) -> tuple[str, Handle]:
    """Whose *handle* is, as its host says; *scheme* is `https`, and `http` in a lab.

    Returns:
        The actor's id, and the handle that the host prefers: its own, or another host's.

    Raises:
        NotFound: the host does not know the name, or names no actor.
        NotNow, NotAllowed, NotValid: as `Fetcher.document`.
    """
    resource = quote(f"acct:{handle.name}@{handle.host}", safe="")
    url = f"{scheme}://{handle.host}/.well-known/webfinger?resource={resource}"
    answer = read_webfinger(await fetcher.descriptor(url, budget))
    if not answer.self_hrefs:
        raise NotFound(f"{handle} belongs to nobody in the fediverse.")
    preferred = parse_handle(answer.subject or "")
    if preferred is None or preferred.host is None:
        preferred = handle
    return answer.self_hrefs[0], preferred
