"""What is said on streams: what happened, as the API has it, for each of those who listen.

A post that a thousand people are told of is put together once, for all of them who see the same. Whoever has
something of their own in it (a mark, a vote, a thread they muted, a quote they may not see) gets it put
together for themselves, as any timeline would have it. What somebody's filters say is added for each.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import msgspec

from fediverse_node.accounts import queries as accounts
from fediverse_node.actors import queries as actors
from fediverse_node.announcements import queries as announcements
from fediverse_node.conversations import queries as conversations
from fediverse_node.moderation.policy import policy
from fediverse_node.notifications import queries as notifications
from fediverse_node.oauth.model import AccessToken
from fediverse_node.polls import queries as polls
from fediverse_node.posts import gone, marks, roots
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Post
from fediverse_node.quotes import queries as quotes
from fediverse_node.reading import queries as reading
from fediverse_node.storage.notices import Notice
from fediverse_node.storage.tx import Tx
from fediverse_node.streaming import reach
from fediverse_node.streaming.channels import NOTIFICATIONS, Channel
from fediverse_node.streaming.model import Parcel, Seats
from fediverse_node.visibility.rule import OPEN, Viewer
from fediverse_node.visibility.words import words_of
from fediverse_node.web.client_api.announcements import entities as announcement_entities
from fediverse_node.web.client_api.auth import Caller
from fediverse_node.web.client_api.conversations import entities as conversation_entities
from fediverse_node.web.client_api.entities_filter import results
from fediverse_node.web.client_api.entities_quote import verdicts
from fediverse_node.web.client_api.entities_status import statuses
from fediverse_node.web.client_api.forms import Fields
from fediverse_node.web.client_api.notifications import entities_of
from fediverse_node.web.client_api.view import House, JsonDict, View

_encode = msgspec.json.Encoder().encode
#: Of people asked for in one statement.
_AT_ONCE: Final = 500
_ME = int | None
_Group = tuple[dict[Channel, None], set[_ME]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Puts what happened into the words of the API."""

    house: House

    def __call__(self, tx: Tx, notice: Notice, seats: Seats) -> Iterable[Parcel]:
        """What is said of *notice*, on which of *seats*, and to whom."""
        return self._said(notice)(tx, notice, seats)

    def _said(self, notice: Notice) -> Callable[[Tx, Notice, Seats], Iterable[Parcel]]:
        match notice.kind:
            case "update" | "status.update":
                return self._of_post
            case "delete":
                return _of_deletion
            case "notification":
                return self._of_notification
            case "conversation":
                return self._of_conversation
            case "filters_changed" | "notifications_merged":
                return _of_change
            case _:
                return self._of_announcement

    def _of_post(self, tx: Tx, notice: Notice, seats: Seats) -> Iterator[Parcel]:
        post = posts.by_id(tx, notice.ids[0])
        if post is None:
            return
        reached = reach.of_post(tx, post, seats)
        viewers = {viewer.actor_id: viewer for each in reached.values() for viewer in each}
        if not viewers:
            return
        payloads = _Post(tx=tx, house=self.house, post=post).payloads(list(viewers.values()))
        alike: defaultdict[tuple[str, ...], dict[str, _Group]] = defaultdict(dict)
        for channel, people in reached.items():
            groups = alike[tuple(channel.names)]
            for viewer in people:
                payload = payloads.get(viewer.actor_id)
                if payload is not None:
                    channels, to = groups.setdefault(payload, ({}, set()))
                    channels[channel] = None
                    to.add(viewer.actor_id)
        for groups in alike.values():
            for payload, (channels, to) in groups.items():
                yield Parcel(channels=[*channels], event=notice.kind, payload=payload, to=to)

    def _of_notification(self, tx: Tx, notice: Notice, seats: Seats) -> Iterable[Parcel]:
        owner_id, id_ = notice.ids
        if not any(Channel(kind, owner_id) in seats for kind in ("user", "user:notification")):
            return ()
        found = notifications.by_id(tx, owner_id, id_)
        view = _view(tx, self.house, owner_id)
        shown = entities_of(view, [found]) if found is not None and view is not None else []
        return _of_notifications(owner_id, "notification", _text(shown[0]), seats) if shown else ()

    def _of_conversation(self, tx: Tx, notice: Notice, seats: Seats) -> Iterator[Parcel]:
        owner_id, id_ = notice.ids
        channel = Channel("direct", owner_id)
        found = conversations.by_id(tx, owner_id, id_) if channel in seats else None
        view = _view(tx, self.house, owner_id)
        shown = conversation_entities(view, [found]) if found is not None and view is not None else []
        for each in shown:
            yield Parcel(channels=[channel], event="conversation", payload=_text(each), to={owner_id})

    def _of_announcement(self, tx: Tx, notice: Notice, seats: Seats) -> Iterator[Parcel]:
        """What the operator announces, to everybody who listens to a channel of their own; alike for all."""
        payload = str(notice.ids[0])
        if notice.kind != "announcement.delete":
            found = announcements.by_id(tx, notice.ids[0])
            view = _view(tx, self.house, None)
            if found is None or view is None:
                return
            said = announcement_entities(view, [found])[0]
            if notice.kind == "announcement":
                payload = _text(said)
            else:
                payload = _text(_reaction(said["reactions"], notice))
        channels = [channel for channel in seats if channel.kind == "user"]
        if channels:
            to = {channel.about for channel in channels if isinstance(channel.about, int)}
            yield Parcel(channels=channels, event=notice.kind, payload=payload, to=to)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Post:
    """One post that is put into words for many."""

    tx: Tx
    house: House
    post: Post

    def payloads(self, viewers: Sequence[Viewer]) -> dict[_ME, str]:
        """The Status as each of *viewers*, who may see it, gets it, by their id."""
        proper = self._proper()
        if proper is None:
            return {}
        author = actors.by_id(self.tx, proper.actor_id)
        assert author is not None  # or nobody would see it
        apart = self._apart(proper, viewers)
        verdict = verdicts(self.tx, proper, author, viewers)
        alike: defaultdict[object, list[Viewer]] = defaultdict(list)
        for viewer in viewers:
            me = viewer.actor_id
            alike[me if me is None or me in apart else verdict[me]].append(viewer)
        made: dict[_ME, str] = {}
        for group in alike.values():
            shown = self._shown(group[0])
            if shown is not None:
                made |= self._for_each(shown, proper, group)
        return made

    def _proper(self) -> Post | None:
        boosted = self.post.boost_of_id
        return self.post if boosted is None else posts.by_id(self.tx, boosted)

    def _shown(self, viewer: Viewer) -> JsonDict | None:
        view = _view(self.tx, self.house, viewer.actor_id)
        shown = statuses(view, [self.post]) if view is not None else []
        return shown[0] if shown else None

    def _for_each(self, shown: JsonDict, proper: Post, group: Sequence[Viewer]) -> dict[_ME, str]:
        """The same for everybody but for what their filters say."""
        poll = (shown["reblog"] or shown)["poll"]
        text = words_of(proper, (option["title"] for option in poll["options"]) if poll else ())
        plain = _text(_filtered(shown, []))
        made: dict[_ME, str] = {}
        for viewer in group:
            me = viewer.actor_id
            found = results(self.tx, me, proper, text) if me is not None else []
            made[me] = _text(_filtered(shown, found)) if found else plain
        return made

    def _apart(self, proper: Post, viewers: Sequence[Viewer]) -> set[int]:
        """Those who get a Status of their own."""
        tx, ids = self.tx, [self.post.id, proper.id]
        people = {viewer.actor_id for viewer in viewers if viewer.actor_id is not None}
        found = ({self.post.actor_id, proper.actor_id} | self._muting(ids)) & people
        asked = sorted(people)
        for at in range(0, len(asked), _AT_ONCE):
            some = asked[at : at + _AT_ONCE]
            found |= marks.markers_among(tx, ids, some)
            if proper.type == "Question":
                found |= polls.voters_among(tx, [proper.id], some)
        return found | self._seeing_quotes_otherwise(ids, people)

    def _muting(self, ids: Sequence[int]) -> set[int]:
        first = roots.roots_of(self.tx, ids)
        return reading.muting_among(self.tx, {*first.keys(), *first.values()})

    def _seeing_quotes_otherwise(self, ids: Sequence[int], people: set[int]) -> set[int]:
        """Where the post quotes another: those who may perhaps not see that one, or it is shown to few."""
        noted = quotes.of_posts(self.tx, ids)
        targets = {each.target_id for done in noted.values() if (each := done.get("quote")) is not None}
        quoted = posts.by_ids(self.tx, [id_ for id_ in targets if id_ is not None]) if targets else {}
        if any(post.visibility not in OPEN for post in quoted.values()):
            return people
        return {id_ for id_ in people if policy(self.tx).concerns(id_)} if quoted else set()


