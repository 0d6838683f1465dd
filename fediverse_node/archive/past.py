"""From what an archive says was posted to a post of ours as it would have been, had it been posted here.

It stands where its date says, keeps who may see it or loses some of them, and is cleaned as the words of any
other server are. It says nothing about training: that is no.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from fediverse_node.activitystreams import read_parts, values
from fediverse_node.activitystreams.documents import ObjectDoc
from fediverse_node.activitystreams.load import JsonDict, load_json
from fediverse_node.activitystreams.read import read_object, visibility_of
from fediverse_node.activitystreams.read_activity import read_activity
from fediverse_node.activitystreams.values import is_web_address
from fediverse_node.actors.model import Actor
from fediverse_node.federation.discovery.kinds import is_post
from fediverse_node.federation.discovery.shaping import shape
from fediverse_node.kernel.clock import parse_rfc3339
from fediverse_node.kernel.errors import NodeError, NotValid, TooLarge
from fediverse_node.kernel.text import clean_text
from fediverse_node.kernel.urls import authority_of, same_origin
from fediverse_node.polls.model import Option, Poll
from fediverse_node.posts.model import Attachment, Hashtag, Mention, Post
from fediverse_node.posts.revision import revision_of
from fediverse_node.uploads.model import ACCEPTED, MAX_DESCRIPTION, MAX_PICTURES

#: Largest single item, in bytes.
MAX_ITEM: Final = 1 << 20
#: Commas in an outbox. One of posts has some fifty bytes to each; one of nothing but commas would become
#: a list of so many things, a hundred times as large as the archive that it came in (DOS-14).
MAX_COMMAS: Final = 3_000_000
#: Most things in one outbox.
MAX_ITEMS: Final = 500_000
_EARLIEST: Final = datetime(1990, 1, 1, tzinfo=UTC)
_SOURCES: Final = frozenset({"text/plain", "text/markdown"})
#: Stands for an id until the transaction gives one.
_LATER: Final = 0
_TAKEN: Final = frozenset(kind.media_type for kind in ACCEPTED)


class _Outbox(msgspec.Struct):
    orderedItems: list[msgspec.Raw]  # noqa: N815 as ActivityStreams calls it


class _When(msgspec.Struct):
    published: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Whose archive it says it is: ids there, of the actor and of who follows it."""

    uri: str
    followers: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PastPicture:
    """A picture in an archive: the name of its file there, and what was said of it."""

    file: str
    description: str | None
    focus: tuple[float, float] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PastPost:
    """Something that was posted, ready to be stored but for ids.

    Attributes:
        original: its id where it came from.
        number: its place in the outbox, by date.
        step: how many before it say the same moment.
        post: with the ids 0, and addresses that the transaction replaces.
        pictures: of ours to be, as far as the archive holds them: at most as many as a post has.
        uploaded: those of them that were taken in by now, as uploads.
        left_out: other files.
    """

    original: str
    number: int = 0
    step: int = 0
    post: Post
    mentioned: tuple[Mention, ...]
    tagged: tuple[Hashtag, ...]
    poll: Poll | None
    pictures: tuple[PastPicture, ...]
    uploaded: tuple[int, ...] = ()
    left_out: int

    @property
    def empty(self) -> bool:
        """Whether there is nothing to be seen in it without its pictures."""
        return not self.post.content_html.strip() and self.poll is None


def owner_of(actor: bytes | None, items: list[msgspec.Raw]) -> Owner:
    """Who the archive is of: its `actor.json` says it, or else who did the first thing in its outbox.

    Raises:
        NotValid: nothing says it.
    """
    if actor is not None:
        document = load_json(actor, limit=MAX_ITEM)
        uri = values.link(document.get("id"))
        if uri is not None:
            return Owner(uri=uri, followers=values.link(document.get("followers")))
    for item in items[:1]:
        return Owner(uri=read_activity(load_json(bytes(item), limit=MAX_ITEM)).actor, followers=None)
    raise NotValid("This archive does not say whose it is: it has no actor.json.")


def items_of(outbox: bytes) -> list[msgspec.Raw]:
    """What was done, the oldest first; not looked at yet.

    Raises:
        NotValid: it is no outbox.
        TooLarge: it holds more than anybody posted.
    """
    if outbox.count(b",") > MAX_COMMAS:
        raise TooLarge("This outbox is larger than can be taken in.")
    try:
        items = msgspec.json.decode(outbox, type=_Outbox).orderedItems
    except (msgspec.MsgspecError, RecursionError) as error:
        raise NotValid("outbox.json cannot be read.", detail=str(error)[:200]) from error
    if len(items) > MAX_ITEMS:
        raise TooLarge(f"An outbox has at most {MAX_ITEMS} entries.")
    # An answer to oneself has to find what it answers.
    return sorted(items, key=_moment)


def _moment(item: msgspec.Raw) -> datetime:
    try:
        said = msgspec.json.decode(item, type=_When).published
    except (msgspec.MsgspecError, RecursionError):
        said = None
    return (parse_rfc3339(said) if said is not None else None) or datetime.max.replace(tzinfo=UTC)


def past_post(item: msgspec.Raw, owner: Owner, author: Actor, now: datetime) -> PastPost | None:
    """What *author*, who was *owner* elsewhere, posted with *item*. None for what is no post: a boost.

    Raises:
        NotValid, TooLarge: it cannot be read, is somebody else's, or says no date.
    """
    activity = read_activity(load_json(bytes(item), limit=MAX_ITEM))
    if activity.type != "Create" or activity.object is None:
        return None
    if activity.actor != owner.uri:
        raise NotValid("it is not by whom this archive is of")
    doc = read_object(activity.object)
    _check(doc, owner, now)
    return _shaped(doc, owner, author, now)


