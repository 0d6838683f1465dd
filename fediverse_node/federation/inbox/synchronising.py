"""Comparing notes with another server about who here follows somebody there (FEP-8fcf), as the receiver.

The header that came with a delivery only says that the lists differ. What is then done about it rests on
the list itself, fetched from the actor's own server, and concerns nobody but people of ours.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from typing import Final

from fediverse_node.activitystreams.load import JsonDict
from fediverse_node.activitystreams.values import either, identifier, items, kind, link
from fediverse_node.activitystreams.vocabulary import COLLECTION_TYPES
from fediverse_node.actors import queries as actors
from fediverse_node.actors.addresses import Addresses
from fediverse_node.actors.model import Actor
from fediverse_node.federation.builders import follow as follow_builder
from fediverse_node.federation.builders import undo
from fediverse_node.federation.delivery import audience, queue
from fediverse_node.federation.discovery.fetch import Budget
from fediverse_node.federation.discovery.model import Discovery
from fediverse_node.federation.inbox.model import Inbox
from fediverse_node.follows import checks
from fediverse_node.follows import queries as follows
from fediverse_node.follows.checks import FollowerCheck
from fediverse_node.follows.model import Follow
from fediverse_node.kernel.errors import NotValid
from fediverse_node.kernel.urls import same_origin
from fediverse_node.signatures.base import HttpMessage
from fediverse_node.storage.tx import Tx
from fediverse_node.timelines import home

log = logging.getLogger(__name__)

HEADER: Final = "collection-synchronization"
#: People of ours that one list may name.
MOST: Final = 10_000
#: Unknown follows that one comparison answers. Each is a letter of ours: one header must not cause thousands.
MOST_ANSWERS: Final = 50
_PAGES: Final = 10
_MAX_HEADER = 8192
_PARAMETER = re.compile(r'([A-Za-z]{1,20})="([\x20\x21\x23-\x7e]{0,2048})"')
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Stated:
    """What the sender believes: the digest of its followers here, and where they are listed."""

    collection: str
    url: str
    digest: str


def read_header(message: HttpMessage) -> Stated | None:
    """What the header says; None without it, or when it cannot be understood."""
    values = message.header_values(HEADER)
    if len(values) != 1 or len(values[0]) > _MAX_HEADER:
        return None
    parts = dict(_PARAMETER.findall(values[0]))
    digest = parts.get("digest", "").lower()
    if not parts.get("collectionId") or not parts.get("url") or not _DIGEST.fullmatch(digest):
        return None
    return Stated(collection=parts["collectionId"], url=parts["url"], digest=digest)


async def compare(inbox: Inbox, signer: Actor, message: HttpMessage) -> None:
    """Note that the lists are to be compared, when the digest that came with *message* is not ours."""
    stated = read_header(message)
    # Of another collection, or told by another server, it would be hearsay.
    if stated is None or stated.collection != signer.followers or not same_origin(stated.url, signer.uri):
        return
    known, asked = (signer.id, stated.digest), (signer.id, "")
    # Asked a moment ago, it is not asked again, whatever is stated now: each time may cost us letters.
    if inbox.agreed.get(known) or inbox.agreed.get(asked):
        return
    ours = checks.digest(await inbox.db.read(lambda tx: checks.local_follower_uris(tx, signer.id)))
    if ours == stated.digest:
        inbox.agreed.put(known, value=True)
        return
    await inbox.db.write(lambda tx: checks.ask(tx, signer.id, stated.url))
    inbox.agreed.put(asked, value=True)


async def settle(discovery: Discovery, check: FollowerCheck) -> None:
    """Fetch the list of *check* and bring our follows into line with it.

    Raises:
        NotNow: its server cannot answer at the moment; anything else of the error tree: it never will.
    """
    actor = await discovery.db.read(lambda tx: actors.by_id(tx, check.actor_id))
    if actor is None or actor.local or not actor.active or not same_origin(check.url, actor.uri):
        return
    listed = await _listed(discovery, check.url)
    await discovery.db.write(lambda tx: _bring_into_line(tx, actor, listed, check, discovery.addresses))


async def _listed(discovery: Discovery, url: str) -> set[str]:
    """All of ours that the other side lists. Half a list would make us end follows that are there."""
    found: set[str] = set()
    following: str | None = url
    budget = Budget()
    for _ in range(_PAGES):
        if following is None:
            return found
        if not same_origin(following, url):
            raise NotValid("The list goes on at another server.", detail=following[:200])
        page = await discovery.fetcher.document(following, budget)
        found |= _ids(page)
        following = link(page.get("first")) if kind(page) in _WHOLE else None
        following = following or link(page.get("next"))
        if len(found) > MOST:
            break
    if following is None:
        return found
    raise NotValid("The list is too long.", detail=url[:200])


_WHOLE: Final = frozenset({"Collection", "OrderedCollection"})


def _ids(page: JsonDict) -> set[str]:
    if kind(page) not in COLLECTION_TYPES:
        raise NotValid("This is not a list of followers.")
    found: set[str] = set()
    for item in items(either(page, "orderedItems", "items")):
        # Servers made with Fedify may show whole actors. Of these, too, only the id counts.
        id_ = identifier(item) if type(item) is dict else item
        if type(id_) is not str:
            raise NotValid("The list has something else than actors in it.")
        found.add(id_)
    return found


def _bring_into_line(
    tx: Tx, actor: Actor, listed: set[str], check: FollowerCheck, addresses: Addresses
) -> None:
    ours = set(checks.local_follower_uris(tx, actor.id))
    here = {uri for uri in listed if uri.startswith(f"{addresses.origin}/")}
    people = actors.by_uris(tx, (ours - here) | (here - ours))
    for uri in ours - here:
        follow = follows.find(tx, people[uri].id, actor.id)
        # Accepted after the digest was made: the list may be older than the Accept.
        if follow is not None and (follow.accepted_at is None or follow.accepted_at < check.created_at):
            _end(tx, people[uri], actor, follow, addresses)
    known = (people[uri] for uri in sorted(here - ours) if uri in people)
    for person in [each for each in known if each.local and each.active][:MOST_ANSWERS]:
        _answer_unknown(tx, person, actor, addresses)
    log.info(
        "follows.compared", extra={"actor": actor.uri, "gone": len(ours - here), "new": len(here - ours)}
    )


def _end(tx: Tx, person: Actor, actor: Actor, follow: Follow, addresses: Addresses) -> None:
    """The other side does not know this follow: it brings nothing any more."""
    follows.remove(tx, follow)
    home.withdraw(tx, person.id, actor.id)
    _undo(tx, person, actor, follow.uri, addresses)


def _answer_unknown(tx: Tx, person: Actor, actor: Actor, addresses: Addresses) -> None:
    """The other side knows a follow that we do not: its Accept was lost, or our Undo was."""
    follow = follows.find(tx, person.id, actor.id)
    if follow is None:
        _undo(tx, person, actor, addresses.activity(tx.new_id()), addresses)
    elif follows.accept(tx, follow):
        home.backfill(tx, person.id, actor.id)


def _undo(tx: Tx, person: Actor, actor: Actor, follow_uri: str, addresses: Addresses) -> None:
    asked = follow_builder.document(id_=follow_uri, follower=person.uri, target=actor.uri)
    document = undo.document(asked, id_=addresses.activity(tx.new_id()))
    queue.enqueue(tx, actor=person, document=document, inboxes=audience.of_person(actor))
