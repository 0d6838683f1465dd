"""Routes about what the operator announces."""

from __future__ import annotations

from collections.abc import Sequence

from fediverse_node.actors.addresses import Addresses
from fediverse_node.announcements import queries as announcements
from fediverse_node.announcements.model import Announcement, Reaction
from fediverse_node.kernel.clock import to_rfc3339_millis
from fediverse_node.kernel.emoji import one_emoji
from fediverse_node.kernel.errors import NotFound, NotValid
from fediverse_node.posts import custom_emojis
from fediverse_node.storage.tx import Tx
from fediverse_node.web.client_api.view import Act, Answer, JsonDict, View, path_id

_MAX_EMOJI = 200


def listing(view: View) -> Answer:
    """What is announced at the moment; the newest first."""
    return Answer(body=entities(view, announcements.current(view.tx)))


async def dismiss(act: Act) -> Answer:
    """Note that the caller has read an announcement."""
    me, id_ = act.person.actor.id, path_id(act.path, "announcement")

    def unit(tx: Tx) -> None:
        _standing(tx, id_)
        announcements.mark_read(tx, me, id_)

    await act.desk.db.write(unit)
    return Answer(body={})


async def react(act: Act) -> Answer:
    """Put an emoji under an announcement: one of Unicode, or the code of one of this server."""
    me, id_ = act.person.actor.id, path_id(act.path, "announcement")

    def unit(tx: Tx) -> None:
        _standing(tx, id_)
        announcements.react(tx, me, id_, _meant(tx, act.path["emoji"]))

    await act.desk.db.write(unit)
    return Answer(body={})


async def take_back(act: Act) -> Answer:
    """Take an emoji back from under an announcement."""
    me, id_ = act.person.actor.id, path_id(act.path, "announcement")
    name = act.path["emoji"][:_MAX_EMOJI]

    def unit(tx: Tx) -> None:
        _standing(tx, id_)
        for emoji in (one_emoji(name) or name, f":{name.strip(':')}:"):
            announcements.take_back(tx, me, id_, emoji)

    await act.desk.db.write(unit)
    return Answer(body={})


def entities(view: View, found: Sequence[Announcement]) -> list[JsonDict]:
    """Announcements as the viewer sees them; in three statements at the most."""
    ids = [each.id for each in found]
    if not ids:
        return []
    me = view.viewer.actor_id
    read = announcements.read_by(view.tx, me, ids) if me is not None else set()
    under = announcements.reactions(view.tx, me, ids)
    own = any(each.emoji.startswith(":") for some in under.values() for each in some)
    pictures = _pictures(view.tx, view.house.addresses) if own else {}
    return [
        {
            "id": str(each.id),
            "content": each.content_html,
            "starts_at": to_rfc3339_millis(each.starts_at) if each.starts_at else None,
            "ends_at": to_rfc3339_millis(each.ends_at) if each.ends_at else None,
            "all_day": each.all_day,
            "published_at": to_rfc3339_millis(each.published_at),
            "updated_at": to_rfc3339_millis(each.published_at),
            "read": each.id in read,
            "mentions": [],
            "statuses": [],
            "tags": [],
            "emojis": [],
            "reactions": [reaction_entity(one, pictures) for one in under.get(each.id, [])],
        }
        for each in found
    ]


def reaction_entity(reaction: Reaction, pictures: dict[str, str]) -> JsonDict:
    """Announcement::Reaction; a picture only of an emoji of this server."""
    said: JsonDict = {
        "name": reaction.emoji.strip(":"),
        "count": reaction.count,
        "me": reaction.mine,
    }
    picture = pictures.get(reaction.emoji)
    return said if picture is None else {**said, "url": picture, "static_url": picture}


def _pictures(tx: Tx, addresses: Addresses) -> dict[str, str]:
    return {
        f":{each.code}:": addresses.emoji_picture(each.digest, each.media_type)
        for each in custom_emojis.everything(tx)
    }


def _standing(tx: Tx, announcement_id: int) -> None:
    if announcements.by_id(tx, announcement_id) is None:
        raise NotFound("There is no such announcement.")


def _meant(tx: Tx, name: str) -> str:
    found = one_emoji(name[:_MAX_EMOJI])
    if found is not None:
        return found
    code = name.strip(":")
    if any(each.code == code for each in custom_emojis.everything(tx)):
        return f":{code}:"
    raise NotValid("This is no emoji that is known here.")
