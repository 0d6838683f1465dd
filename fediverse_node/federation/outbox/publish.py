"""Publishing: from a draft to a post that is stored, labelled, decided about, and in the post."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace

from fediverse_node.accounts import queries as accounts
from fediverse_node.accounts.model import Account
from fediverse_node.actors import queries as actors
from fediverse_node.actors.model import Actor
from fediverse_node.consent import decisions
from fediverse_node.consent.licences import licence_named
from fediverse_node.consent.model import PLAIN, Allowance, Method
from fediverse_node.conversations import naming
from fediverse_node.conversations import queries as conversations
from fediverse_node.federation.builders import create
from fediverse_node.federation.builders.note import NoteParts, context_of
from fediverse_node.federation.delivery import audience, queue
from fediverse_node.federation.discovery import gaps
from fediverse_node.federation.outbox import (
    compose,
    consent,
    labels,
    pictures,
    polling,
    quote,
    recording,
    relaying,
)
from fediverse_node.federation.outbox.compose import Format, Written
from fediverse_node.federation.outbox.desk import Desk
from fediverse_node.federation.outbox.labels import AiPart, Disclosure
from fediverse_node.federation.outbox.own import require_home
from fediverse_node.federation.outbox.pictures import Chosen
from fediverse_node.federation.outbox.polling import DraftPoll
from fediverse_node.federation.outbox.quote import Wishes
from fediverse_node.federation.outbox.seal import seal
from fediverse_node.kernel.errors import Conflict, NotFound, NotValid
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Hashtag, Post, Visibility
from fediverse_node.posts.revision import revision_of
from fediverse_node.posts.subject import subject_of
from fediverse_node.quotes.model import Audience
from fediverse_node.signatures.base import SigningKey
from fediverse_node.storage.tx import Tx
from fediverse_node.timelines import by_tag, home
from fediverse_node.visibility.rule import may_see, viewer_for

log = logging.getLogger(__name__)

OPEN = frozenset({"public", "unlisted"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a person wants to say.

    Attributes:
        text: as typed.
        visibility: None for the account's default.
        summary: the content warning, plain text.
        language: BCP 47; None for the account's default.
        in_reply_to_id: the post it answers.
        training_use: yes or no, said for this very text; None: nothing was said, which is no.
        allowing: what a yes is to.
        licence: by its SPDX name; empty for none, None for the account's default where everybody may see it.
        suggestion_handle: of the suggestion that went into the text.
        idempotency_key: a second draft with the same key gives the same post.
        local_only: it never leaves this server. What answers such a post does not, either.
        method: the door it came by, for the ledger.
        quoted_id: the post it quotes.
        reply_policy, quote_policy, boost_policy: who may do this with it; None: everybody who may see a
            public post, and of a closed one those it is for may answer.
        poll: what it asks.
        named: people who are addressed, and told, besides those whose handles stand in the text.
        pictures: of its author, which wait for a post; in order.
        ai: a model's part in it, as its author states it; what a suggestion says comes on top.
        reviewed: its author read what a model wrote, and says so.
        disclosure: how much was a model's, where that is more than is recorded here.
    """

    text: str
    content_type: Format = "text/plain"
    visibility: Visibility | None = None
    summary: str | None = None
    sensitive: bool = False
    language: str | None = None
    in_reply_to_id: int | None = None
    training_use: bool | None = None
    allowing: Allowance = PLAIN
    licence: str | None = None
    suggestion_handle: str | None = None
    idempotency_key: str | None = None
    local_only: bool = False
    method: Method = "client-api"
    quoted_id: int | None = None
    reply_policy: Audience | None = None
    quote_policy: Audience | None = None
    boost_policy: Audience | None = None
    poll: DraftPoll | None = None
    named: tuple[Actor, ...] = ()
    pictures: tuple[Chosen, ...] = ()
    ai: AiPart = labels.NONE
    reviewed: bool = False
    disclosure: Disclosure | None = None


async def publish(
    desk: Desk, author: Actor, draft: Draft, *, alongside: Callable[[Tx], None] | None = None
) -> Post:
    """Publish *draft* as *author*, a local actor. What *alongside* does is done with it, or neither is.

    Raises:
        NotValid: no text, too long, or training use allowed for a post that is not public.
        NotFound: what it answers or quotes is not here for its author, or the suggestion is not theirs.
        NotAllowed: the author of what it answers or quotes does not want that.
        NotAllowed: the account moved away.
    """
    require_home(author)
    if draft.idempotency_key is not None:
        key = draft.idempotency_key
        earlier = await desk.db.read(lambda tx: posts.recall_key(tx, author.id, key))
        if earlier is not None:
            return earlier
    ready = await _prepared(desk, author, draft)

    def unit(tx: Tx) -> Post:
        if alongside is not None:
            alongside(tx)
        return _publish(tx, desk, author, *ready)

    try:
        post = await desk.db.write(unit)
    except _SentTwice as error:
        return error.first
    log.info("outbox.published", extra={"post": post.id, "visibility": post.visibility})
    return post


