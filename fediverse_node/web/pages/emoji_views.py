"""Custom emoji on pages: `:code:` in text becomes a picture with the code as its description."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup, escape

from fediverse_node.actors.addresses import Addresses
from fediverse_node.media.model import EMOJI

_TAG = re.compile(r"(<[^>]*>)")
_CODE = re.compile(r":[A-Za-z0-9_+.-]{1,100}:", re.ASCII)
#: What is shown there is shown as it is written.
_VERBATIM = re.compile(r"<(/?)(?:code|pre)\b", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReactionView:
    """An emoji under a post, ready to be shown, and how many people put it there."""

    emoji: Markup
    count: int


def with_pictures(safe: Markup, emojis: Iterable[tuple[str, str]], addresses: Addresses) -> Markup:
    """*safe* HTML with pictures for those of *emojis*, (`:code:`, address), that may be shown."""
    pictures = {code: shown for code, url in emojis if (shown := addresses.shown(url, EMOJI)) is not None}
    if not pictures:
        return safe
    parts, verbatim = _TAG.split(str(safe)), 0
    for index, part in enumerate(parts):
        opened = _VERBATIM.match(part) if index % 2 else None
        if opened is not None:
            verbatim += -1 if opened[1] else 1
        elif not index % 2 and not verbatim:
            parts[index] = _CODE.sub(lambda match: _picture(match[0], pictures), part)
    # Made of what was safe, and of pictures whose parts are escaped.
    return Markup("".join(parts))  # noqa: S704


def reaction_views(
    reactions: Iterable[tuple[str, str | None, int]], addresses: Addresses
) -> tuple[ReactionView, ...]:
    """What stands under a post. A picture that may not be shown is named by its code."""
    return tuple(
        ReactionView(emoji=_reaction(emoji, addresses.shown(picture, EMOJI)), count=count)
        for emoji, picture, count in reactions
    )


def _reaction(emoji: str, picture: str | None) -> Markup:
    # Both parts are escaped.
    return escape(emoji) if picture is None else Markup(_image(emoji, picture))  # noqa: S704


def _picture(code: str, pictures: dict[str, str]) -> str:
    return _image(code, pictures[code]) if code in pictures else code


def _image(code: str, url: str) -> str:
    name = html.escape(code)
    return f'<img class="emoji" src="{html.escape(url)}" alt="{name}" title="{name}" loading="lazy">'
