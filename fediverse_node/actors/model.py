"""Values the actors room hands out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

KeyKind = Literal["rsa", "ed25519"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """An avatar or header.

    Attributes:
        url: where it is: here, or elsewhere.
        still: of one of ours that moves: where one is that does not.
    """

    url: str
    media_type: str | None = None
    still: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """What few actors have anything to say about.

    Attributes:
        attribution_domains: sites that may name this actor as an author, also their sub-domains.
        hide_collections: show how many follow and are followed, and not who.
        icon_description, image_description: what the pictures show, for those who do not see them.
        autonomous: what this account posts, a model wrote, and nobody reads it first.
        verified: pages that link back to this profile, as (address, RFC 3339 moment) pairs.
    """

    attribution_domains: tuple[str, ...] = ()
    hide_collections: bool = False
    icon_description: str = ""
    image_description: str = ""
    verified: tuple[tuple[str, str], ...] = ()
    autonomous: bool = False


#: Of nearly everybody.
NO_DETAILS = Details()


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Somebody who acts: a person, bot, group or server, here or elsewhere.

    Attributes:
        uri: the ActivityPub id; byte for byte what the origin says.
        domain: host of the handle (`example.org`, or `127.0.0.1:8001` in a lab).
        summary_html: sanitised.
        fields: profile fields as (name, sanitised value) pairs.
        emojis: custom emoji as (shortcode with colons, image address) pairs.
        details: what few have.
    """

    id: int
    uri: str
    local: bool
    type: str
    username: str
    domain: str
    name: str = ""
    summary_html: str = ""
    summary_source: str | None = None
    url: str | None = None
    icon: Picture | None = None
    image: Picture | None = None
    fields: tuple[tuple[str, str], ...] = ()
    emojis: tuple[tuple[str, str], ...] = ()
    also_known_as: tuple[str, ...] = ()
    moved_to: str | None = None
    inbox: str
    shared_inbox: str | None = None
    outbox: str | None = None
    followers: str | None = None
    following: str | None = None
    featured: str | None = None
    manually_approves: bool = False
    discoverable: bool = False
    indexable: bool = False
    details: Details = NO_DETAILS
    published_at: datetime | None = None
    created_at: datetime
    updated_at: datetime
    fetched_at: datetime | None = None
    suspended_at: datetime | None = None
    deleted_at: datetime | None = None

    @property
    def handle(self) -> str:
        """`@user@host`, as people write it."""
        return f"@{self.username}@{self.domain}"

    @property
    def display_name(self) -> str:
        """What to show: the chosen name, else the user name."""
        return self.name or self.username

    @property
    def active(self) -> bool:
        """Neither suspended here nor deleted at the origin."""
        return self.suspended_at is None and self.deleted_at is None

    @property
    def delivery_inbox(self) -> str:
        """Where to send: the server's shared inbox where there is one."""
        return self.shared_inbox or self.inbox


@dataclass(frozen=True, slots=True, kw_only=True)
class ActorKey:
    """A key that speaks for an actor. `private_key` (PKCS#8 PEM) only for local actors.

    `public_key` is an SPKI PEM for `rsa` and a multibase Multikey (`z6Mk…`) for `ed25519`. `asserts` is
    whether its owner lists it in `assertionMethod`; None where nobody has looked.
    """

    actor_id: int
    key_id: str
    kind: KeyKind
    public_key: str
    private_key: str | None = field(default=None, repr=False)
    asserts: bool | None = None