async def rehearse(desk: Desk, author: Actor, draft: Draft) -> None:
    """Find out whether *draft* could be published now, and leave nothing of it behind.

    Raises:
        As `publish`.
    """
    require_home(author)
    ready = await _prepared(desk, author, draft)

    def unit(tx: Tx) -> None:
        _publish(tx, desk, author, *ready)
        raise _OnlyTried

    with suppress(_OnlyTried):
        await desk.db.write(unit)


async def _prepared(desk: Desk, author: Actor, draft: Draft) -> tuple[Draft, Written, SigningKey]:
    """The draft as it is published, its text written up, and what it is signed with."""
    words = compose.words_of(draft.text, draft.content_type)
    bare = bool(draft.pictures)
    summary = compose.check_length(words, draft.summary, limit=desk.post_characters, may_be_empty=bare)
    people = await compose.find_people(desk, words)
    written = compose.write_up(draft.text, draft.content_type, people=people, addresses=desk.addresses)
    written = compose.with_groups(written, draft.named)
    signing = await desk.keys.key_of(author.id, "ed25519")
    poll = polling.checked(draft.poll) if draft.poll is not None else None
    return replace(draft, summary=summary, poll=poll), written, signing


class _OnlyTried(Exception):
    """Thrown after everything went well, so that nothing of it stays."""


class _SentTwice(Conflict):
    """The same draft became *first* meanwhile, in a transaction that was not seen from this one."""

    def __init__(self, first: Post) -> None:
        super().__init__("This post exists already.")
        self.first = first


def _publish(tx: Tx, desk: Desk, author: Actor, draft: Draft, written: Written, signing: SigningKey) -> Post:
    if draft.idempotency_key is not None:
        earlier = posts.recall_key(tx, author.id, draft.idempotency_key)
        if earlier is not None:
            return earlier
    parent, written = _answering(tx, draft, author, written)
    post, tags, part = _new_post(tx, desk, author, draft, written, parent)
    stored = posts.add(tx, post, mentioned=written.mentions, tagged=tags)
    if stored is None:
        raise Conflict("This post exists already.", detail=post.uri)
    pictures.tie(tx, stored)
    recording.record(tx, stored, part, text=draft.text, new=True)
    if draft.idempotency_key is not None:
        _remember(tx, author, draft.idempotency_key, stored)
    subject = subject_of(stored, author)
    entry = None
    if draft.training_use is not None:
        entry = consent.write_down(
            tx, stored, author, allow=draft.training_use, method=draft.method, to=draft.allowing
        )
    home.deliver(tx, stored)
    by_tag.deliver(tx, stored, tags)
    _tell(tx, stored, written)
    if parent is not None:
        gaps.taken_part(tx, parent)
    terms, quoted = quote.settle(tx, desk, stored, author, parent=parent, wishes=_wishes(draft))
    parts = NoteParts(
        post=stored,
        author=author,
        mentions=written.mentions,
        hashtags=tags,
        decision=decisions.decision_for(subject, entry),
        groups=audience.groups_of(tx, stored),
        terms=terms,
        poll=polling.ask(tx, stored, draft.poll) if draft.poll is not None else None,
    )
    if not stored.local_only:
        _send(tx, desk, parts, signing)
        relaying.offer(tx, desk.addresses, stored)
        quote.ask(tx, desk, parts, quoted)
    return stored


def _remember(tx: Tx, author: Actor, key: str, stored: Post) -> None:
    if posts.remember_key(tx, author.id, key, stored.id):
        return
    first = posts.recall_key(tx, author.id, key)
    if first is not None:  # it was not deleted since
        raise _SentTwice(first)


def _wishes(draft: Draft) -> Wishes:
    return Wishes(
        quoted_id=draft.quoted_id,
        reply=draft.reply_policy,
        quote=draft.quote_policy,
        boost=draft.boost_policy,
    )


def _tell(tx: Tx, post: Post, written: Written) -> None:
    if post.visibility == "direct":
        conversations.take_in(tx, post, post.actor_id)
    for person in written.people:
        if person.local:
            naming.tell_named(tx, post, person.id)


def _send(tx: Tx, desk: Desk, parts: NoteParts, signing: SigningKey) -> None:
    id_ = desk.addresses.activity(tx.new_id())
    document = create.document(parts, id_=id_, addresses=desk.addresses)
    public = parts.post.visibility in OPEN
    queue.enqueue(
        tx,
        actor=parts.author,
        document=seal(document, signing, now=tx.now) if public else document,
        inboxes=audience.of_post(tx, parts.post, parts.author),
        post_id=parts.post.id,
        public=public,
    )


