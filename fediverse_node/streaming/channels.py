"""Channels, as Mastodon names them, and what a token must allow to listen to one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, get_args

from fediverse_node.kernel.errors import NotValid
from fediverse_node.kernel.ids import parse_id
from fediverse_node.kernel.text import find_hashtags, hashtag_key

Kind = Literal[
    "user",
    "user:notification",
    "public",
    "public:media",
    "public:local",
    "public:local:media",
    "public:remote",
    "public:remote:media",
    "hashtag",
    "hashtag:local",
    "list",
    "direct",
]
#: Of one person each; everything else is the same for everybody.
PERSONAL: Final = frozenset({"user", "user:notification", "direct"})
_SCOPES: Final = {"user:notification": "read:notifications", "list": "read:lists"}
NOTIFICATIONS: Final = "read:notifications"


@dataclass(frozen=True, slots=True)
class Channel:
    """Something one can listen to.

    Attributes:
        about: the id of the person or of the list, or the hashtag, folded; None where there is one channel.
    """

    kind: Kind
    about: int | str | None = None

    @property
    def names(self) -> list[str]:
        """What it is called in what is sent."""
        if self.kind in PERSONAL or self.about is None:
            return [self.kind]
        return [self.kind, str(self.about)]

    @property
    def scope(self) -> str:
        """What a token must allow; as for the timeline that it goes on with."""
        return _SCOPES.get(self.kind, "read:statuses")

    @property
    def needs_person(self) -> bool:
        """Whether nobody may listen without saying who they are."""
        return self.kind in PERSONAL or self.kind == "list"


def channel(name: str, *, tag: str = "", list_id: str = "", actor_id: int | None = None) -> Channel:
    """The channel that somebody asks for.

    Args:
        name: as Mastodon has it, such as `public:local`.
        tag: of a hashtag's channel, with its sign or without.
        list_id: of a list's.
        actor_id: who asks; None for nobody.

    Raises:
        NotValid: there is no such channel, or it is not said of which hashtag or list.
    """
    kind = next((each for each in get_args(Kind) if each == name), None)
    if kind is None:
        raise NotValid("There is no such stream.")
    if kind.startswith("hashtag"):
        bare = tag.lstrip("#\uff03")
        if find_hashtags(f"#{bare}") != [bare]:
            raise NotValid("Say of which hashtag: tag=…")
        return Channel(kind, hashtag_key(bare))
    if kind == "list":
        wanted = parse_id(list_id)
        if wanted is None:
            raise NotValid("Say of which list: list=…")
        return Channel(kind, wanted)
    return Channel(kind, actor_id if kind in PERSONAL else None)
