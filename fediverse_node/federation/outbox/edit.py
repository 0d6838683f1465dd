"""Editing: a new text, or a new word about its use. A new text starts with a no."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass, replace

from fediverse_node.actors import queries as actors
from fediverse_node.actors.model import Actor
from fediverse_node.consent import decisions
from fediverse_node.consent.licences import licence_named
from fediverse_node.consent.model import PLAIN, Allowance, Decision, Method
from fediverse_node.conversations import naming
from fediverse_node.federation.builders import update
from fediverse_node.federation.builders.note import NoteParts
from fediverse_node.federation.delivery import audience, queue
from fediverse_node.federation.delivery.terms import terms_of
from fediverse_node.federation.outbox import compose, consent, labels, pictures, polling, recording
from fediverse_node.federation.outbox.compose import Format, Written
from fediverse_node.federation.outbox.desk import Desk
from fediverse_node.federation.outbox.labels import AiPart, Disclosure
from fediverse_node.federation.outbox.own import own_post
from fediverse_node.federation.outbox.pictures import Chosen
from fediverse_node.federation.outbox.polling import DraftPoll
from fediverse_node.federation.outbox.publish import OPEN, account_of
from fediverse_node.federation.outbox.seal import seal
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Hashtag, Post
from fediverse_node.posts.revision import revision_of
from fediverse_node.posts.subject import subject_of
from fediverse_node.signatures.base import SigningKey
from fediverse_node.storage.tx import Tx

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """How a post should read now.

    Attributes:
        training_use: yes or no, said again for this text; None: nothing was said, so that a new
            text falls back to no, and an unchanged one keeps what was said.
        allowing: what a yes is to.
        licence: by its SPDX name; empty for none, None leaves what there is.
        suggestion_handle: of a suggestion that went into the new text.
        poll: what a question asks now; None leaves that as it is.
        pictures: what it carries now, in order; None leaves that as it is.
        ai: a model's part in the new text, as its author states it. A label is never taken off again.
        reviewed: its author read what a model wrote, and says so.
        disclosure: how much was a model's, where that is more than is recorded here.
    """

    text: str
    content_type: Format = "text/plain"
    summary: str | None = None
    sensitive: bool = False
    language: str | None = None
    training_use: bool | None = None
    allowing: Allowance = PLAIN
    licence: str | None = None
    suggestion_handle: str | None = None
    method: Method = "client-api"
    poll: DraftPoll | None = None
    pictures: tuple[Chosen, ...] | None = None
    ai: AiPart = labels.NONE
    reviewed: bool = False
    disclosure: Disclosure | None = None


async def edit(desk: Desk, author: Actor, post_id: int, changes: Edit) -> Post:
    """Change a post of *author*. Its visibility stays: who has a copy cannot be made to forget.

    Raises:
        NotValid: no text, too long, or training use allowed for a post that is not public.
        NotFound: there is no such post, or the suggestion is not theirs.
        NotAllowed: it is somebody else's.
    """
    words = compose.words_of(changes.text, changes.content_type)
    summary = compose.check_length(words, changes.summary, limit=desk.post_characters, may_be_empty=True)
    people = await compose.find_people(desk, words)
    typed = compose.write_up(changes.text, changes.content_type, people=people, addresses=desk.addresses)
    signing = await desk.keys.key_of(author.id, "ed25519")
    poll = polling.checked(changes.poll) if changes.poll is not None else None
    cleaned = replace(changes, summary=summary, poll=poll)

    def unit(tx: Tx) -> Post:
        before = own_post(tx, author, post_id)
        written = compose.with_groups(typed, compose.silently_named(tx, before, desk.addresses))
        after, tags, part = _revised(tx, desk, before, cleaned, written, author)
        if after.revision == before.revision and after.content_html == before.content_html:
            after = replace(after, edited_at=before.edited_at)
        if after != before:
            after = replace(after, edited_at=tx.now)
            posts.revise(
                tx, after, mentioned=written.mentions, tagged=tags, asked=polling.answers(tx, before)
            )
            pictures.tie(tx, after)
            recording.record(tx, after, part, text=cleaned.text)
        asked = poll is not None and polling.change(tx, before, poll)
        said = consent.write_down_edit(
            tx,
            after,
            author,
            allow=cleaned.training_use,
            method=cleaned.method,
            to=cleaned.allowing,
        )
        if after != before:
            _tell_newly_named(tx, before, after)
        if after != before or said or asked:
            send_update(tx, desk, after, author, signing)
        return after

    post = await desk.db.write(unit)
    log.info("outbox.edited", extra={"post": post.id})
    return post


async def set_training_use(
    desk: Desk, author: Actor, post_id: int, *, allow: bool, method: Method, to: Allowance = PLAIN
) -> Decision:
    """Note the author's word about the text as it stands, and tell everybody who has a copy.

    Raises:
        NotValid: *allow*, for a post that cannot be allowed, or a sensitive one without saying so.
        NotFound: there is no such post.
        NotAllowed: it is somebody else's.
    """
    signing = await desk.keys.key_of(author.id, "ed25519")

    def unit(tx: Tx) -> Decision:
        post = own_post(tx, author, post_id)
        before = decisions.states(tx, [post.uri]).get(post.uri)
        entry = consent.write_down(tx, post, author, allow=allow, method=method, to=to)
        if before is None or before.seq != entry.seq:
            send_update(tx, desk, post, author, signing)
        return decisions.decision_for(subject_of(post, author), entry)

    return await desk.db.write(unit)


def send_update(
    tx: Tx,
    desk: Desk,
    post: Post,
    author: Actor,
    signing: SigningKey,
    *,
    as_edit: bool = True,
    also: Iterable[str] = (),
) -> None:
    """Put an Update in the post that says everything about *post* as it stands.

    With *as_edit* peers take it for an edit; new counts of a poll are none. *also* are inboxes besides
    those that the post goes to.
    """
    if post.local_only:
        return
    subject = subject_of(post, author)
    parts = NoteParts(
        # An Update without a new `updated` is ignored by peers, also when only a flag changed.
        post=replace(post, edited_at=tx.now) if as_edit else post,
        author=author,
        mentions=posts.mentions_of(tx, [post.id]).get(post.id, []),
        hashtags=posts.hashtags_of(tx, [post.id]).get(post.id, []),
        decision=decisions.decisions(tx, [subject])[post.uri],
        groups=audience.groups_of(tx, post),
        terms=terms_of(tx, post),
        poll=polling.poll_of(tx, post),
    )
    id_ = desk.addresses.activity(tx.new_id())
    document = update.of_note(parts, id_=id_, addresses=desk.addresses)
    public = post.visibility in OPEN
    queue.enqueue(
        tx,
        actor=author,
        document=seal(document, signing, now=tx.now) if public else document,
        inboxes=[*audience.of_post(tx, post, author), *also],
        post_id=post.id,
        public=public,
    )


def _revised(
    tx: Tx, desk: Desk, before: Post, changes: Edit, written: Written, author: Actor
) -> tuple[Post, list[Hashtag], AiPart]:
    part = labels.combined(labels.part_in(before), changes.ai)
    asks_account = changes.suggestion_handle is not None or changes.pictures is not None
    account_id = account_of(tx, author).id if asks_account else 0
    language = changes.language or before.language
    licence = _licence(before, changes)
    carried = pictures.of_edit(
        tx,
        before,
        changes.pictures,
        text=compose.words_of(changes.text, changes.content_type),
        account_id=account_id,
        addresses=desk.addresses,
    )
    part = labels.with_pictures(part, carried)
    part = labels.settled(tx, part, labels.said_by(author, changes), account_id=account_id, uri=before.uri)
    kept = set(before.addressed) - {
        mention.actor_uri for mention in posts.mentions_of(tx, [before.id]).get(before.id, [])
    }
    named = dict.fromkeys([*(person.uri for person in written.people), *sorted(kept)])
    after = replace(
        before,
        content_html=labels.labelled_html(written.html, part, language=language, addresses=desk.addresses),
        summary=changes.summary,
        sensitive=changes.sensitive or changes.summary is not None,
        language=language,
        source=None if changes.content_type == "text/html" else changes.text,
        source_media_type=None if changes.content_type == "text/html" else changes.content_type,
        attachments=carried,
        emojis=compose.emojis_in(tx, desk.addresses, changes.text, changes.summary),
        addressed=tuple(named),
        revision=revision_of(
            content=changes.text,
            summary=changes.summary,
            language=language,
            media_type=changes.content_type,
            attachments=carried,
            asked=polling.answers_after(tx, before, changes.poll),
            licence=licence,
        ),
        ai_disclosure=part.disclosure,
        digital_source_type=part.digital_source_type,
        ai_tools=part.tools,
        human_reviewed=part.human_reviewed,
        licence=licence,
    )
    return after, labels.labelled_tags(list(written.hashtags), part, language=language), part


def _licence(before: Post, changes: Edit) -> str | None:
    if changes.licence is None:
        return before.licence
    return licence_named(changes.licence) if changes.licence else None


def _tell_newly_named(tx: Tx, before: Post, after: Post) -> None:
    new = set(after.addressed) - set(before.addressed)
    for person in actors.by_uris(tx, new).values():
        if person.local:
            naming.tell_named(tx, after, person.id)
