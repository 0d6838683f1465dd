"""Reading an activity, once: who checks it and who carries it out get this same value."""

from __future__ import annotations

from typing import Any, Final

from fediverse_node.activitystreams import read_parts, values
from fediverse_node.activitystreams.documents import Activity
from fediverse_node.activitystreams.load import JsonDict
from fediverse_node.kernel.errors import NotValid

#: Objects of one activity that are looked at: a Flag may name a post or two hundred.
MAX_OBJECTS: Final = 200
_MAX_CONTENT = 20_000


def read_activity(document: JsonDict) -> Activity:
    """What *document* says was done, by whom, to what.

    Unknown types are read like known ones; whether to act on them is decided above.

    Raises:
        NotValid: no type, an id that is no string, or not exactly one actor.
    """
    found = list(values.items(document.get("object")))[:MAX_OBJECTS]
    object_ids = values.links(found, MAX_OBJECTS)
    objects = tuple(node for node in found if type(node) is dict)
    return Activity(
        id=read_parts.optional_id(document),
        type=read_parts.require_type(document),
        actor=_one_actor(document.get("actor")),
        object_id=values.link(found[0]) if found else None,
        object_ids=object_ids,
        object=objects[0] if objects else None,
        objects=objects,
        target=values.link(document.get("target")),
        origin=values.link(document.get("origin")),
        result=values.link(document.get("result")),
        instrument=next(values.nodes(document.get("instrument")), None),
        to=values.recipients(document.get("to")),
        cc=values.recipients(document.get("cc")),
        audience=values.recipients(document.get("audience")),
        published=values.moment(document.get("published")),
        content=_content(document),
        emojis=read_parts.emojis(read_parts.tags(document)),
        raw=document,
    )


def _one_actor(value: Any) -> str:
    named = values.links(value, 2)
    if len(named) != 1 or len(values.items(value)) != 1:
        raise NotValid("An activity must name exactly one “actor”.")
    return named[0]


def _content(document: JsonDict) -> str | None:
    # Misskey sends its reaction under its own name, and `content` only in newer versions.
    return values.filled(document.get("content") or document.get("_misskey_reaction"), _MAX_CONTENT)
