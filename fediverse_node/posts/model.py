"""Values the posts room hands out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Visibility = Literal["public", "unlisted", "private", "direct"]
#: A property of the post, a hashtag that people use for the same, or a file that came with it.
SaidBy = Literal["field", "hashtag", "file"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that came with a post.

    Attributes:
        name: its description for those who cannot see it.
        focus: the point that cropping keeps, from -1 to 1 to the right and to the top.
        preview: of a picture of ours: where a small one is.
        file_id: of a picture of ours: its id (`uploads`).
        sha256: of a picture of ours: the hash of its bytes, in hex.
        digital_source_type: how it was made, an IPTC term's URI; None is unknown.
        ai_tool: of a picture of ours that a model made or changed: which.
        seconds: that a film or sound of ours plays.
        frames: of a film of ours, in a second.
        loops: of a film of ours: it has no sound and begins again by itself, as an animation does.
    """

    type: str
    media_type: str | None
    url: str
    name: str | None = None
    width: int | None = None
    height: int | None = None
    blurhash: str | None = None
    focus: tuple[float, float] | None = None
    preview: str | None = None
    file_id: int | None = None
    sha256: str | None = None
    digital_source_type: str | None = None
    ai_tool: str | None = None
    seconds: float | None = None
    frames: float | None = None
    loops: bool = False


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
        ai_said_by: of a post from elsewhere that has a label: where that was said.
        content_usage: what a remote origin says of usage, verbatim; for our own posts ask the ledger.
        licence: of a post of ours, by its SPDX name.
        local_only: never leaves this server; only people here may see it.
        reactions: the emoji under it as (emoji, picture of a custom one, how many), in order of arrival.
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
    ai_said_by: SaidBy | None = None
    content_usage: str | None = None
    licence: str | None = None
    published_at: datetime
    edited_at: datetime | None = None
    created_at: datetime
    deleted_at: datetime | None = None
    replies_count: int = 0
    favourites_count: int = 0
    boosts_count: int = 0
    local_only: bool = False
    reactions: tuple[tuple[str, str | None, int], ...] = ()

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


#: What an Undo takes back; `Activity` where it does not say.
_UNDONE = frozenset({"Activity", "Announce", "Block", "EmojiReact", "Follow", "Like"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Tombstone:
    """What is left of something deleted: its id, whose it was, and when it went."""

    uri: str
    actor_uri: str
    former_type: str | None
    published_at: datetime | None
    deleted_at: datetime

    @property
    def taken_back(self) -> bool:
        """Whether it is left of an activity that an Undo took back unseen, and so says nothing of a post.

        An Undo is believed without a look at the origin; a neighbour of its author could else keep any
        post away by “undoing” its id.
        """
        return self.former_type in _UNDONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaction:
    """An emoji under a post, and whose it is.

    Attributes:
        emoji: one grapheme, or `:code:` (`:code@host:` for a picture of another server).
        picture: where the picture of a custom emoji is.
        uri: the id of the activity that made it.
    """

    post_id: int
    actor_id: int
    emoji: str
    picture: str | None
    uri: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomEmoji:
    """An emoji of this server; `code` is without colons, `digest` the SHA-256 of its picture in hex."""

    code: str
    media_type: str
    digest: str
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """What a post said for a while, from `published_at` until the next one.

    Attributes:
        asked: the answers of a question.
        sensitive: None in what was kept before this was.
    """

    content_html: str
    summary: str | None
    source: str | None
    published_at: datetime
    sensitive: bool | None = None
    attachments: tuple[Attachment, ...] = ()
    emojis: tuple[tuple[str, str], ...] = ()
    asked: tuple[str, ...] = ()