def _check(doc: ObjectDoc, owner: Owner, now: datetime) -> None:
    if doc.id is None or not same_origin(doc.id, owner.uri):
        raise NotValid("it has no id of the server that this archive is from")
    if set(doc.attributed_to) - {owner.uri}:
        raise NotValid("it is not by whom this archive is of")
    if not is_post(doc):
        raise NotValid(f"“{doc.type[:40]}” is not a kind of post")
    if doc.published is None or not _EARLIEST <= doc.published <= now:
        raise NotValid("it says no date, or one that cannot be")


def _shaped(doc: ObjectDoc, owner: Owner, author: Actor, now: datetime) -> PastPost:
    shaped = shape(doc, author, id_=_LATER, now=now)
    assert doc.id is not None, "checked before"
    poll = _poll(doc, now)
    pictures = _pictures(doc)
    if not shaped.post.content_html.strip() and poll is None and not pictures:
        raise NotValid("it has neither text nor pictures")
    mentioned = _mentioned(shaped.mentioned, owner, author)
    kept = doc.source is not None and doc.source_media_type in _SOURCES
    media_type = doc.source_media_type if kept and doc.source_media_type else "text/html"
    post = replace(
        shaped.post,
        local=True,
        type="Note" if poll is None else "Question",
        visibility=visibility_of(doc.to, doc.cc, owner.followers),
        context_uri=None,
        url=None,
        source=doc.source if kept else None,
        source_media_type=media_type if kept else None,
        # Files elsewhere, which their server may take down or change, do not come along.
        attachments=(),
        emojis=(),
        addressed=tuple(mention.actor_uri for mention in mentioned),
        content_usage=None,
        ai_said_by=None,
        licence=None,
    )
    return PastPost(
        original=doc.id,
        post=with_files(post, (), poll),
        mentioned=mentioned,
        tagged=shaped.tagged,
        poll=poll,
        pictures=pictures,
        left_out=len(_attached(doc)) - len(pictures),
    )


def with_files(post: Post, attachments: tuple[Attachment, ...], poll: Poll | None) -> Post:
    """*post* with these files, and with the revision that follows."""
    revision = revision_of(
        content=post.source if post.source is not None else post.content_html,
        summary=post.summary,
        language=post.language,
        media_type=post.source_media_type or "text/html",
        attachments=attachments,
        asked=poll.names if poll is not None else (),
    )
    return replace(post, attachments=attachments, revision=revision)


def _attached(doc: ObjectDoc) -> list[JsonDict]:
    """What is attached; archives say only where in them it is, which is no address."""
    return [node for node in values.nodes(doc.raw.get("attachment")) if node.get("url")]


def _pictures(doc: ObjectDoc) -> tuple[PastPicture, ...]:
    found: list[PastPicture] = []
    for node in _attached(doc):
        file, kind = node["url"], read_parts.media_type(node)
        if isinstance(file, str) and kind in _TAKEN and not is_web_address(file):
            found.append(
                PastPicture(
                    file=file.lstrip("/"),
                    description=_description(node.get("name")),
                    focus=_focus(node.get("focalPoint")),
                )
            )
    return tuple(found[:MAX_PICTURES])


def _description(said: Any) -> str | None:
    return clean_text(said).strip()[:MAX_DESCRIPTION] or None if isinstance(said, str) else None


def _focus(said: Any) -> tuple[float, float] | None:
    numbers = [values.number(each) for each in values.items(said)]
    if len(numbers) != 2:
        return None
    x, y = numbers
    if x is None or y is None or not (-1 <= x <= 1 and -1 <= y <= 1):
        return None
    return round(x, 4) + 0.0, round(y, 4) + 0.0


def _mentioned(found: tuple[Mention, ...], owner: Owner, author: Actor) -> tuple[Mention, ...]:
    """Who is named, by handles that say where; they themselves go by who they are now."""
    kept: dict[str, Mention] = {}
    for mention in found:
        if mention.actor_uri == owner.uri:
            kept[author.uri] = Mention(actor_uri=author.uri, name=author.handle)
            continue
        try:
            host = authority_of(mention.actor_uri)
        except NodeError:
            continue
        # Mastodon names people of the same server without it.
        name = mention.name if "@" in mention.name.removeprefix("@") else f"{mention.name}@{host}"
        kept[mention.actor_uri] = Mention(actor_uri=mention.actor_uri, name=name)
    return tuple(kept.values())


def _poll(doc: ObjectDoc, now: datetime) -> Poll | None:
    """Its poll, which is over: nobody can vote in it any more."""
    if doc.type != "Question" or doc.poll is None:
        return None
    end = doc.poll.end_time if doc.poll.end_time is not None and doc.poll.end_time <= now else now
    most = 2_000_000_000
    return Poll(
        post_id=_LATER,
        multiple=doc.poll.multiple,
        options=tuple(Option(name=each.name, votes=min(each.votes, most)) for each in doc.poll.options),
        ends_at=end,
        closed_at=end,
        voters_count=None if doc.poll.voters_count is None else min(doc.poll.voters_count, most),
    )


def answers(post: Post, known: Mapping[str, str]) -> Post:
    """*post* answering what stands here, where it answers what was taken over: *known*, by original id."""
    here = known.get(post.in_reply_to_uri or "")
    return post if here is None else replace(post, in_reply_to_uri=here)
