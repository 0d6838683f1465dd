"""Create and Update of posts: from a client's Note or Question to a draft.

Of a text both as source and as HTML the source counts, since it is rendered here with its mentions and
hashtags. HTML is sanitised. What a post cannot have here is refused: dropped in silence it would be a lie.
"""

from __future__ import annotations

from typing import Any, Final

from fediverse_node.activitystreams import values
from fediverse_node.activitystreams.documents import ObjectDoc
from fediverse_node.activitystreams.load import JsonDict
from fediverse_node.activitystreams.read import read_object
from fediverse_node.activitystreams.write import present
from fediverse_node.actors import queries as actors
from fediverse_node.deliveries import queries as deliveries
from fediverse_node.federation.builders import note as builder
from fediverse_node.federation.outbox import consent, labels
from fediverse_node.federation.outbox.compose import Format, words_of
from fediverse_node.federation.outbox.edit import Edit, edit
from fediverse_node.federation.outbox.own import own_post
from fediverse_node.federation.outbox.publish import Draft, publish
from fediverse_node.federation.outbox.vote import vote
from fediverse_node.kernel.errors import NotAllowed, NotFound, NotValid
from fediverse_node.kernel.html import sanitise, to_plain_text
from fediverse_node.polls import queries as polls
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Post
from fediverse_node.storage.tx import Tx
from fediverse_node.web.federation import c2s_media, c2s_terms, c2s_training
from fediverse_node.web.federation.c2s_door import Act, NotOffered
from fediverse_node.web.federation.c2s_recipients import recipients, require_addressed, stated
from fediverse_node.web.federation.c2s_training import Said
from fediverse_node.web.federation.objects import parts_of

KINDS: Final = frozenset({"Note", "Question"})
#: What a post keeps for as long as it lives.
_FIXED: Final = ("type", "attributedTo", "inReplyTo", "quote", "quoteUri", "quoteUrl", "attachment")
#: What a decision about training binds to.
_WORDS: Final = frozenset({"content", "contentMap", "source", "summary", "oneOf", "anyOf"})
_ADDRESSING: Final = ("to", "cc", "bto", "bcc", "audience")


async def create(act: Act) -> str | None:
    """Publish the Note or Question of a Create. Gives the id of the Create that was made of it.

    Raises:
        NotValid, NotOffered: it is nothing that a post can be here.
        NotAllowed: it is attributed to somebody else.
        As `publish`.
    """
    note = _object(act)
    _require_kind(note)
    if values.links(note.get("attributedTo"), 2) not in {(), (act.actor.uri,)}:
        raise NotAllowed("“attributedTo” is somebody else.")
    # The ids of both are ours to give.
    doc = read_object({name: value for name, value in note.items() if name not in {"id", "@id"}})
    if _is_vote(doc):
        await _vote(act, doc)
        return None
    _refuse_extras(doc)
    text, kind = _text(doc)
    words = words_of(text, kind)
    found = await recipients(act, note, text=words)
    parent = await act.post(doc.in_reply_to) if doc.in_reply_to is not None else None
    quoted = await act.post(doc.quote) if doc.quote is not None else None
    said = c2s_training.said(doc.ai.content_usage, note)
    draft = Draft(
        text=text,
        content_type=kind,
        visibility=found.visibility,
        summary=to_plain_text(doc.summary) if doc.summary else None,
        sensitive=doc.sensitive,
        language=doc.language,
        in_reply_to_id=parent.id if parent else None,
        quoted_id=quoted.id if quoted else None,
        training_use=said.allow,
        allowing=said.to,
        licence=c2s_training.licence(note),
        idempotency_key=act.key,
        method="c2s",
        poll=c2s_terms.poll(doc, act.desk.db.clock()),
        named=found.people,
        pictures=await c2s_media.chosen(act, doc),
        ai=c2s_terms.ai_part(doc.ai),
        **c2s_terms.policies(doc, act.actor),
    )
    post = await publish(act.desk, act.actor, draft)
    made = await act.desk.db.read(lambda tx: deliveries.creates_of(tx, [post.id]))
    return made.get(post.id)


async def update(act: Act) -> int:
    """Change a post: what is not sent stays, and null takes away (ActivityPub, 6.3). Gives the post's id.

    Raises:
        NotValid, NotOffered: it cannot be changed in this way.
        NotFound, NotAllowed: there is no such post, or it is somebody else's.
    """
    node = _object(act)
    uri = values.identifier(node)

    def read(tx: Tx) -> tuple[Post, JsonDict, list[str]]:
        found = posts.by_uri(tx, uri) if uri is not None else None
        if found is None:
            raise NotFound("There is no such post.")
        post = own_post(tx, act.actor, found.id)
        current = builder.embedded(parts_of(tx, post), addresses=act.addresses)
        named = actors.by_uris(tx, post.addressed) if post.visibility in {"private", "direct"} else {}
        return post, current, list(named)

    post, current, named = await act.desk.db.read(read)
    _require_fixed(act, node, current)
    changed = {name for name, value in node.items() if value != current.get(name)}
    doc = read_object(present({**current, **node}))
    text, kind = _changed_text(post, node, changed)
    if post.visibility in {"private", "direct"}:
        known = await act.desk.db.read(lambda tx: actors.by_uris(tx, named))
        require_addressed(act, words_of(text, kind), known.values())
    await edit(act.desk, act.actor, post.id, _edit(act, post, doc, changed, text, kind))
    if "interactionPolicy" in changed:
        wanted = c2s_terms.policies(doc, act.actor)
        await consent.set_policy(
            act.desk,
            act.actor,
            post.id,
            reply=wanted["reply_policy"],
            quote=wanted["quote_policy"],
            boost=wanted["boost_policy"],
        )
    return post.id


