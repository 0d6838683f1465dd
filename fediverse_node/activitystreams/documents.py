"""What a peer's document says, as typed values that cannot change between checking and acting.

`None` means "not said, or not said in a way that can be used". HTML fields are raw: whoever shows
them sanitises them. Addresses are as written: whoever believes or calls them checks them.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from fediverse_node.activitystreams.load import JsonDict
from fediverse_node.activitystreams.read_interaction import PolicyDoc

Visibility = Literal["public", "unlisted", "private", "direct"]


class Activity(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody did something to something.

    Attributes:
        id: None when the sender gave none (GoToSocial's Delete).
        actor: id of who says they did it.
        object_id: id of the first object; `object_ids` has all of them.
        object: the first object that came embedded, with `objects` holding all embedded ones.
        result: id of an authorisation in an Accept.
        to, cc: addressees, the public collection written in full.
        content: a Like's emoji, a Flag's reason; raw.
    """

    id: str | None
    type: str
    actor: str
    object_id: str | None
    object_ids: tuple[str, ...]
    object: JsonDict | None
    objects: tuple[JsonDict, ...]
    target: str | None
    origin: str | None
    result: str | None
    instrument: JsonDict | None
    to: tuple[str, ...]
    cc: tuple[str, ...]
    audience: tuple[str, ...]
    published: datetime | None
    content: str | None
    emojis: tuple[EmojiDoc, ...]
    raw: JsonDict


class PublicKeyDoc(msgspec.Struct, frozen=True, kw_only=True):
    """A public key as an actor or key document shows it.

    Attributes:
        kind: `pem` (publicKey) or `multikey` (assertionMethod, authentication).
        owner: `owner` or `controller`; id of whose key it says it is.
        asserts: it stands in `assertionMethod`, so its owner lets it speak in proofs.
    """

    id: str
    owner: str | None
    pem: str | None
    multibase: str | None
    kind: Literal["pem", "multikey"]
    asserts: bool = False


class EmojiDoc(msgspec.Struct, frozen=True, kw_only=True):
    """A picture that stands for `:shortcode:`; *shortcode* has no colons."""

    shortcode: str
    id: str | None
    url: str | None
    media_type: str | None
    updated: datetime | None


