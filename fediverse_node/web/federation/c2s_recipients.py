"""For whom is it? From `to`, `cc`, `bto`, `bcc` and `audience` to a visibility and people, or a refusal.

A post here is public, unlisted, for followers, or for those it names. What says something else is refused
with words and never widened or narrowed in silence.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from fediverse_node.activitystreams import values
from fediverse_node.activitystreams.load import JsonDict
from fediverse_node.activitystreams.read import visibility_of
from fediverse_node.activitystreams.vocabulary import PUBLIC
from fediverse_node.actors.model import Actor
from fediverse_node.follows import queries as follows
from fediverse_node.kernel.errors import NodeError
from fediverse_node.kernel.text import find_mentions
from fediverse_node.posts.model import Visibility
from fediverse_node.web.federation.c2s_door import Act, NotOffered

#: People one post may be sent to by name.
MAX_NAMED = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipients:
    """Who may see it, and who is told besides those whose handles stand in the text."""

    visibility: Visibility
    people: tuple[Actor, ...]


def stated(*nodes: JsonDict) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """`to`, `cc` (with `audience`) and the blind ones of an activity and its object together."""

    def of(*names: str) -> tuple[str, ...]:
        found = [each for node in nodes for name in names for each in values.recipients(node.get(name))]
        return tuple(dict.fromkeys(found))

    return of("to"), of("cc", "audience"), of("bto", "bcc")


async def recipients(act: Act, note: JsonDict, *, text: str) -> Recipients:
    """For whom *note*, the object of the activity, is meant.

    Raises:
        NotOffered: nobody is addressed, or what is no person; somebody is to get it unseen, or is
            named in a closed post that is not for them.
    """
    to, cc, blind = stated(act.activity, note)
    if not to and not cc and len(blind) == 1:
        # Whoever is the only one to get it learns nothing by being named in it.
        to, blind = blind, ()
    actor = act.actor
    visibility = visibility_of(to, cc, actor.followers)
    named = [uri for uri in (*to, *cc) if uri not in {PUBLIC, actor.followers, actor.uri}]
    if visibility == "direct" and not named:
        raise NotOffered("Say in “to” or “cc” for whom this is.")
    people = await _people(act, named)
    await _require_seen(act, blind, {*to, *cc, actor.uri}, visibility)
    mentioned = await _mentioned(act, note, named, is_open=visibility in {"public", "unlisted"})
    if visibility in {"private", "direct"}:
        require_addressed(act, text, people)
    return Recipients(visibility=visibility, people=(*people, *mentioned))


async def _people(act: Act, uris: Iterable[str]) -> tuple[Actor, ...]:
    wanted = list(dict.fromkeys(uris))
    if len(wanted) > MAX_NAMED:
        raise NotOffered(f"A post can be addressed to at most {MAX_NAMED} people by name.")
    found = []
    for uri in wanted:
        try:
            found.append(await act.person(uri))
        except NodeError as error:
            raise NotOffered(f"{uri[:200]} is nobody this can be sent to: {error}") from error
    return tuple(found)


async def _require_seen(act: Act, blind: Iterable[str], seen: set[str], visibility: Visibility) -> None:
    """Blind recipients are fine where they get the post anyhow; then they are left out."""
    others = [uri for uri in blind if uri not in seen]
    if not others:
        return
    people = await _people(act, others)
    if visibility != "direct":
        actor = act.actor
        ids = [person.id for person in people]
        incoming = await act.desk.db.read(lambda tx: follows.incoming(tx, actor.id, ids))
        people = tuple(each for each in people if not _follows(incoming.get(each.id)))
    if people:
        raise NotOffered(
            f"{people[0].handle} cannot get this without being named in it. "
            "Address them in “to” or “cc”, or send it to them alone."
        )


def _follows(found: object) -> bool:
    return getattr(found, "state", None) == "accepted"


async def _mentioned(act: Act, note: JsonDict, named: list[str], *, is_open: bool) -> tuple[Actor, ...]:
    tags = [tag for tag in values.nodes(note.get("tag")) if values.kind(tag) == "Mention"]
    hrefs = [href for tag in tags if (href := values.link(tag.get("href"))) is not None]
    others = [href for href in dict.fromkeys(hrefs) if href not in named and href != act.actor.uri]
    if others and not is_open:
        raise NotOffered(
            f"This names {others[0][:200]}, for whom it is not. Address them, or leave them out."
        )
    return await _people(act, others)


def require_addressed(act: Act, text: str, people: Iterable[Actor]) -> None:
    """Whoever a closed post names by handle would get it: so they have to be addressed.

    Raises:
        NotOffered: somebody named in *text* is not among *people*.
    """
    known = {(person.username.lower(), person.domain) for person in (*people, act.actor)}
    for handle in find_mentions(text):
        if (handle.name.lower(), handle.host or act.addresses.domain) not in known:
            raise NotOffered(f"This names {handle}, for whom it is not. Address them, or leave them out.")