def _reaction(under: Iterable[JsonDict], notice: Notice) -> JsonDict:
    """The emoji that was put there or taken away, and how many there are of it now."""
    announcement_id, *points = notice.ids
    name = "".join(map(chr, points)).strip(":")
    found = next((each for each in under if each["name"] == name), {"name": name, "count": 0})
    told = {key: value for key, value in found.items() if key != "me"}
    return {**told, "announcement_id": str(announcement_id)}


def _of_change(tx: Tx, notice: Notice, seats: Seats) -> Iterator[Parcel]:
    """Something of a person's that apps ask for again."""
    del tx
    if notice.kind == "filters_changed":
        return _to_person(notice.ids[0], notice.kind, None, seats)
    return _of_notifications(notice.ids[0], notice.kind, "1", seats)


def _of_deletion(tx: Tx, notice: Notice, seats: Seats) -> Iterator[Parcel]:
    for each in gone.with_boosts(tx, notice.ids[0]):
        for channel, people in reach.of_deletion(tx, each, seats).items():
            to = {viewer.actor_id for viewer in people}
            yield Parcel(channels=[channel], event="delete", payload=str(each.id), to=to)


def _to_person(actor_id: int, event: str, payload: str | None, seats: Seats) -> Iterator[Parcel]:
    channel = Channel("user", actor_id)
    if channel in seats:
        yield Parcel(channels=[channel], event=event, payload=payload, to={actor_id})


