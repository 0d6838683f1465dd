"""From what a person typed to what everybody reads: who is named, which topics, safe HTML."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from fediverse_node.actors.addresses import Addresses
from fediverse_node.actors.model import Actor
from fediverse_node.federation.discovery import actors as discovery
from fediverse_node.federation.discovery.fetch import Budget
from fediverse_node.federation.outbox.desk import Desk
from fediverse_node.kernel.errors import NodeError, NotValid, TooLarge
from fediverse_node.kernel.markup import Mentioned, Rendered, render_markdown, render_plain
from fediverse_node.kernel.text import Handle, clean_line, find_mentions, hashtag_key, plain_length
from fediverse_node.posts.model import Hashtag, Mention

log = logging.getLogger(__name__)

ContentType = Literal["text/plain", "text/markdown"]

#: People one post may name; further handles stay text. Bounds what one post makes us ask for.
MAX_MENTIONS = 50
#: Longest content warning, in characters.
MAX_SUMMARY = 500
#: Seconds for asking other servers who is meant. Whoever is not found by then stays text.
ASKING_SECONDS = 10.0
_AT_ONCE = 8

#: Everybody in a text who was found, by the handle that the text uses.
People = Mapping[Handle, Actor]


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A text, ready to be published.

    Attributes:
        html: safe to show, without the label of AI assistance.
        mentions: by the people's own handles, each person once.
    """

    html: str
    people: tuple[Actor, ...]
    mentions: tuple[Mention, ...]
    hashtags: tuple[Hashtag, ...]


def check_length(text: str, summary: str | None, *, limit: int) -> str | None:
    """Refuse what is empty or too long; gives the content warning in its one-line form.

    Raises:
        NotValid: there is no text.
        TooLarge: text and warning together are longer than *limit*.
    """
    if not text.strip():
        raise NotValid("A post needs a text.")
    warning = clean_line(summary or "") or None
    if len(warning or "") > MAX_SUMMARY:
        raise TooLarge(f"The content warning is longer than {MAX_SUMMARY} characters.")
    length = plain_length(text) + len(warning or "")
    if length > limit:
        raise TooLarge(f"The post has {length} characters; the limit is {limit}.")
    return warning


async def find_people(desk: Desk, text: str) -> People:
    """Who is named in *text*, asking their servers where we do not know them yet.

    Somebody who cannot be found is left out, whatever the reason: the post is published, and the
    handle stays text.
    """
    handles = find_mentions(text)[:MAX_MENTIONS]
    if not handles:
        return {}
    found: dict[Handle, Actor] = {}
    gate = asyncio.Semaphore(_AT_ONCE)

    async def find(handle: Handle) -> None:
        async with gate:
            try:
                actor = await discovery.by_handle(desk.discovery, handle, Budget())
            except NodeError as error:
                log.info("outbox.mention_not_found", extra={"host": handle.host, "reason": error.detail})
                return
        if actor.active:
            found[handle] = actor

    try:
        async with asyncio.timeout(ASKING_SECONDS), asyncio.TaskGroup() as group:
            for handle in handles:
                group.create_task(find(handle))
    except TimeoutError:
        log.info("outbox.mentions_timed_out", extra={"missing": len(handles) - len(found)})
    return found


def write_up(text: str, content_type: ContentType, *, people: People, addresses: Addresses) -> Written:
    """*text* as HTML, with links to *people* and topics."""
    known = {
        handle: Mentioned(url=actor.url or actor.uri, name=actor.username) for handle, actor in people.items()
    }
    render = render_markdown if content_type == "text/markdown" else render_plain
    rendered: Rendered = render(
        text, mentions=known, hashtag_url=lambda name: addresses.tag(hashtag_key(name))
    )
    named = {people[handle].uri: people[handle] for handle in rendered.mentions}
    return Written(
        html=rendered.html,
        people=tuple(named.values()),
        mentions=tuple(Mention(actor_uri=actor.uri, name=actor.handle) for actor in named.values()),
        hashtags=tuple(_hashtags(rendered)),
    )


def _hashtags(rendered: Rendered) -> list[Hashtag]:
    by_key: dict[str, Hashtag] = {}
    for name in rendered.hashtags:
        by_key.setdefault(hashtag_key(name), Hashtag(tag=hashtag_key(name), name=name))
    return list(by_key.values())
