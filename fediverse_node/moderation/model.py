"""Values the moderation room hands out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from fediverse_node.actors.model import Actor
from fediverse_node.kernel.errors import NotValid
from fediverse_node.kernel.urls import authority_of, canonical_host

Severity = Literal["noop", "silence", "suspend"]
#: Which posts of models are left out: none, those that nobody reviewed, or all that say so.
AiFilter = Literal["off", "autonomous", "all"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One actor wants nothing to do with another. `uri` is the id of the Block."""

    id: int
    actor_id: int
    target_id: int
    uri: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Mute:
    """A person here does not want to hear an actor, until `expires_at` or for good."""

    id: int
    actor_id: int
    target_id: int
    notifications: bool
    expires_at: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainBlock:
    """What the operator decided about a server and its sub-domains.

    Attributes:
        domain: canonical.
        severity: `silence` takes its people out of public timelines and out of the notifications of
            those who do not follow them; `suspend` shuts the server out; `noop` does neither.
        obfuscate: whether the public list hides a part of the name.
        created_at: when it was decided; None before it is kept.
    """

    domain: str
    severity: Severity
    reject_media: bool = False
    reject_reports: bool = False
    public_comment: str = ""
    obfuscate: bool = False
    created_at: datetime | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Somebody says that an actor, or posts of theirs, break the rules.

    Attributes:
        uri: id of the Flag that brought it; None for a report from here.
        reporter_id: shown to those who look after the server only, and told to nobody else.
        category: what the reporter says it is; None where they said nothing.
        assigned_to, closed_by: accounts of those who look after the server.
    """

    id: int
    uri: str | None
    reporter_id: int
    target_id: int
    post_uris: tuple[str, ...]
    comment: str
    forwarded: bool
    created_at: datetime
    closed_at: datetime | None = None
    category: str | None = None
    assigned_to: int | None = None
    closed_by: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What somebody who looks after the server did.

    Attributes:
        account_id: who; None for the command line.
    """

    id: int
    account_id: int | None
    action: str
    target: str
    note: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Stance:
    """How one person stands to some others: sets of actor ids.

    Attributes:
        blocking: whom they block. blocked_by: who blocks them.
        muting: whom they mute; of these, `silent` do not even reach the notifications.
        domains: servers they do not want to hear.
        apart_uris: ids of `blocking` and `blocked_by`, as mentions have them.
    """

    blocking: frozenset[int] = frozenset()
    blocked_by: frozenset[int] = frozenset()
    muting: Mapping[int, Mute]
    domains: frozenset[str] = frozenset()
    apart_uris: frozenset[str] = frozenset()

    def apart(self, actor_id: int) -> bool:
        """Whether one of the two blocks the other."""
        return actor_id in self.blocking or actor_id in self.blocked_by

    def shuns(self, domain: str) -> bool:
        """Whether they do not want to hear this server."""
        return bool(self.domains) and any(name in self.domains for name in names_of(domain))


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Everything that nearly every request asks of this room, in memory.

    Attributes:
        domains: what was decided about servers, by canonical name.
        suspended, silenced: actors for whom that was decided one by one.
        shunned: servers that somebody here does not want to hear; None: too many to keep.
        read_at: when the transaction began that read all this.
        hides_ai: what public timelines leave out here.
        hiding_ai: what single people want left out, by actor; None: too many to keep.
        stances: of those who were asked for since, by actor; belongs to `queries.stance`.
        concerned: actors on either side of a block, mute or shunned server; None: too many to keep.
    """

    domains: Mapping[str, DomainBlock]
    suspended: frozenset[int]
    silenced: frozenset[int] = frozenset()
    shunned: frozenset[str] | None
    concerned: frozenset[int] | None
    read_at: datetime | None = None
    hides_ai: AiFilter = "off"
    hiding_ai: Mapping[int, AiFilter] | None = field(default_factory=dict)
    stances: dict[int, Stance] = field(default_factory=dict, compare=False, repr=False)

    def about(self, domain: str) -> DomainBlock | None:
        """What was decided about a host (`host[:port]`, canonical), by itself or above it; the nearest."""
        if not self.domains:
            return None
        return next((self.domains[name] for name in names_of(domain) if name in self.domains), None)

    def is_shut_out(self, url: str) -> bool:
        """Whether the server of *url* is suspended. Something without a host is not."""
        if not self.domains:
            return False
        try:
            found = self.about(authority_of(url))
        except NotValid:
            return False
        return found is not None and found.severity == "suspend"

    def is_out(self, domain: str, uri: str) -> bool:
        """Whether an actor's server is suspended: the host of its handle, or that of its id."""
        found = self.about(domain)
        return self.is_shut_out(uri) or (found is not None and found.severity == "suspend")

    def is_silenced(self, domain: str) -> bool:
        """Whether people of this host are heard only by those who follow them."""
        found = self.about(domain)
        return found is not None and found.severity != "noop"

    def quiets(self, actor: Actor) -> bool:
        """Whether this actor is heard only by those who follow them."""
        return actor.id in self.silenced or (not actor.local and self.is_silenced(actor.domain))

    @property
    def quiets_some(self) -> bool:
        """Whether there may be somebody whom only their followers hear."""
        return bool(self.silenced) or any(rule.severity != "noop" for rule in self.domains.values())

    def may_turn_away(self, actor_id: int, domain: str) -> bool:
        """Whether there may be somebody here who takes nothing from this actor."""
        if self.shunned is None or self.concerns(actor_id):
            return True
        return bool(self.shunned) and not self.shunned.isdisjoint(names_of(domain))

    def concerns(self, actor_id: int | None) -> bool:
        """Whether there may be a block, mute or shunned server of or about this actor."""
        return actor_id is not None and (self.concerned is None or actor_id in self.concerned)


def names_of(domain: str) -> list[str]:
    """*domain* as it is (perhaps with a port), without the port, and each domain above it."""
    host, colon, port = domain.rpartition(":")
    host = host if colon and port.isdigit() else domain
    labels = host.split(".")
    above = [".".join(labels[place:]) for place in range(len(labels))]
    return [domain, *(name for name in above if name != domain)]


def canonical_domain(text: str) -> str:
    """What an operator or person means by a domain: lower case, punycode, no dot at the end (ADM-06).

    An address, a handle's `@host` and `*.host` are understood.

    Raises:
        NotValid: it is none.
    """
    name = text.strip()
    if "://" in name:
        return authority_of(name)
    name = name.removeprefix("*.").rpartition("@")[2].rstrip("/")
    host, colon, port = name.rpartition(":")
    if colon and port.isdigit() and not name.startswith("["):
        return f"{canonical_host(host)}:{int(port)}"
    if "/" in name:
        raise NotValid(f"“{text[:100]}” is not a domain.")
    return canonical_host(name)
