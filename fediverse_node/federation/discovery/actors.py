"""Finding an actor by id or by handle, here first and else at its origin."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from fediverse_node.actors import queries as actors
from fediverse_node.actors.model import Actor
from fediverse_node.federation.discovery import webfinger
from fediverse_node.federation.discovery.candidate import Candidate, candidate_from, store
from fediverse_node.federation.discovery.fetch import Budget
from fediverse_node.federation.discovery.model import Discovery
from fediverse_node.kernel.errors import Gone, NodeError, NotFound, NotNow, NotValid
from fediverse_node.kernel.text import Handle, parse_handle
from fediverse_node.kernel.urls import authority_of, same_origin

#: A profile older than this is fetched anew when a person looks it up.
MAX_AGE = timedelta(hours=24)


async def fetch(discovery: Discovery, uri: str, budget: Budget) -> Candidate:
    """The actor *uri* as its origin describes it now. Nothing is stored.

    Raises:
        NotValid: what is there is not that actor.
        NotNow, Gone, NotFound, NotAllowed: as `Fetcher.document`.
    """
    candidate = candidate_from(await discovery.fetcher.document(uri, budget))
    if candidate.uri != uri:
        raise NotValid("Another actor answered for this one.", detail=f"{uri[:200]} → {candidate.uri[:200]}")
    return await with_handle(discovery, candidate, budget)


async def with_handle(discovery: Discovery, candidate: Candidate, budget: Budget) -> Candidate:
    """*candidate* under the handle it claims on another host (FEP-2c59), if that host agrees.

    When the host cannot be asked, the handle stays on the actor's own host: that one is always true.
    """
    claimed = parse_handle(candidate.doc.webfinger or "")
    if claimed is None or claimed.host in {None, candidate.domain}:
        return candidate
    if claimed.name != candidate.username.lower():
        return candidate
    try:
        uri, preferred = await webfinger.ask(
            discovery.fetcher, claimed, scheme=discovery.scheme, budget=budget
        )
    except NodeError:
        return candidate
    agreed = uri == candidate.uri and preferred == claimed and claimed.host is not None
    return replace(candidate, domain=claimed.host) if agreed and claimed.host else candidate


async def by_uri(discovery: Discovery, uri: str, budget: Budget, *, fresh: bool = False) -> Actor:
    """The actor with this id, stored; with *fresh* fetched anew when what we have is over `MAX_AGE`.

    Raises:
        NotFound: an id of ours that nobody has.
        As `fetch`, when it has to be fetched.
    """
    known = await discovery.db.read(lambda tx: actors.by_uri(tx, uri))
    if same_origin(uri, discovery.addresses.origin):
        if known is None:
            raise NotFound("There is no such account here.")
        return known
    if known is not None and not (fresh and _is_old(discovery, known)):
        return known
    try:
        return await keep(discovery, await fetch(discovery, uri, budget))
    except NotNow:
        if known is None:
            raise
        return known


async def by_handle(discovery: Discovery, handle: Handle, budget: Budget) -> Actor:
    """The actor whose handle this is, stored. A handle without a host is one of ours.

    Raises:
        NotFound: nobody has it.
        NotValid: its host and the actor's host do not agree about it.
        Gone: it was deleted.
        NotNow, NotAllowed: as `Fetcher.document`.
    """
    host = handle.host or discovery.addresses.domain
    known = await discovery.db.read(lambda tx: actors.by_handle(tx, handle.name, host))
    if known is not None and known.deleted_at is not None:
        # The row stays, so that its id is not given again; of somebody who left nothing is shown.
        raise Gone(f"The account {handle} was deleted.")
    if host == discovery.addresses.domain:
        if known is None:
            raise NotFound(f"There is no account @{handle.name} here.")
        return known
    if known is not None and not _is_old(discovery, known):
        return known
    try:
        return await keep(discovery, await _named(discovery, handle, budget))
    except NotFound as error:
        raise NotFound(f"There is no account {handle}.", detail=error.detail) from error
    except NotNow:
        if known is None:
            raise
        return known


async def keep(discovery: Discovery, candidate: Candidate) -> Actor:
    """Store *candidate*."""
    actor = await discovery.db.write(lambda tx: store(tx, candidate))
    discovery.keyring.forget_actor(actor.uri)
    return actor


async def _named(discovery: Discovery, handle: Handle, budget: Budget) -> Candidate:
    """Who has *handle*, proved from both sides where two hosts are involved."""
    uri, preferred = await webfinger.ask(discovery.fetcher, handle, scheme=discovery.scheme, budget=budget)
    if same_origin(uri, discovery.addresses.origin):
        raise NotValid(f"{handle} points back to this server.")
    if preferred.host != handle.host:
        uri, _ = await _second_opinion(discovery, preferred, uri, budget)
    candidate = candidate_from(await discovery.fetcher.document(uri, budget))
    if candidate.uri != uri or candidate.username.lower() != preferred.name:
        raise NotValid(f"{handle} and the actor it points to do not agree.", detail=uri[:200])
    if preferred.host in {None, authority_of(uri)}:
        return candidate
    own = Handle(candidate.username.lower(), authority_of(uri))
    if own not in {handle, preferred}:
        back, agreed = await webfinger.ask(discovery.fetcher, own, scheme=discovery.scheme, budget=budget)
        if (back, agreed) != (uri, preferred):
            raise NotValid(f"{handle} and the actor it points to do not agree.", detail=uri[:200])
    return replace(candidate, domain=preferred.host or candidate.domain)


async def _second_opinion(
    discovery: Discovery, preferred: Handle, uri: str, budget: Budget
) -> tuple[str, Handle]:
    """The host that the first one deferred to, which has to say the same."""
    answer = await webfinger.ask(discovery.fetcher, preferred, scheme=discovery.scheme, budget=budget)
    if answer != (uri, preferred):
        raise NotValid(f"Two servers disagree about {preferred}.", detail=uri[:200])
    return answer


def _is_old(discovery: Discovery, actor: Actor) -> bool:
    return actor.fetched_at is None or actor.fetched_at < discovery.clock() - MAX_AGE
