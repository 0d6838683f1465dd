"""Values the media room hands out."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from fediverse_node.credentials.model import Manifest

#: Of a picture that belongs to nobody: a custom emoji.
EMOJI = "e"
#: Largest file, and largest picture of a person and of an emoji, in bytes (limits table L).
MAX_FILE = 40 << 20
MAX_PICTURE = 10 << 20
MAX_EMOJI = 2 << 20


def owner_of_post(post_id: int) -> str:
    """The owner of a post's files, as it stands in their addresses."""
    return f"p{post_id}"


def owner_of_actor(actor_id: int) -> str:
    """The owner of an actor's pictures, as it stands in their addresses."""
    return f"a{actor_id}"


def owner_of_card(card_id: int) -> str:
    """The owner of the picture in a link's preview, as it stands in its address."""
    return f"c{card_id}"


def key_of(owner: str, url: str) -> str:
    """What a copy is found by. The same file in two posts is two copies, as one of them may be deleted."""
    return hashlib.sha256(f"{owner} {url}".encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A file of another server that somebody may look at.

    Attributes:
        owner: `p<id of the post>`, `a<id of the actor>`, `c<id of the link's preview>` or `e`.
        host: of `url`, canonical, with its port.
        domain: of whoever shows it; empty for an emoji.
    """

    owner: str
    url: str
    host: str
    domain: str = ""

    @property
    def key(self) -> str:
        """What its copy is found by."""
        return key_of(self.owner, self.url)

    @property
    def post_id(self) -> int | None:
        """The post it belongs to."""
        return int(self.owner[1:]) if self.owner[0] == "p" else None

    @property
    def actor_id(self) -> int | None:
        """The actor it is a picture of."""
        return int(self.owner[1:]) if self.owner[0] == "a" else None

    @property
    def limit(self) -> int:
        """The most bytes it may have."""
        return {"p": MAX_FILE, "a": MAX_PICTURE, "c": MAX_PICTURE}.get(self.owner[0], MAX_EMOJI)

    @property
    def families(self) -> frozenset[str]:
        """What it may be: a post has files of every family, everything else is a picture."""
        return frozenset({"image", "video", "audio"} if self.owner[0] == "p" else {"image"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A copy on the disk.

    Attributes:
        media_type: what its bytes were found to be.
        name: of the file; ours, and random.
        credentials: what it says of itself; None where it says nothing, or nobody read it.
    """

    id: int
    key: str
    post_id: int | None
    actor_id: int | None
    host: str
    domain: str
    media_type: str
    size: int
    name: str
    used_at: datetime
    created_at: datetime
    credentials: Manifest | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What the copies from one host take: how many, and bytes."""

    host: str
    files: int
    size: int
