"""What a person means by a handle or an address: an actor or a post, fetched when it is not here."""

from __future__ import annotations

import re

from fediverse_node.activitystreams.values import is_web_address, kind
from fediverse_node.activitystreams.vocabulary import ACTOR_TYPES
from fediverse_node.actors import queries as actor_rows
from fediverse_node.actors.model import Actor
from fediverse_node.federation.discovery import actors, keeping, objects, quoted
from fediverse_node.federation.discovery.candidate import candidate_from
from fediverse_node.federation.discovery.fetch import Budget
from fediverse_node.federation.discovery.model import Discovery
from fediverse_node.kernel.errors import NotFound, NotNow, NotValid
from fediverse_node.kernel.ids import parse_id
from fediverse_node.kernel.text import parse_handle
from fediverse_node.kernel.urls import same_origin, without_fragment
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Post
from fediverse_node.storage.tx import Tx

_PAGE = re.compile(r"/@([A-Za-z0-9_]{1,30})(?:/(\d{1,19}))?/?", re.ASCII)


async def lookup(discovery: Discovery, text: str) -> Actor | Post:
    """What *text* (`@name@host`, `name@host`, or an http(s) address) stands for, stored.

    Whoever shows a post asks `visibility` first: it may be one that not everybody may see.

    Raises:
        NotFound: nothing; NotValid: neither handle nor address, or what is there cannot be believed.
        NotNow, Gone, NotAllowed: as `Fetcher.document`.
    """
    text = text.strip()
    budget = Budget()
    if is_web_address(text):
        return await _at(discovery, without_fragment(text), budget)
    handle = parse_handle(text)
    if handle is None:
        raise NotValid("Give a handle such as @name@example.org, or an address.")
    return await actors.by_handle(discovery, handle, budget)


def at_hand(tx: Tx, discovery: Discovery, text: str) -> Actor | Post | None:
    """What *text* stands for, as far as it is here. Asks nobody.

    Whoever shows a post asks `visibility` first, as after `lookup`.
    """
    text = text.strip()
    if is_web_address(text):
        return _stored(tx, discovery, text) or _stored(tx, discovery, without_fragment(text))
    handle = parse_handle(text)
    if handle is None:
        return None
    return actor_rows.by_handle(tx, handle.name, handle.host or discovery.addresses.domain)


async def _at(discovery: Discovery, url: str, budget: Budget) -> Actor | Post:
    here = await discovery.db.read(lambda tx: _stored(tx, discovery, url))
    if same_origin(url, discovery.addresses.origin):
        if here is None:
            raise NotFound("There is nothing at this address.")
        return here
    if isinstance(here, Post):
        return here
    try:
        document = await discovery.fetcher.document(url, budget)
    except NotNow:
        if here is None:
            raise
        return here
    if kind(document) in ACTOR_TYPES:
        candidate = await actors.with_handle(discovery, candidate_from(document), budget)
        return await actors.keep(discovery, candidate)
    found = await objects.from_document(discovery, document, budget)
    found = await quoted.with_quote(discovery, found, budget)
    post = await discovery.db.write(lambda tx: keeping.store(tx, found))
    if post is None:
        raise NotFound("This post is not shown here.")
    return post


def _stored(tx: Tx, discovery: Discovery, url: str) -> Actor | Post | None:
    found = posts.by_uri(tx, url) or actor_rows.by_uri(tx, url)
    if found is not None or not same_origin(url, discovery.addresses.origin):
        return found
    page = _PAGE.fullmatch(url.removeprefix(discovery.addresses.origin))
    if page is None:
        return None
    if page[2] is None:
        return actor_rows.local_by_name(tx, page[1])
    post_id = parse_id(page[2])
    return None if post_id is None else posts.by_id(tx, post_id)
