"""Values the uploads room hands out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from fediverse_node.credentials.model import AiPart, Making, Manifest
from fediverse_node.kernel.errors import NotValid
from fediverse_node.kernel.kinds import AVIF, GIF, JPEG, KINDS, PNG, WEBP
from fediverse_node.kernel.text import clean_text

#: Where files are, below the origin.
PREFIX: Final = "/media/files/"
#: Pictures of one post: Mastodon shows no more.
MAX_PICTURES: Final = 4
#: Characters of a description.
MAX_DESCRIPTION: Final = 1500
#: How long a picture may wait for its post.
UNATTACHED_FOR: Final = timedelta(hours=24)
#: What can be uploaded.
ACCEPTED: Final = (JPEG, PNG, WEBP, GIF, AVIF)
#: What is made of it.
STORED: Final = (JPEG, PNG, WEBP)

#: The point that cropping keeps: from the left (-1) to the right, from the bottom (-1) to the top.
Focus = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One file on the disk.

    Attributes:
        name: 128 random bits in hex: of the file, and in its address. Whoever has it may see the file.
        sha256: of its bytes, in hex.
    """

    name: str
    media_type: str
    size: int
    sha256: str

    @property
    def path(self) -> str:
        """Where it is, below the origin."""
        return path_of(self.name, self.media_type)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """What became of a file that was sent: the picture, and a small one where it is large.

    Attributes:
        sources: IPTC terms that the file named for how it was made; somebody's words.
    """

    whole: Part
    small: Part | None
    width: int
    height: int
    blurhash: str
    sources: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """Bytes on the disk."""
        return self.whole.size + (self.small.size if self.small is not None else 0)

    @property
    def names(self) -> list[str]:
        """Of its files."""
        return [part.name for part in (self.whole, self.small) if part is not None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Papers:
    """What there is of Content Credentials.

    Attributes:
        signer: whom the certificate of ours names; None: its files are not signed.
        came: what the file said that was sent.
    """

    signer: str | None = None
    came: Manifest | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A picture of somebody here.

    Attributes:
        post_id: the post it belongs to, which it never leaves; None while it waits for one.
        description: for those who cannot see it, plain text.
        ai_part: a model's, as its owner or its file says; None: nobody said.
        ai_tool: what it was made or changed with.
        ai_least: the least that its part can be.
        deleted_at: nobody may see it any more, and its files go soon.
    """

    id: int
    account_id: int
    post_id: int | None
    name: str
    media_type: str
    size: int
    sha256: str
    small_name: str | None
    small_type: str | None
    small_size: int
    width: int
    height: int
    blurhash: str
    description: str | None
    focus: Focus | None
    created_at: datetime
    deleted_at: datetime | None
    ai_part: AiPart | None = None
    ai_tool: str | None = None
    ai_least: AiPart | None = None
    credentials: Papers | None = None

    @property
    def making(self) -> Making:
        """How it was made, as far as it is said."""
        return Making(part=self.ai_part, tool=self.ai_tool)

    @property
    def path(self) -> str:
        """Where it is, below the origin."""
        return path_of(self.name, self.media_type)

    @property
    def small_path(self) -> str:
        """Where the small picture is; that of the picture itself where it is small enough."""
        if self.small_name is None or self.small_type is None:
            return self.path
        return path_of(self.small_name, self.small_type)

    @property
    def names(self) -> list[str]:
        """Of its files."""
        return [name for name in (self.name, self.small_name) if name is not None]


def path_of(name: str, media_type: str) -> str:
    """Where a file is, below the origin."""
    return f"{PREFIX}{name}.{KINDS[media_type].ending}"


def checked_description(text: str | None) -> str | None:
    """A description as it is stored; None where it says nothing.

    Raises:
        NotValid: it is too long.
    """
    cleaned = clean_text(text or "").strip()
    if len(cleaned) > MAX_DESCRIPTION:
        raise NotValid(
            f"A description has at most {MAX_DESCRIPTION} characters; this one has {len(cleaned)}."
        )
    return cleaned or None


def checked_focus(text: str | None) -> Focus | None:
    """A focus from `x,y`; None where it says nothing.

    Raises:
        NotValid: it is no point of a picture.
    """
    if not text:
        return None
    try:
        x, y = (float(number) for number in text.split(","))
    except ValueError:
        x = y = 2.0
    if not (-1 <= x <= 1 and -1 <= y <= 1):
        raise NotValid("focus must be two numbers from -1 to 1, such as 0.5,-0.2.")
    # Without a sign on nought, and short: it is written into documents and hashed.
    return round(x, 4) + 0.0, round(y, 4) + 0.0
