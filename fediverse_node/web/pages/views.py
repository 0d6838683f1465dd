"""What templates are given: plain values, with every decision already made."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from markupsafe import Markup, escape

from fediverse_node.actors import queries as actors
from fediverse_node.actors.addresses import Addresses
from fediverse_node.actors.model import Actor, Picture
from fediverse_node.consent.decisions import decisions
from fediverse_node.consent.model import Decision
from fediverse_node.federation.outbox import labels
from fediverse_node.kernel.clock import to_rfc3339
from fediverse_node.kernel.html import to_plain_text, without_quote_inline
from fediverse_node.kernel.text import hashtag_key
from fediverse_node.media.model import owner_of_actor, owner_of_post
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Attachment, Post
from fediverse_node.posts.subject import subject_of
from fediverse_node.storage.tx import Tx
from fediverse_node.visibility.rule import ANONYMOUS, Viewer, visible
from fediverse_node.web.pages.ai_label import AiLabel
from fediverse_node.web.pages.credentials import ai_words
from fediverse_node.web.pages.emoji_views import ReactionView, reaction_views, with_pictures
from fediverse_node.web.pages.poll_views import PollView, poll_views
from fediverse_node.web.pages.quoted import QuoteView, quote_views
from fediverse_node.web.pages.strings import Strings, choose, date_text

#: Colours of avatars and banners for people without pictures (`.hue-0` … in the style sheet).
HUES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A time, for machines and for people."""

    iso: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonView:
    """Somebody, as shown beside their posts.

    Attributes:
        picture: of our own, or our copy: a page never makes a reader's browser call another server.
        shown_name: the name with the pictures of its emoji.
        initial: stands in for a missing picture.
    """

    name: str
    shown_name: Markup
    handle: str
    url: str
    local: bool
    bot: bool
    picture: str | None
    initial: str
    hue: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FileView:
    """An attachment.

    Attributes:
        url: where it really is; linked.
        source: where the page shows it from. None: it is only named and linked.
        kind: `image`, `video`, `audio`, or something that is not shown.
        ai: a model's part in it, in words; None where it had none, or nobody knows.
        poster: what stands for a film until it plays.
        loops: it begins again by itself, without sound.
    """

    url: str
    source: str | None
    kind: str
    label: str
    alt: str | None
    width: int | None
    height: int | None
    ai: str | None = None
    poster: str | None = None
    loops: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PostView:
    """A post, ready to be laid out."""

    id: int
    url: str
    uri: str
    author: PersonView
    booster: PersonView | None
    content: Markup
    language: str | None
    title: str | None
    warning: str | None
    files: tuple[FileView, ...]
    published: Moment
    edited: Moment | None
    unlisted: bool
    parent_uri: str | None
    parent_url: str
    parent_name: str | None
    replies: int
    boosts: int
    favourites: int
    reactions: tuple[ReactionView, ...]
    ai: AiLabel | None
    training: Decision | None
    poll: PollView | None
    history_url: str | None
    quote: QuoteView | None

    @property
    def picture(self) -> str | None:
        """The first of its pictures."""
        return next((each.source for each in self.files if each.source and each.kind == "image"), None)

    @property
    def excerpt(self) -> str:
        """Its first words, for link previews; not what a warning hides."""
        text = self.warning or " ".join(to_plain_text(str(self.content)).split())
        return text if len(text) <= 200 else f"{text[:199].rstrip()}…"


def views(
    tx: Tx, found: Sequence[Post], addresses: Addresses, strings: Strings, *, viewer: Viewer = ANONYMOUS
) -> list[PostView]:
    """Those of *found* that *viewer* may see, ready to show, with a fixed number of statements."""
    shown = visible(tx, found, viewer)
    originals = posts.by_ids(tx, [post.boost_of_id for post in shown if post.boost_of_id is not None])
    written = [*shown, *originals.values()]
    known = {post.id: post for post in written}
    missing = {post.in_reply_to_id for post in written if post.in_reply_to_id is not None} - known.keys()
    parents = {post.id: post for post in visible(tx, list(posts.by_ids(tx, missing).values()), viewer)}
    people = actors.by_ids(tx, {post.actor_id for post in [*written, *parents.values()]})
    scene = _Scene(
        people={id_: person(actor, addresses) for id_, actor in people.items()},
        posts={**known, **parents},
        decisions=_decisions(tx, written, people),
        polls=poll_views(tx, written, strings),
        quotes=quote_views(
            tx,
            written,
            web_address,
            lambda post: _content(post, addresses),
            lambda post: _ai_label(post, addresses, strings),
        ),
        addresses=addresses,
        strings=strings,
    )
    return [_view(scene, post) for post in shown]


def person(actor: Actor, addresses: Addresses) -> PersonView:
    """*actor*, as shown beside posts."""
    name = actor.display_name
    return PersonView(
        name=name,
        shown_name=with_pictures(escape(name), actor.emojis, addresses),
        handle=actor.handle,
        url=web_address(actor.url, actor.uri),
        local=actor.local,
        bot=actor.type == "Service",
        picture=picture_of(actor, actor.icon, addresses),
        initial=next((letter for letter in name if letter.isalnum()), "·").upper(),
        hue=zlib.crc32(actor.uri.encode()) % HUES,
    )


def picture_of(actor: Actor, picture: Picture | None, addresses: Addresses) -> str | None:
    """Where a page shows a picture of *actor*'s from; None when it does not."""
    return addresses.shown(picture.url, owner_of_actor(actor.id)) if picture is not None else None


