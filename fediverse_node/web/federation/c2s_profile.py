"""Update of the account itself: the parts of a profile that its owner may change by sending it."""

from __future__ import annotations

from typing import Any, Final

from fediverse_node.activitystreams import values
from fediverse_node.activitystreams.load import JsonDict
from fediverse_node.actors import retired
from fediverse_node.federation.builders import actor as builder
from fediverse_node.federation.outbox.profile import ProfileChanges, change_profile
from fediverse_node.kernel.errors import NotValid
from fediverse_node.kernel.html import to_plain_text
from fediverse_node.kernel.text import find_hashtags
from fediverse_node.web.federation.c2s_door import Act, NotOffered

_FLAGS: Final = {
    "manuallyApprovesFollowers": "manually_approves",
    "discoverable": "discoverable",
    "indexable": "indexable",
}
#: What follows from the rest, or is not part of the profile.
_IGNORED: Final = frozenset({"@context", "id", "@id", "tag", "source"})
_MAX: Final = 10_000


async def update(act: Act) -> None:
    """Change what is different in the profile that was sent; what was not sent stays.

    Raises:
        NotOffered: it has a difference that cannot be made in this way.
        NotValid, TooLarge: a value is none.
    """
    actor = act.actor
    current = await act.desk.db.read(
        lambda tx: builder.embedded(
            actor,
            retired.shown_keys(tx, actor.id),
            act.addresses,
            find_hashtags(actor.summary_source or ""),
        )
    )
    changes: dict[str, Any] = {}
    for name, value in act.object.items():
        if name not in _IGNORED and value != current.get(name):
            changes |= _change(name, value, act.object)
    await change_profile(act.desk, actor, ProfileChanges(**changes))


def _change(name: str, value: Any, node: JsonDict) -> dict[str, Any]:
    if name in _FLAGS:
        flag = values.flag(value)
        if flag is None:
            raise NotValid(f"“{name}” is true or false.")
        return {_FLAGS[name]: flag}
    made = _texts(name, value, node)
    if made is None:
        raise NotOffered(f"“{name[:50]}” cannot be changed here.")
    return made


def _texts(name: str, value: Any, node: JsonDict) -> dict[str, Any] | None:
    match name:
        case "name":
            return {"name": values.text(value) or ""}
        case "summary":
            return {"summary": _summary(value, node)}
        case "type" if value in {"Person", "Service"}:
            return {"bot": value == "Service"}
        case "attachment":
            return {"fields": _fields(value)}
        case "attributionDomains":
            named = [values.filled(each, 300) for each in values.items(value)]
            return {"attribution_domains": tuple(each for each in named if each)}
        case _:
            return None


def _summary(value: Any, node: JsonDict) -> str:
    """The text of a profile is plain here; links and topics in it are found again."""
    source = next(values.nodes(node.get("source")), {})
    typed = values.text(source.get("content")) if source.get("mediaType") == "text/plain" else None
    return typed if typed is not None else to_plain_text((values.text(value) or "")[:_MAX])


def _fields(value: Any) -> tuple[tuple[str, str], ...]:
    found = []
    for node in values.items(value):
        if type(node) is not dict or values.kind(node) not in {"PropertyValue", "schema:PropertyValue"}:
            raise NotOffered("Only PropertyValue can be attached to a profile.")
        text = to_plain_text((values.text(node.get("value")) or "")[:_MAX])
        found.append((values.text(node.get("name")) or "", text))
    return tuple(found)
