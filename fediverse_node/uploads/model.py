"""Values the uploads room hands out. A picture, here, is any file of the room: films and sounds are, too."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

from fediverse_node.credentials.model import AiPart, Making, Manifest
from fediverse_node.kernel.errors import NotValid
from fediverse_node.kernel.kinds import AVIF, GIF, JPEG, KINDS, M4A, MP4, PNG, WEBP
from fediverse_node.kernel.text import clean_text

#: Where files are, below the origin.
PREFIX: Final = "/media/files/"
#: Pictures of one post: Mastodon shows no more.
MAX_PICTURES: Final = 4
#: Characters of a description.
MAX_DESCRIPTION: Final = 1500
#: How long a picture may wait for its post.
UNATTACHED_FOR: Final = timedelta(hours=24)
#: When something came that is to go at once.
LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)
#: What can be uploaded.
ACCEPTED: Final = (JPEG, PNG, WEBP, GIF, AVIF)
#: What is made of it.
STORED: Final = (JPEG, PNG, WEBP)
#: What is made of film and of sound.
RECORDED: Final = (MP4, M4A)

#: The point that cropping keeps: from the left (-1) to the right, from the bottom (-1) to the top.
Focus = tuple[float, float]
#: What a picture of a profile is for.
Role = Literal["avatar", "header"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What a picture is made to fit.

    Attributes:
        width, height: pixels, at most.
        crop: cut away what is beyond this shape, the middle stays; else the whole is made smaller.
        moving: keep the frames of an animation, with the first of them as a still picture beside it.
    """

    width: int
    height: int
    crop: bool = True
    moving: bool = False


#: Of the pictures of profiles, as Mastodon has them.
SHAPES: Final[dict[Role, Shape]] = {
    "avatar": Shape(width=400, height=400, moving=True),
    "header": Shape(width=1500, height=500),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """How something plays.

    Attributes:
        kind: a `loop` is a film without sound that begins again by itself, as an animation does.
        seconds: how long.
        frames: of a film, in a second.
        bits: in a second.
    """

    kind: Literal["film", "loop", "sound"]
    seconds: float
    frames: float | None = None
    bits: int = 0


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
        small: of a film: its first picture.
        blurhash: empty for a sound.
        sources: IPTC terms that the file named for how it was made; somebody's words.
        moves: more than one frame was sent.
        play: of film and sound.
    """

    whole: Part
    small: Part | None
    width: int
    height: int
    blurhash: str
    sources: tuple[str, ...] = ()
    moves: bool = False
    play: Play | None = None

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
        role: of a picture of a profile, which shows it; such a one is in no post.
        play: of film and sound. A film's small picture is its first; a sound has none, nor measures.
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
    role: Role | None = None
    play: Play | None = None

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Film or sound of somebody here, of which something is still being made.

    Attributes:
        id: what becomes of it will have the same.
        name: of the file that was sent.
        kind: its media type, by its first bytes.
        refusal: why nothing became of it; None while it waits.
    """

    id: int
    account_id: int
    name: str
    size: int
    kind: str
    description: str | None
    focus: Focus | None
    ai_part: AiPart | None
    ai_tool: str | None
    refusal: str | None
    created_at: datetime

    @property
    def making(self) -> Making:
        """How it was made, as far as it is said."""
        return Making(part=self.ai_part, tool=self.ai_tool)


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
