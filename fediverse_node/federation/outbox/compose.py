"""From what a person typed to what everybody reads: who is named, which topics, safe HTML."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from fediverse_node.actors import queries as actors
from fediverse_node.actors.addresses import Addresses
from fediverse_node.actors.model import Actor
from fediverse_node.federation.discovery import actors as discovery
from fediverse_node.federation.discovery.fetch import Budget
from fediverse_node.federation.outbox.desk import Desk
from fediverse_node.kernel.emoji import CODES
from fediverse_node.kernel.errors import NodeError, NotValid, TooLarge
from fediverse_node.kernel.html import sanitise, to_plain_text
from fediverse_node.kernel.markup import Mentioned, Rendered, render_markdown, render_plain
from fediverse_node.kernel.text import (
    Handle,
    clean_line,
    find_hashtags,
    find_mentions,
    hashtag_key,
    parse_handle,
    plain_length,
)
from fediverse_node.posts import custom_emojis
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Hashtag, Mention, Post
from fediverse_node.storage.tx import Tx

log = logging.getLogger(__name__)

ContentType = Literal["text/plain", "text/markdown"]
#: What a draft may be written in. HTML comes from clients that speak ActivityPub, sanitised by the door.
Format = ContentType | Literal["text/html"]

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


def check_length(text: str, summary: str | None, *, limit: int, may_be_empty: bool = False) -> str | None:
    """Refuse what is empty or too long; gives the content warning in its one-line form.

    Raises:
        NotValid: there is no text, and there has to be one.
        TooLarge: text and warning together are longer than *limit*.
    """
    if not text.strip() and not may_be_empty:
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


def words_of(text: str, content_type: Format) -> str:
    """*text* as people read it: what is counted, and searched for handles."""
    return to_plain_text(text) if content_type == "text/html" else text


def write_up(text: str, content_type: Format, *, people: People, addresses: Addresses) -> Written:
    """*text* as HTML, with links to *people* and topics. HTML is sanitised and otherwise stays as it is."""
    if content_type == "text/html":
        return _written_html(text, people)
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


def _written_html(text: str, people: People) -> Written:
    named = {actor.uri: actor for actor in people.values()}
    by_key: dict[str, Hashtag] = {}
    for name in find_hashtags(to_plain_text(text)):
        by_key.setdefault(hashtag_key(name), Hashtag(tag=hashtag_key(name), name=name))
    return Written(
        html=sanitise(text),
        people=tuple(named.values()),
        mentions=tuple(Mention(actor_uri=actor.uri, name=actor.handle) for actor in named.values()),
        hashtags=tuple(by_key.values()),
    )


def with_groups(written: Written, groups: Sequence[Actor]) -> Written:
    """*written* also naming the groups in which it answers: Lemmy and its kin take in nothing else."""
    named = {person.uri for person in written.people}
    new = [group for group in groups if group.uri not in named]
    return replace(
        written,
        people=(*written.people, *new),
        mentions=(*written.mentions, *(Mention(actor_uri=each.uri, name=each.handle) for each in new)),
    )


def silently_named(tx: Tx, before: Post, addresses: Addresses) -> list[Actor]:
    """Whom *before* names without a handle in its text: a new text does not take those away.

    They were addressed by a client, or are the group in which it answers.
    """
    text = before.source if before.source is not None else to_plain_text(before.content_html)
    typed = {(handle.name, handle.host or addresses.domain) for handle in find_mentions(text)}
    mentions = posts.mentions_of(tx, [before.id]).get(before.id, [])
    kept = [each.actor_uri for each in mentions if _as_pair(each.name, addresses) not in typed]
    return list(actors.by_uris(tx, kept).values()) if kept else []


def _as_pair(name: str, addresses: Addresses) -> tuple[str, str] | None:
    handle = parse_handle(name)
    return None if handle is None else (handle.name, handle.host or addresses.domain)


def emojis_in(tx: Tx, addresses: Addresses, *texts: str | None) -> tuple[tuple[str, str], ...]:
    """The emoji of this server whose codes stand in *texts*, as (`:code:`, picture)."""
    codes = {code for text in texts for code in CODES.findall(text or "")}
    found = custom_emojis.by_codes(tx, codes)
    return tuple(
        (f":{code}:", addresses.emoji_picture(found[code].digest, found[code].media_type))
        for code in sorted(found)
    )


def _hashtags(rendered: Rendered) -> list[Hashtag]:
    by_key: dict[str, Hashtag] = {}
    for name in rendered.hashtags:
        by_key.setdefault(hashtag_key(name), Hashtag(tag=hashtag_key(name), name=name))
    return list(by_key.values())