def _of_notifications(actor_id: int, event: str, payload: str, seats: Seats) -> Iterator[Parcel]:
    """Notifications are heard on a person's own channel, too, if the token allows it."""
    for parcel in _to_person(actor_id, event, payload, seats):
        yield replace(parcel, scope=NOTIFICATIONS)
    channel = Channel("user:notification", actor_id)
    if channel in seats:
        yield Parcel(channels=[channel], event=event, payload=payload, to={actor_id})


def _filtered(shown: JsonDict, found: list[JsonDict]) -> JsonDict:
    inner = shown["reblog"]
    return {**shown, "filtered": found, "reblog": None if inner is None else {**inner, "filtered": found}}


def _view(tx: Tx, house: House, actor_id: _ME) -> View | None:
    """What a person sees, without an app; None when they are gone."""
    caller = None
    if actor_id is not None:
        account, actor = accounts.by_actor(tx, actor_id), actors.by_id(tx, actor_id)
        if account is None or actor is None:
            return None
        token = AccessToken(id=0, account_id=account.id, scopes=frozenset(), app_name="", created_at=tx.now)
        caller = Caller(token=token, account=account, actor=actor)
    nothing: Mapping[str, str] = {}
    return View(tx=tx, house=house, caller=caller, fields=Fields({}), path=nothing)


def _text(entity: JsonDict) -> str:
    return _encode(entity).decode()