def _answering(tx: Tx, draft: Draft, author: Actor, written: Written) -> tuple[Post | None, Written]:
    """What the draft answers, and its text also to the group in which that was said."""
    parent = _parent(tx, draft, author)
    if parent is None or (draft.visibility or _default_visibility(account_of(tx, author))) not in OPEN:
        return parent, written
    return parent, compose.with_groups(written, audience.groups_of(tx, parent))


def _new_post(
    tx: Tx, desk: Desk, author: Actor, draft: Draft, written: Written, parent: Post | None
) -> tuple[Post, list[Hashtag], AiPart]:
    account = account_of(tx, author)
    post_id = tx.new_id()
    uri = desk.addresses.post(author.username, post_id)
    language = draft.language or account.language
    visibility = draft.visibility or _default_visibility(account)
    carried = pictures.of_draft(
        tx, draft.pictures, text=draft.text, account_id=account.id, addresses=desk.addresses
    )
    part = labels.with_pictures(draft.ai, carried)
    part = labels.settled(tx, part, labels.said_by(author, draft), account_id=account.id, uri=uri)
    licence = _licence(draft, account, visibility)
    named = [person.uri for person in written.people]
    if parent is not None and visibility in OPEN:
        # The author of what is answered hears of it, named or not; in closed posts only the named do.
        answered = actors.by_ids(tx, [parent.actor_id])[parent.actor_id]
        named = [*named, *([answered.uri] if answered.id != author.id and answered.uri not in named else [])]
    if visibility == "direct" and not named:
        log.info("outbox.direct_to_nobody", extra={"post": post_id})
    post = Post(
        id=post_id,
        uri=uri,
        actor_id=author.id,
        local=True,
        type="Question" if draft.poll is not None else "Note",
        visibility=visibility,
        in_reply_to_uri=parent.uri if parent else None,
        in_reply_to_id=parent.id if parent else None,
        context_uri=context_of(parent) if parent else desk.addresses.context(author.username, post_id),
        url=desk.addresses.post_page(author.username, post_id),
        content_html=labels.labelled_html(written.html, part, language=language, addresses=desk.addresses),
        summary=draft.summary,
        sensitive=draft.sensitive or draft.summary is not None,
        language=language,
        source=None if draft.content_type == "text/html" else draft.text,
        source_media_type=None if draft.content_type == "text/html" else draft.content_type,
        attachments=carried,
        emojis=compose.emojis_in(tx, desk.addresses, draft.text, draft.summary),
        addressed=tuple(named),
        local_only=_stays_here(draft, visibility, parent),
        revision=revision_of(
            content=draft.text,
            summary=draft.summary,
            language=language,
            media_type=draft.content_type,
            attachments=carried,
            asked=draft.poll.options if draft.poll is not None else (),
            licence=licence,
        ),
        ai_disclosure=part.disclosure,
        digital_source_type=part.digital_source_type,
        ai_tools=part.tools,
        human_reviewed=part.human_reviewed,
        licence=licence,
        published_at=tx.now,
        created_at=tx.now,
    )
    return post, labels.labelled_tags(list(written.hashtags), part, language=language), part


def _licence(draft: Draft, account: Account, visibility: Visibility) -> str | None:
    if draft.licence is not None:
        return licence_named(draft.licence) if draft.licence else None
    return account.licence if visibility in OPEN else None


def _stays_here(draft: Draft, visibility: Visibility, parent: Post | None) -> bool:
    """Whether it is for this server only: by the author's wish, or since what it answers is."""
    if draft.local_only and visibility == "direct":
        raise NotValid("A direct post is for those it names. It cannot be for this server only.")
    return draft.local_only or (parent is not None and parent.local_only)


def account_of(tx: Tx, author: Actor) -> Account:
    """The account that speaks for *author*.

    Raises:
        NotFound: nobody does, so nobody may post as it.
    """
    account = accounts.by_actor(tx, author.id)
    if account is None:
        raise NotFound("There is no such account here.", detail=f"actor {author.id} has no account")
    return account


def _default_visibility(account: Account) -> Visibility:
    match account.visibility:
        case "public" | "unlisted" | "private" | "direct":
            return account.visibility
        case _:
            return "public"


def _parent(tx: Tx, draft: Draft, author: Actor) -> Post | None:
    if draft.in_reply_to_id is None:
        return None
    parent = posts.by_id(tx, draft.in_reply_to_id)
    if parent is None or not may_see(tx, parent, viewer_for(author)):
        raise NotFound("The post this answers is not here. It may have been deleted.")
    if parent.boost_of_id is not None:
        raise NotValid("This is a boost. Answer the post itself.")
    return parent
