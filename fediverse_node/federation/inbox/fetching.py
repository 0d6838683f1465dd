"""What a handler may ask of the network, within the budget of one activity."""

from __future__ import annotations

from dataclasses import dataclass, field

from fediverse_node.activitystreams.documents import ObjectDoc
from fediverse_node.activitystreams.read_interaction import AuthorizationDoc
from fediverse_node.activitystreams.values import kind
from fediverse_node.federation.discovery import actors, objects, quoted
from fediverse_node.federation.discovery.candidate import Candidate
from fediverse_node.federation.discovery.fetch import Budget
from fediverse_node.federation.discovery.model import Discovery
from fediverse_node.federation.discovery.objects import FoundPost, FoundQuote
from fediverse_node.kernel.errors import Gone, NotFound
from fediverse_node.posts import queries as posts


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetch:
    """Asks origins. Everything it gives was proved to come from where its id says; nothing is stored."""

    discovery: Discovery
    budget: Budget = field(default_factory=Budget)

    async def actor(self, uri: str) -> Candidate:
        """The actor *uri*; errors as `discovery.actors.fetch`."""
        return await actors.fetch(self.discovery, uri, self.budget)

    async def is_here(self, uri: str) -> bool:
        """Whether the post *uri* has come meanwhile, with another activity that waited for it."""
        return await self.discovery.db.read(lambda tx: posts.by_uri(tx, uri) is not None)

    async def post(self, uri: str) -> FoundPost:
        """The post *uri* with what it quotes; errors as `discovery.objects.fetch`."""
        found = await objects.fetch(self.discovery, uri, self.budget)
        return await quoted.with_quote(self.discovery, found, self.budget)

    async def quote(self, doc: ObjectDoc) -> FoundQuote:
        """What *doc* quotes; errors as `discovery.quoted.look`."""
        return await quoted.look(self.discovery, doc, self.budget)

    async def authorization(self, uri: str) -> AuthorizationDoc:
        """The yes at *uri*; errors as `discovery.quoted.authorization`."""
        return await quoted.authorization(self.discovery, uri, self.budget)

    async def is_gone(self, uri: str) -> bool:
        """Whether the origin of *uri* says that it is not there (any more): 404, 410 or a Tombstone.

        Raises:
            NotNow, NotAllowed, NotValid: it says neither.
        """
        try:
            document = await self.discovery.fetcher.document(uri, self.budget)
        except (Gone, NotFound):
            return True
        return kind(document) == "Tombstone"
