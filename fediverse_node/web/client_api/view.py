"""One request, seen from inside its transaction: who asks, for what, and what the answer is made from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO, TypeVar

from fediverse_node.actors.addresses import Addresses
from fediverse_node.assist.provider import ModelProvider
from fediverse_node.cards.keeping import Cards
from fediverse_node.config.sections import Config
from fediverse_node.federation.outbox.desk import Desk
from fediverse_node.kernel.errors import NotFound
from fediverse_node.kernel.ids import parse_id
from fediverse_node.outbound.guard import AddressPolicy
from fediverse_node.storage.tx import Tx
from fediverse_node.uploads.intake import Uploads
from fediverse_node.visibility.rule import Viewer
from fediverse_node.web.client_api.auth import Caller, viewer_of
from fediverse_node.web.client_api.forms import Fields
from fediverse_node.web.client_api.paging import Cursors
from fediverse_node.web.figures import Figures
from fediverse_node.web.kept import Kept
from fediverse_node.web.rate_limits import RateLimits

T = TypeVar("T")

#: An entity of the API, ready to be encoded.
JsonDict = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What does not change from request to request.

    Attributes:
        parts: of statuses, see `status_parts`.
        people: accounts, see `accounts`.
        cards: previews of links; None where nobody looks at pages.
        provider: of a model; None where assistance is off.
        policy: which addresses we send to.
    """

    addresses: Addresses
    config: Config
    figures: Figures
    parts: Kept[int, Any]
    people: Kept[int, Any]
    limits: RateLimits
    uploads: Uploads
    cards: Cards | None = None
    provider: ModelProvider | None = None
    policy: AddressPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What a handler that reads is given.

    Attributes:
        caller: None for an anonymous request.
        fields: the query.
        path: the variable parts of the path.
    """

    tx: Tx
    house: House
    caller: Caller | None
    fields: Fields
    path: Mapping[str, str]

    @property
    def viewer(self) -> Viewer:
        """The eyes that look."""
        return viewer_of(self.caller)

    @property
    def person(self) -> Caller:
        """The caller, on routes that need one."""
        assert self.caller is not None
        return self.caller


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What a handler that changes something, or asks another server, is given.

    Attributes:
        fields: query and body.
        key: the `Idempotency-Key`.
        bearer: the caller's token itself.
    """

    desk: Desk
    house: House
    caller: Caller | None
    fields: Fields
    path: Mapping[str, str]
    key: str | None = None
    bearer: str | None = field(default=None, repr=False)
    files: Mapping[str, BinaryIO] = field(default_factory=dict)

    @property
    def person(self) -> Caller:
        """The caller, on routes that need one."""
        assert self.caller is not None
        return self.caller

    async def look(self, reader: Callable[[View], T]) -> T:
        """What *reader* sees, in a transaction of its own."""

        def unit(tx: Tx) -> T:
            view = View(tx=tx, house=self.house, caller=self.caller, fields=self.fields, path=self.path)
            return reader(view)

        return await self.desk.db.read(unit)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is sent: a JSON value, and where the pages beside it begin."""

    body: Any
    cursors: Cursors = field(default_factory=Cursors)
    status: int = 200


def path_id(path: Mapping[str, str], what: str) -> int:
    """The id in the path.

    Raises:
        NotFound: it cannot be one, so there is no such *what*; said as where there is none.
    """
    found = parse_id(path["id"])
    if found is None:
        raise NotFound(f"There is no such {what}.")
    return found
