"""Fetching a document so that it may be believed.

Signed by the server's own actor, as servers with authorized fetch want it; only ActivityPub media
types (CVE-2024-25623); the id must be the address that answered, after at most one more fetch of that
id on the same origin (CVE-2024-23832); never from ourselves, and never twice at the same time. What
failed is not asked again for a while, so that a forged address cannot make us knock on a door all day.

Errors say what to do: `NotNow` try again later, `Gone` (410) and `NotFound` (404) it is not there,
`NotAllowed` we are not shown it, `NotValid` what came cannot be believed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from functools import partial

from fediverse_node.activitystreams.load import MAX_DOCUMENT, JsonDict, load_json
from fediverse_node.activitystreams.origin import check_fetched, check_fetched_again
from fediverse_node.activitystreams.shape import load_document
from fediverse_node.activitystreams.vocabulary import AP_ACCEPT, JRD_JSON, is_activitypub_media_type
from fediverse_node.actors import queries as actors
from fediverse_node.actors.addresses import Addresses
from fediverse_node.actors.model import Actor
from fediverse_node.federation.discovery.memory import Memory, OneAtATime
from fediverse_node.federation.signing.habits import Habits
from fediverse_node.federation.signing.keys import KeyRing
from fediverse_node.federation.signing.ways import NOT_UNDERSTOOD, Knock, kind_of, order
from fediverse_node.kernel.clock import Clock
from fediverse_node.kernel.errors import Gone, NodeError, NotAllowed, NotFound, NotNow, NotValid
from fediverse_node.kernel.urls import authority_of, same_origin, without_fragment
from fediverse_node.moderation.policy import policy
from fediverse_node.outbound.client import Outbound, Response
from fediverse_node.outbound.limits import retry_after
from fediverse_node.peers.model import Signing
from fediverse_node.signatures.base import HttpMessage
from fediverse_node.storage.database import Database

#: Fetches that one incoming activity, or one look-up, may cause (limits table L).
MAX_FETCHES = 10
#: Seconds for which a failure stands: one that will last, and one that may pass.
REFUSED_SECONDS = 600.0
FAILED_SECONDS = 60.0
_MAX_FAILURES = 10_000
_BUSY = frozenset({408, 425, 429})


class TooManyFetches(NotValid):
    """Understanding this would take too many requests to other servers."""


@dataclass(slots=True)
class Budget:
    """What is left of the fetches that one cause may have. It also bounds how deep they lead."""

    left: int = MAX_FETCHES

    def spend(self) -> None:
        """Take one.

        Raises:
            TooManyFetches: there is none left.
        """
        if self.left <= 0:
            raise TooManyFetches
        self.left -= 1


class Fetcher:
    """Asks for documents, as this server.

    Args:
        addresses: ours: who signs, and whom we do not ask.
    """

    def __init__(self, *, db: Database, outbound: Outbound, clock: Clock, addresses: Addresses) -> None:
        self._db = db
        self._outbound = outbound
        self._clock = clock
        self._addresses = addresses
        self._signer: Actor | None = None
        self._keys = KeyRing(db)
        self._habits = Habits(db)
        self._failures: Memory[str, NodeError] = Memory(
            size=_MAX_FAILURES, seconds=REFUSED_SECONDS, clock=clock
        )
        self._flights: OneAtATime[str, JsonDict] = OneAtATime()

    async def document(self, url: str, budget: Budget) -> JsonDict:
        """The ActivityPub document at *url*, whose `id` is where it came from.

        The id may still be another one than *url*, on the origin that answered: whoever asked for an
        id compares.

        Raises:
            NotNow, Gone, NotFound, NotAllowed, NotValid, TooLarge: see the module.
        """
        address = without_fragment(url)
        await self.refuse_shut_out(address)
        self._refuse_known(address)
        return await self._flights.run(address, lambda: self._noting(address, self._proved(address, budget)))

    async def descriptor(self, url: str, budget: Budget) -> JsonDict:
        """The JSON at *url*, not signed for and not proved: WebFinger.

        Raises:
            As `document`.
        """
        await self.refuse_shut_out(url)
        self._refuse_known(url)
        return await self._flights.run(url, lambda: self._noting(url, self._plain(url, budget)))

    async def refuse_shut_out(self, url: str) -> None:
        """Nothing is asked of a server that the operator shut out, and nothing of it is remembered.

        Raises:
            NotAllowed: *url* is on one.
        """
        if await self._db.read(lambda tx: policy(tx).is_shut_out(url)):
            raise NotAllowed("This server is blocked here.", detail=url[:200])

    def _refuse_known(self, url: str) -> None:
        if same_origin(url, self._addresses.origin):
            raise NotValid("We do not fetch from ourselves.", detail=url[:200])
        failure = self._failures.get(url)
        if failure is not None:
            raise failure.with_traceback(None)

    async def _noting(self, url: str, work: Awaitable[JsonDict]) -> JsonDict:
        try:
            return await work
        except TooManyFetches:
            raise
        except NodeError as error:
            passing = isinstance(error, NotNow)
            self._failures.put(url, error, seconds=FAILED_SECONDS if passing else REFUSED_SECONDS)
            raise

    async def _proved(self, url: str, budget: Budget) -> JsonDict:
        document, answered = await self._document(url, budget)
        claimed = check_fetched(document, final_url=answered)
        if claimed is None:
            return document
        document, answered = await self._document(claimed, budget)
        check_fetched_again(document, final_url=answered)
        return document

    async def _document(self, url: str, budget: Budget) -> tuple[JsonDict, str]:
        answer = await self._knock(url, budget)
        self._require_success(answer)
        if answer.url != url:
            await self.refuse_shut_out(answer.url)
        if not is_activitypub_media_type(answer.headers.get("Content-Type")):
            raise NotValid("The answer is not an ActivityPub document.", detail=url[:200])
        return load_document(answer.body, limit=MAX_DOCUMENT), answer.url

    async def _knock(self, url: str, budget: Budget) -> Response:
        """Ask, signed as this server last accepted it, and where that is refused once more in another way."""
        await self._habits.look()
        host = authority_of(url)
        first, second = order(self._habits.of(host))
        answer = await self._ask(url, first, budget)
        if answer.status not in NOT_UNDERSTOOD:
            return answer
        answer = await self._ask(url, second, budget)
        if answer.status == 200:
            await self._habits.learn(host, second)
        return answer

    async def _ask(self, url: str, way: Signing, budget: Budget) -> Response:
        budget.spend()
        sign = partial(self._sign, way)
        return await self._outbound.get(url, accept=AP_ACCEPT, sign=sign, limit=MAX_DOCUMENT)

    async def _plain(self, url: str, budget: Budget) -> JsonDict:
        budget.spend()
        answer = await self._outbound.get(url, accept=f"{JRD_JSON}, application/json", limit=MAX_DOCUMENT)
        self._require_success(answer)
        return load_json(answer.body, limit=MAX_DOCUMENT)

    def _require_success(self, answer: Response) -> None:
        status, detail = answer.status, f"{answer.status} from {answer.url[:200]}"
        if status == 200:
            return
        if status == 410:
            raise Gone("It was deleted at its origin.", detail=detail)
        if status == 404:
            raise NotFound("It is not at its origin.", detail=detail)
        if status in {401, 403}:
            raise NotAllowed("Its origin does not show it to us.", detail=detail)
        if status >= 500 or status in _BUSY:
            wait = retry_after(answer.headers, self._clock())
            raise NotNow("Its origin cannot answer at the moment.", detail=detail, retry_after=wait or 60.0)
        raise NotValid("Its origin did not answer with a document.", detail=detail)

    async def _sign(
        self,
        way: Signing,
        method: str,
        url: str,
        headers: Mapping[str, str],  # noqa: ARG002 the client's signature; a GET signs none of them
        body: bytes,
    ) -> Mapping[str, str]:
        if self._signer is None:
            self._signer = await self._db.read(lambda tx: actors.by_uri(tx, self._addresses.instance_actor))
        if self._signer is None:
            raise NotNow("This server has no keys yet. Run “fediverse-node init”.")
        knock = Knock(way=way, key=await self._keys.key_of(self._signer.id, kind_of(way)))
        message = HttpMessage.to(method, url, body=body)
        return await asyncio.to_thread(knock.sign, message, self._clock())
