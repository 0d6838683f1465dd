"""What only some kinds of objects have: files behind their address, a time and place, several authors."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from fediverse_node.activitystreams import read_parts, values
from fediverse_node.activitystreams.documents import AttachmentDoc
from fediverse_node.activitystreams.load import JsonDict
from fediverse_node.kernel.text import clean_line

#: Links in `url` that are looked at: PeerTube has one for each resolution and way to get it.
MAX_LINKS: Final = 100
_MAX_AUTHORS = 16
_MAX_PLACE = 300
_PLAYED = {"video": "Video", "audio": "Audio", "image": "Image"}
#: Height of the video file that is taken where there are several: enough for a timeline.
_GOOD_HEIGHT = 720


def authors(value: Any) -> tuple[str, ...]:
    """Ids in `attributedTo`, groups last: PeerTube names the person and the channel it appeared in."""
    found = values.items(value)
    people = [item for item in found if not _is_group(item)]
    groups = [item for item in found if _is_group(item)]
    return values.links([*people, *groups], _MAX_AUTHORS)


def files(value: Any) -> tuple[AttachmentDoc, ...]:
    """The file that `url` offers to look at or listen to, none or one; its page is no file."""
    found = list(_playable(value))
    if not found:
        return ()
    fitting = [each for each in found if (each.height or 0) <= _GOOD_HEIGHT]
    if fitting:
        return (max(fitting, key=lambda each: each.height or 0),)
    return (min(found, key=lambda each: each.height or 0),)


def preview(document: JsonDict) -> tuple[str | None, str | None]:
    """Address and media type of the picture for the whole: the largest icon, else the image."""
    icons = list(values.nodes(document.get("icon")))
    largest = max(icons, key=lambda node: values.count(node.get("width")) or 0, default=document.get("icon"))
    found = read_parts.picture(largest)
    return found if found[0] else read_parts.picture(document.get("image"))


def place(value: Any) -> str | None:
    """Where an event is, on one line: a name, and the town of its address."""
    for item in values.items(value):
        if type(item) is str:
            return clean_line(item[:_MAX_PLACE]) or None
        if type(item) is dict:
            address = item.get("address")
            town = address.get("addressLocality") if type(address) is dict else address
            parts = [values.filled(part, _MAX_PLACE) for part in (item.get("name"), town)]
            line = ", ".join(dict.fromkeys(part for part in parts if part))
            if line:
                return clean_line(line)
    return None


def _is_group(item: Any) -> bool:
    return type(item) is dict and values.kind(item) == "Group"


def _playable(value: Any) -> Iterator[AttachmentDoc]:
    links = list(values.nodes(value))[:MAX_LINKS]
    # PeerTube puts the files of a stream under the stream's playlist.
    inner = [node for link in links for node in read_parts.tags(link)][:MAX_LINKS]
    for node in (*links, *inner):
        media_type = read_parts.media_type(node) or ""
        kind, address = _PLAYED.get(media_type.partition("/")[0]), values.web_address(node)
        if kind is not None and address is not None:
            yield _file(node, kind, address, media_type)


def _file(node: JsonDict, kind: str, address: str, media_type: str) -> AttachmentDoc:
    return AttachmentDoc(
        type=kind,
        url=address,
        media_type=media_type,
        name=None,
        width=values.count(node.get("width")),
        height=values.count(node.get("height")),
        blurhash=None,
        focal_point=None,
        digital_source_type=None,
        content_usage=None,
    )
