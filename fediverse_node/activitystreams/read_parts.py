"""Parts that actors, objects and activities share: pictures, emoji, kinds of nodes."""

from __future__ import annotations

from typing import Any, Final

from fediverse_node.activitystreams import values
from fediverse_node.activitystreams.documents import EmojiDoc
from fediverse_node.activitystreams.load import JsonDict
from fediverse_node.kernel.errors import NotValid
from fediverse_node.kernel.urls import MAX_URL

MAX_EMOJIS: Final = 100
MAX_TAGS: Final = 100
_MAX_SHORTCODE = 200
_MAX_MEDIA_TYPE = 100


def require_type(node: JsonDict) -> str:
    """The type of *node*.

    Raises:
        NotValid: it has none.
    """
    found = values.kind(node)
    if found is None:
        raise NotValid("The document has no “type”.")
    return found


def optional_id(node: JsonDict) -> str | None:
    """The id of *node*, None when it has none.

    Raises:
        NotValid: it is there and is not a string, or is too long to be an address.
    """
    raw = node.get("id", node.get("@id"))
    found = values.identifier(node)
    if raw is not None and found is None:
        raise NotValid(f"An “id” must be a string of at most {MAX_URL} characters.")
    return found


def tags(node: JsonDict) -> list[JsonDict]:
    """The tag objects that are looked at."""
    return list(values.nodes(node.get("tag")))[:MAX_TAGS]


def emojis(tag_nodes: list[JsonDict]) -> tuple[EmojiDoc, ...]:
    """The custom emoji among tags; entries without a name are left out."""
    found = []
    for node in tag_nodes:
        name = (values.filled(node.get("name"), _MAX_SHORTCODE) or "").strip().strip(":")
        if name and values.kind(node) in {"Emoji", "toot:Emoji"}:
            url, media_type = picture(node.get("icon"))
            found.append(
                EmojiDoc(
                    shortcode=name,
                    id=values.identifier(node),
                    url=url,
                    media_type=media_type,
                    updated=values.moment(node.get("updated")),
                )
            )
    return tuple(found[:MAX_EMOJIS])


def picture(value: Any) -> tuple[str | None, str | None]:
    """Address and media type of the first picture in *value* (a string, an Image or several)."""
    for item in values.items(value):
        source = item.get("url", item.get("href")) if type(item) is dict else item
        address = values.web_address(source)
        if address is not None:
            inner = next(values.nodes(source), {})
            outer = item if type(item) is dict else {}
            return address, media_type(outer) or media_type(inner)
    return None, None


def media_type(node: JsonDict) -> str | None:
    """The media type that *node* claims for what it points to."""
    found = values.filled(node.get("mediaType"), _MAX_MEDIA_TYPE)
    return found.partition(";")[0].strip().lower() if found else None