def web_address(*candidates: str | None) -> str:
    """The first of *candidates* that is an address of the web. A link to anything else could be a script."""
    return next((each for each in candidates if each and each.startswith(("https://", "http://"))), "#")


def moment(when: datetime, strings: Strings, *, time: bool = True) -> Moment:
    """*when*, for machines and in the words of *strings*."""
    return _moment(when, strings.language, time)


@lru_cache(maxsize=2048)
def _moment(when: datetime, language: str, time: bool) -> Moment:  # noqa: FBT001 a key of the cache
    return Moment(iso=to_rfc3339(when), text=date_text(when, choose(language), time=time))


def joint_decision(shown: Iterable[PostView]) -> Decision:
    """What a page that holds all of *shown* may say: a yes only where each of them says yes.

    Where one shows what it quotes, the page also has words that its author cannot allow.
    """
    found = [
        view.training if view.training and not (view.quote and view.quote.shown) else Decision()
        for view in shown
    ]
    if len(found) == 1:
        return found[0]
    return Decision(train_ai=bool(found) and all(each.train_ai for each in found))


def _decisions(tx: Tx, found: Iterable[Post], people: Mapping[int, Actor]) -> dict[str, Decision]:
    own = [post for post in found if post.local and post.boost_of_id is None]
    return decisions(tx, [subject_of(post, people[post.actor_id]) for post in own])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scene:
    """Everything that the posts of one page refer to."""

    people: Mapping[int, PersonView]
    posts: Mapping[int, Post]
    decisions: Mapping[str, Decision]
    polls: Mapping[int, PollView]
    quotes: Mapping[int, QuoteView]
    addresses: Addresses
    strings: Strings


def _view(scene: _Scene, shown: Post) -> PostView:
    boost = shown.boost_of_id is not None
    post = scene.posts[shown.boost_of_id] if shown.boost_of_id is not None else shown
    author, strings = scene.people[post.actor_id], scene.strings
    parent = scene.posts.get(post.in_reply_to_id or 0)
    return PostView(
        id=post.id,
        url=web_address(post.url, post.uri),
        uri=post.uri,
        author=author,
        booster=scene.people[shown.actor_id] if boost else None,
        content=_content(post, scene.addresses, scene.quotes.get(post.id)),
        quote=scene.quotes.get(post.id),
        language=post.language,
        title=post.title,
        warning=post.summary or (strings.sensitive_media if post.sensitive and post.attachments else None),
        files=tuple(_file(item, post, scene.addresses, strings) for item in post.attachments),
        published=moment(post.published_at, strings),
        edited=moment(post.edited_at, strings) if post.edited_at else None,
        unlisted=post.visibility == "unlisted",
        parent_uri=post.in_reply_to_uri,
        parent_url=web_address(parent.url if parent else None, post.in_reply_to_uri),
        parent_name=scene.people[parent.actor_id].name if parent else None,
        replies=post.replies_count,
        boosts=post.boosts_count,
        favourites=post.favourites_count,
        reactions=reaction_views(post.reactions, scene.addresses),
        ai=_ai_label(post, scene.addresses, strings),
        training=scene.decisions.get(post.uri),
        poll=scene.polls.get(post.id),
        history_url=f"{post.url}/history" if post.local and post.url and post.edited_at else None,
    )


def _content(post: Post, addresses: Addresses, quote: QuoteView | None = None) -> Markup:
    """The text. Its label in words is left to `AiLabel`, which says the same in the reader's language.

    Where what it quotes is shown, the link to that is not.
    """
    text = labels.without_label(post)
    # Sanitised when it was stored.
    content = Markup(without_quote_inline(text) if quote is not None and quote.shown else text)  # noqa: S704
    return with_pictures(content, post.emojis, addresses)


def _ai_label(post: Post, addresses: Addresses, strings: Strings) -> AiLabel | None:
    if not post.ai_used:
        return None
    tools = [tool.name if not tool.provider else f"{tool.name} ({tool.provider})" for tool in post.ai_tools]
    review: Mapping[bool | None, str] = {True: strings.ai_reviewed, False: strings.ai_not_reviewed}
    first = post.ai_tools[0] if post.ai_tools else None
    return AiLabel(
        disclosure=post.ai_disclosure or "",
        text=strings.ai_autonomous if post.ai_disclosure == "ai-autonomous" else strings.ai_assisted,
        review=strings.ai_by_hashtag if post.ai_said_by == "hashtag" else review.get(post.human_reviewed),
        tools=tuple(dict.fromkeys(tools)),
        model=first.name if first else None,
        provider=first.provider if first else None,
        hashtag=labels.hashtag_of(post.ai_disclosure) if post.local else None,
        hashtag_url=addresses.tag(hashtag_key(labels.hashtag_of(post.ai_disclosure))),
    )


def _file(item: Attachment, post: Post, addresses: Addresses, strings: Strings) -> FileView:
    kind = (item.media_type or item.type).partition("/")[0].lower()
    labels = {"image": strings.picture, "audio": strings.sound, "video": strings.video}
    return FileView(
        url=web_address(item.url),
        kind=kind,
        label=labels.get(kind, strings.file),
        alt=item.name,
        width=item.width,
        height=item.height,
        source=addresses.shown(item.url, owner_of_post(post.id)) if kind in labels else None,
        ai=ai_words(item.digital_source_type, strings.language),
        poster=addresses.shown(item.preview, owner_of_post(post.id)) if kind == "video" else None,
        loops=item.loops,
    )