class ActorDoc(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody on another server. `summary` and the values of `fields` are raw HTML."""

    id: str
    type: str
    preferred_username: str | None
    name: str | None
    summary: str | None
    url: str | None
    inbox: str | None
    outbox: str | None
    followers: str | None
    following: str | None
    featured: str | None
    shared_inbox: str | None
    icon_url: str | None
    icon_media_type: str | None
    image_url: str | None
    image_media_type: str | None
    public_keys: tuple[PublicKeyDoc, ...]
    manually_approves: bool | None
    discoverable: bool | None
    indexable: bool | None
    suspended: bool | None
    memorial: bool | None
    fields: tuple[tuple[str, str], ...]
    emojis: tuple[EmojiDoc, ...]
    also_known_as: tuple[str, ...]
    moved_to: str | None
    attribution_domains: tuple[str, ...] = ()
    icon_description: str | None = None
    image_description: str | None = None
    published: datetime | None
    webfinger: str | None
    implements: tuple[str, ...] = ()
    raw: JsonDict


class MentionDoc(msgspec.Struct, frozen=True):
    """Somebody is named: *href* is their actor id, *name* what the text calls them."""

    href: str
    name: str | None


class HashtagDoc(msgspec.Struct, frozen=True):
    """A topic; *name* is without `#`."""

    name: str
    href: str | None


class AttachmentDoc(msgspec.Struct, frozen=True, kw_only=True):
    """A file or link beside a post. `name` is the text alternative; focal point is -1..1."""

    type: str | None
    url: str | None
    media_type: str | None
    name: str | None
    width: int | None
    height: int | None
    blurhash: str | None
    focal_point: tuple[float, float] | None
    digital_source_type: str | None
    content_usage: str | None


class PollOption(msgspec.Struct, frozen=True):
    """One answer and how many chose it."""

    name: str
    votes: int


class PollDoc(msgspec.Struct, frozen=True, kw_only=True):
    """A question's answers. `closed` is true once the author said so, whatever the clock says."""

    multiple: bool
    options: tuple[PollOption, ...]
    end_time: datetime | None
    closed: bool
    voters_count: int | None


class AiTool(msgspec.Struct, frozen=True):
    """A model that took part: its name, who ran it, what it did."""

    name: str
    provider: str | None
    action: str | None


class AiClaims(msgspec.Struct, frozen=True, kw_only=True):
    """What an object says of its making and of its use for training. All None: it says nothing."""

    ai_disclosure: str | None
    digital_source_type: str | None
    ai_tools: tuple[AiTool, ...]
    human_reviewed: bool | None
    content_usage: str | None
    x_robots_tag: str | None


class ObjectDoc(msgspec.Struct, frozen=True, kw_only=True):
    """A post or another thing that people publish.

    Attributes:
        attributed_to: ids of all who are named as authors.
        content: raw HTML, taken from `contentMap` where `content` is missing.
        language: BCP 47 tag, when `contentMap` gives exactly one or names the one of `content`.
        url: the best web page to open.
        quote: id of the post it quotes, by any of the five spellings.
        quote_authorization: where the quoted author's yes can be read, as the post claims.
        policy: what its author allows others to do with it.
        replies: id of the collection of replies.
        conversation: `context` or the older `conversation`.
        source: what the author typed, and `source_media_type` in what.
        media_type: of `content`, where it is said not to be HTML.
        files: what `url` offers to look at or listen to.
        starts, ends, place: of an event.
    """

    id: str | None
    type: str
    attributed_to: tuple[str, ...]
    name: str | None
    content: str | None
    language: str | None
    summary: str | None
    sensitive: bool
    in_reply_to: str | None
    to: tuple[str, ...]
    cc: tuple[str, ...]
    audience: tuple[str, ...]
    published: datetime | None
    updated: datetime | None
    url: str | None
    icon_url: str | None
    attachments: tuple[AttachmentDoc, ...]
    mentions: tuple[MentionDoc, ...]
    hashtags: tuple[HashtagDoc, ...]
    emojis: tuple[EmojiDoc, ...]
    source: str | None
    source_media_type: str | None
    quote: str | None
    quote_authorization: str | None = None
    policy: PolicyDoc | None = None
    replies: str | None
    conversation: str | None
    poll: PollDoc | None
    media_type: str | None = None
    icon_media_type: str | None = None
    files: tuple[AttachmentDoc, ...] = ()
    starts: datetime | None = None
    ends: datetime | None = None
    place: str | None = None
    ai: AiClaims
    raw: JsonDict


class CollectionDoc(msgspec.Struct, frozen=True, kw_only=True):
    """A collection or one page of it. `items` are ids or embedded objects; `first_page` came along."""

    id: str | None
    type: str
    total_items: int | None
    items: tuple[str | JsonDict, ...]
    first: str | None
    first_page: JsonDict | None
    next: str | None
    prev: str | None
    part_of: str | None


class KeyDocument(msgspec.Struct, frozen=True, kw_only=True):
    """What an address that is called a key answered: its keys, and the actor if it was one.

    `owner` is the actor, or who the bare key says it belongs to; that actor must name it back.
    """

    id: str | None
    owner: str | None
    keys: tuple[PublicKeyDoc, ...]
    actor: ActorDoc | None


class WebfingerLink(msgspec.Struct, frozen=True, kw_only=True):
    """One link of a JRD (RFC 7033 section 4.4.4)."""

    rel: str
    type: str | None
    href: str | None
    template: str | None


class WebfingerDoc(msgspec.Struct, frozen=True, kw_only=True):
    """Who a handle belongs to. `self_hrefs` are the actor ids it names."""

    subject: str | None
    aliases: tuple[str, ...]
    links: tuple[WebfingerLink, ...]
    self_hrefs: tuple[str, ...]
    profile_page: str | None
    subscribe_template: str | None


class NodeInfoDoc(msgspec.Struct, frozen=True, kw_only=True):
    """What a server says it runs."""

    version: str | None
    software_name: str
    software_version: str | None
    protocols: tuple[str, ...]
    open_registrations: bool | None
    users_total: int | None
    local_posts: int | None
