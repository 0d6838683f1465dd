"""Values the posts room hands out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Visibility = Literal["public", "unlisted", "private", "direct"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that came with a post. `name` is its description for those who cannot see it."""

    type: str
    media_type: str | None
    url: str
    name: str | None = None
    width: int | None = None
    height: int | None = None
    blurhash: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AiTool:
    """A model that had a part in a post: its name, whose it is, and what it did (`rewrite`, …)."""

    name: str
    provider: str | None = None
    action: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """What somebody said, or (with `boost_of_id`) that they passed on what somebody else said.

    Attributes:
        uri: the ActivityPub id; for a boost the id of the Announce.
        visibility: `public`, `unlisted` (public, not in public timelines), `private` (followers),
            `direct` (those mentioned).
        content_html: sanitised; with the visible AI line where there is one.
        summary: the content warning, plain text.
        addressed: uris of the actors addressed by name (and of everybody in `to`/`cc` of a remote post).
        revision: SHA-256 in hex of what the author wrote; consent binds to it.
        ai_disclosure: `human-only`, `ai-assisted`, `ai-autonomous`; None is unknown.
        digital_source_type: an IPTC term's URI.
        content_usage: what a remote origin says of usage, verbatim; for our own posts ask the ledger.
    """

    id: int
    uri: str
    actor_id: int
    local: bool
    type: str = "Note"
    visibility: Visibility
    boost_of_id: int | None = None
    in_reply_to_uri: str | None = None
    in_reply_to_id: int | None = None
    context_uri: str | None = None
    url: str | None = None
    title: str | None = None
    content_html: str = ""
    summary: str | None = None
    sensitive: bool = False
    language: str | None = None
    source: str | None = None
    source_media_type: str | None = None
    attachments: tuple[Attachment, ...] = ()
    emojis: tuple[tuple[str, str], ...] = ()
    addressed: tuple[str, ...] = ()
    revision: str = ""
    ai_disclosure: str | None = None
    digital_source_type: str | None = None
    ai_tools: tuple[AiTool, ...] = ()
    human_reviewed: bool | None = None
    content_usage: str | None = None
    published_at: datetime
    edited_at: datetime | None = None
    created_at: datetime
    deleted_at: datetime | None = None
    replies_count: int = 0
    favourites_count: int = 0
    boosts_count: int = 0

    @property
    def ai_used(self) -> bool:
        """Whether a model had a part in it, as far as is known."""
        return self.ai_disclosure in {"ai-assisted", "ai-autonomous"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A post names an actor. `name` is the handle as it was written (`@user@host`)."""

    actor_uri: str
    name: str
    post_id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Hashtag:
    """A post's hashtag: `tag` folded for search, `name` as it was written, both without the sign."""

    tag: str
    name: str
    post_id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Tombstone:
    """What is left of something deleted: its id, whose it was, and when it went."""

    uri: str
    actor_uri: str
    former_type: str | None
    published_at: datetime | None
    deleted_at: datetime