def _edit(act: Act, post: Post, doc: ObjectDoc, changed: set[str], text: str, kind: Format) -> Edit:
    summary = post.summary
    sensitive = post.sensitive
    if "summary" in changed:
        summary = to_plain_text(doc.summary) if doc.summary else None
        # A warning makes a post sensitive, so taking the warning away takes that away.
        sensitive = sensitive and summary is not None
    if "sensitive" in changed:
        sensitive = doc.sensitive
    asks = post.type == "Question" and not changed.isdisjoint({"oneOf", "anyOf", "endTime"})
    node = _object(act)
    said = _training(doc, node, changed)
    return Edit(
        text=text,
        content_type=kind,
        summary=summary,
        sensitive=sensitive,
        language=doc.language,
        training_use=said.allow,
        allowing=said.to,
        licence=c2s_training.licence(node) if "license" in changed else None,
        method="c2s",
        poll=c2s_terms.poll(doc, act.desk.db.clock()) if asks else None,
        ai=labels.part_in(post) if not _claims(changed) else c2s_terms.ai_part(doc.ai),
    )


def _training(doc: ObjectDoc, node: JsonDict, changed: set[str]) -> Said:
    """The author's word in an Update. A mere yes along with a new text may be an old copy's, and is none."""
    if changed.isdisjoint({"contentUsage", "usageConsent"}):
        return Said(allow=None)
    # What was not sent is filled in from the post as it stands, and is no word of the client's.
    usage = doc.ai.content_usage if "contentUsage" in changed else None
    said = c2s_training.said(usage, node)
    stale = said.allow and not said.expressly and not changed.isdisjoint(_WORDS)
    return Said(allow=None) if stale else said


def _claims(changed: set[str]) -> bool:
    return not changed.isdisjoint({"aiDisclosure", "aiTools", "digitalSourceType", "humanReviewed"})


def _object(act: Act) -> JsonDict:
    if not act.object:
        raise NotValid("“object” must be the post itself.")
    return act.object


def _require_kind(note: JsonDict) -> None:
    kind = values.kind(note)
    if kind not in KINDS:
        raise NotOffered(
            f"“{(kind or 'Nothing')[:50]}” cannot be published here. Offered are: Note, Question."
        )


def _refuse_extras(doc: ObjectDoc) -> None:
    if doc.type == "Note" and doc.poll is not None:
        raise NotOffered("A poll is published as a Question.")
    if doc.name and doc.content is not None and doc.name != to_plain_text(doc.content):
        raise NotOffered("A post has no title here. Put “name” into the text.")


def _text(doc: ObjectDoc) -> tuple[str, Format]:
    """The words, and what they are written in."""
    if doc.source is not None:
        match doc.source_media_type:
            case "text/plain" | "text/markdown" as kind:
                return doc.source, kind
            case _:
                pass
    if doc.content is None:
        if doc.name is None and doc.attachments:
            return "", "text/plain"
        if doc.name is None:
            raise NotValid("A post needs a text: “content” or “source”.")
        return doc.name, "text/plain"
    match doc.media_type:
        case "text/plain" | "text/markdown" as kind:
            return doc.content, kind
        case None | "text/html":
            return sanitise(doc.content), "text/html"
        case _:
            raise NotOffered("A text is text/html, text/plain or text/markdown.")


def _changed_text(post: Post, node: JsonDict, changed: set[str]) -> tuple[str, Format]:
    if "source" in changed and node.get("source") is not None:
        return _text(read_object({"type": "Note", "source": node["source"], "content": node.get("content")}))
    if not changed.isdisjoint({"content", "contentMap"}):
        texts: JsonDict = {name: node.get(name) for name in ("content", "contentMap", "mediaType")}
        return _text(read_object({"type": "Note", **texts}))
    if post.source is not None:
        kept: Format = "text/markdown" if post.source_media_type == "text/markdown" else "text/plain"
        return post.source, kept
    return labels.without_label(post), "text/html"


def _require_fixed(act: Act, node: JsonDict, current: JsonDict) -> None:
    for name in _FIXED:
        if name in node and _plain(node[name]) != _plain(current.get(name)):
            raise NotOffered(f"“{name}” of a post cannot be changed. Delete it and post it again.")
    if any(name in holder for holder in (node, act.activity) for name in _ADDRESSING):
        to, cc, blind = stated(act.activity, node)
        now = stated(current)
        if {*to, *cc, *blind} - {*now[0], *now[1], act.actor.uri}:
            raise NotOffered("For whom a post is cannot be changed. Delete it and post it again.")
        if any(name in node for name in ("to", "cc")) and (set(to), set(cc)) != (set(now[0]), set(now[1])):
            raise NotOffered("For whom a post is cannot be changed. Delete it and post it again.")


def _plain(value: Any) -> Any:
    """*value* so that one thing, a list of it, and nothing and an empty list, are alike."""
    found = values.items(value)
    return found[0] if len(found) == 1 else found or None


def _is_vote(doc: ObjectDoc) -> bool:
    return doc.type == "Note" and doc.name is not None and doc.content is None and doc.in_reply_to is not None


async def _vote(act: Act, doc: ObjectDoc) -> None:
    """A Note with a name, which answers a question, is a vote for the answer of that name."""
    question = await act.post(doc.in_reply_to)
    poll = await act.desk.db.read(lambda tx: polls.of_post(tx, question.id))
    if poll is None:
        raise NotOffered("A post has no title here. Put “name” into “content”.")
    if doc.name not in poll.names:
        raise NotValid("There is no such answer in this poll.")
    await vote(act.desk, act.actor, question.id, [poll.names.index(doc.name)])
