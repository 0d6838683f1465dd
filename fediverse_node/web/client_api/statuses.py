"""Routes about single posts. What they do, the use cases of the outbox do; here it is only translated."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import get_args

from fediverse_node.consent.model import Allowance
from fediverse_node.federation.discovery import gaps
from fediverse_node.federation.discovery.gaps import Gaps
from fediverse_node.federation.outbox import consent, pictures, react
from fediverse_node.federation.outbox import edit as edit_use_case
from fediverse_node.federation.outbox.compose import ContentType
from fediverse_node.federation.outbox.edit import Edit
from fediverse_node.federation.outbox.labels import Disclosure
from fediverse_node.federation.outbox.publish import Draft, publish
from fediverse_node.federation.outbox.retract import retract
from fediverse_node.federation.outbox.reviewing import mark_reviewed
from fediverse_node.kernel.errors import NotFound, NotValid
from fediverse_node.kernel.html import to_plain_text
from fediverse_node.posts import lists
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Post, Visibility
from fediverse_node.visibility.rule import may_see
from fediverse_node.web.client_api import media, scheduled, training
from fediverse_node.web.client_api.entities_status import by_id, one_status, statuses
from fediverse_node.web.client_api.forms import Fields
from fediverse_node.web.client_api.polls import draft_of
from fediverse_node.web.client_api.quotes import policies_in, require_same_quote
from fediverse_node.web.client_api.view import Act, Answer, View, path_id
from fediverse_node.web.rate_limits import DELETES

_MAX_STATUSES = 40
_MAX_HANDLE = 100
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}", re.ASCII)
_TYPES: tuple[ContentType, ...] = get_args(ContentType)
_VISIBILITIES: tuple[Visibility, ...] = get_args(Visibility)
#: With these an edit is one of the text, or of what is said about it.
_OF_THE_TEXT = ("status", "suggestion", "poll", "human_reviewed", "ai_disclosure")
_BESIDE_THE_TEXT = ("spoiler_text", "sensitive", "language", "licence", "media_ids", "media_attributes")
_DISCLOSURES: tuple[Disclosure, ...] = get_args(Disclosure)


def show(view: View) -> Answer:
    """One post."""
    return Answer(body=one_status(view, _id(view)))


def several(view: View) -> Answer:
    """The posts named by `id[]`; those that are not there, or not for the viewer, are left out."""
    asked = [text for text in view.fields.texts("id") if text.isascii() and text.isdigit() and len(text) < 19]
    found = posts.by_ids(view.tx, [int(text) for text in asked[:_MAX_STATUSES]])
    return Answer(body=statuses(view, [found[int(text)] for text in asked if int(text) in found]))


async def context(act: Act) -> Answer:
    """What a post answers, and what was answered to it, as far as the viewer may see.

    When somebody of ours looks, what is missing of it is fetched from its origins, for the next look.
    """
    answer, missing = await act.look(_conversation)
    if missing is not None:
        await act.desk.db.write(lambda tx: gaps.ask(tx, missing))
    return answer


def _conversation(view: View) -> tuple[Answer, Gaps | None]:
    post = _visible(view)
    above = lists.ancestors(view.tx, post.id)
    below = lists.descendants(view.tx, post.id)
    shown = by_id(view, [*above, *below])
    answer = Answer(
        body={
            "ancestors": [shown[each.id] for each in above if each.id in shown],
            "descendants": [shown[each.id] for each in below if each.id in shown],
        }
    )
    return answer, gaps.around(view.tx, post, above) if view.viewer.actor_id is not None else None


def source(view: View) -> Answer:
    """A post as its author typed it, for an editor."""
    post = _visible(view)
    return Answer(
        body={
            "id": str(post.id),
            "text": _typed(post),
            "spoiler_text": post.summary or "",
            "content_type": post.source_media_type or "text/plain",
        }
    )


async def create(act: Act) -> Answer:
    """Publish a post; with `scheduled_at`, later."""
    at = scheduled.moment_in(act.fields)
    policies, said = policies_in(act.fields), training.said(act.fields)
    shown, anew = await media.relabelled(act, media.chosen(act.fields))
    draft = Draft(
        text=act.fields.text("status") or "",
        content_type=_content_type(act.fields) or "text/plain",
        visibility=_visibility(act.fields),
        summary=act.fields.text("spoiler_text") or None,
        sensitive=bool(act.fields.flag("sensitive")),
        language=_language(act.fields),
        in_reply_to_id=act.fields.id("in_reply_to_id"),
        training_use=said.allow,
        allowing=_of_these(said.to, anew),
        licence=training.licence(act.fields),
        suggestion_handle=_suggestion(act.fields),
        reviewed=bool(act.fields.flag("human_reviewed")),
        disclosure=_disclosure(act.fields),
        idempotency_key=act.key,
        local_only=bool(act.fields.flag("local_only")),
        poll=draft_of(act.fields),
        pictures=shown or (),
        quoted_id=act.fields.id("quoted_status_id"),
        reply_policy=policies["reply"],
        quote_policy=policies["quote"],
        boost_policy=policies["boost"],
    )
    if at is not None:
        return await scheduled.later(act, draft, at)
    post = await publish(act.desk, act.person.actor, draft)
    return await _shown(act, post.id)


async def change(act: Act) -> Answer:
    """Edit a post. What is not sent stays as it is, but for a yes to training, which a new text ends."""
    if act.fields.has("scheduled_at"):
        raise NotValid("This post has been published. An edit cannot be scheduled.")
    if act.fields.has("visibility"):
        raise NotValid("The visibility of a post cannot be changed. Delete it and post it again.")
    post_id = path_id(act.path, "post")
    await act.look(require_same_quote)
    said = training.said(act.fields)
    if _only_read(act.fields):
        await mark_reviewed(act.desk, act.person.actor, post_id)
    elif said.allow is not None and not _rewrites(act.fields):
        await edit_use_case.set_training_use(
            act.desk, act.person.actor, post_id, allow=said.allow, method="client-api", to=said.to
        )
    else:
        before = await act.look(_visible)
        chosen = media.chosen(act.fields, before=pictures.ids_in(before))
        shown, anew = await media.relabelled(act, chosen)
        said = replace(said, to=_of_these(said.to, anew))
        changes = replace(_edit(act.fields, before, said), pictures=shown)
        await edit_use_case.edit(act.desk, act.person.actor, post_id, changes)
    policies = policies_in(act.fields)
    if any(policies.values()):
        await consent.set_policy(act.desk, act.person.actor, post_id, **policies)
    return await _shown(act, post_id)


async def delete(act: Act) -> Answer:
    """Delete a post. The answer is the post as it was, with its source, for a new draft."""
    act.house.limits.take(DELETES, str(act.person.account.id))

    def as_it_is(view: View) -> Answer:
        return Answer(body={**one_status(view, _id(view)), "text": _typed(_visible(view))})

    before = await act.look(as_it_is)
    await retract(act.desk, act.person.actor, path_id(act.path, "post"))
    return before


async def favourite(act: Act) -> Answer:
    """Favourite a post."""
    post = await react.favourite(act.desk, act.person.actor, path_id(act.path, "post"))
    return await _shown(act, post.id)


async def unfavourite(act: Act) -> Answer:
    """Take a favourite back."""
    post = await react.unfavourite(act.desk, act.person.actor, path_id(act.path, "post"))
    return await _shown(act, post.id)


async def reblog(act: Act) -> Answer:
    """Boost a post. The answer is the boost."""
    post_id = path_id(act.path, "post")
    visibility = _visibility(act.fields) or "public"
    boost = await react.boost(act.desk, act.person.actor, post_id, visibility=visibility)
    return await _shown(act, boost.id)


async def unreblog(act: Act) -> Answer:
    """Take a boost back. The answer is the post that was boosted."""
    post = await react.unboost(act.desk, act.person.actor, path_id(act.path, "post"))
    return await _shown(act, post.id)


async def _shown(act: Act, post_id: int) -> Answer:
    return await act.look(lambda view: Answer(body=one_status(view, post_id)))


def _id(view: View) -> int:
    return path_id(view.path, "post")


def _visible(view: View) -> Post:
    post = posts.by_id(view.tx, _id(view))
    if post is None or not may_see(view.tx, post, view.viewer):
        raise NotFound("There is no such post.")
    return post


def _typed(post: Post) -> str:
    return to_plain_text(post.content_html) if post.source is None else post.source


def _rewrites(fields: Fields) -> bool:
    """Whether more is to change than the word about its use. An empty warning takes one away."""
    return any(map(fields.has, _OF_THE_TEXT)) or any(map(fields.sent, _BESIDE_THE_TEXT))


def _only_read(fields: Fields) -> bool:
    """Whether all that is said is that the caller has read what a model wrote."""
    others = [name for name in _OF_THE_TEXT if name != "human_reviewed"]
    if not fields.flag("human_reviewed") or any(map(fields.has, others)):
        return False
    return training.said(fields).allow is None and not any(map(fields.sent, _BESIDE_THE_TEXT))


def _edit(fields: Fields, before: Post, said: training.Said) -> Edit:
    sensitive = fields.flag("sensitive")
    if sensitive is None:
        # A warning makes a post sensitive, so taking the warning away takes that away, as Mastodon does.
        sensitive = before.sensitive and fields.text("spoiler_text") != ""
    kept: ContentType = "text/markdown" if before.source_media_type == "text/markdown" else "text/plain"
    text, summary = fields.text("status"), fields.text("spoiler_text")
    return Edit(
        text=_typed(before) if text is None else text,
        content_type=_content_type(fields) or kept,
        summary=before.summary if summary is None else summary or None,
        sensitive=sensitive,
        language=_language(fields),
        training_use=said.allow,
        allowing=said.to,
        licence=training.licence(fields),
        suggestion_handle=_suggestion(fields),
        reviewed=bool(fields.flag("human_reviewed")),
        disclosure=_disclosure(fields),
        poll=draft_of(fields),
    )


def _of_these(to: Allowance, anew: Mapping[str, str]) -> Allowance:
    """*to*, with the ids that pictures have now which were labelled together with it."""
    return replace(to, media=tuple(anew.get(each, each) for each in to.media)) if anew else to


def _content_type(fields: Fields) -> ContentType | None:
    said = fields.choice("content_type", _TYPES)
    return next((kind for kind in _TYPES if kind == said), None)


def _visibility(fields: Fields) -> Visibility | None:
    said = fields.choice("visibility", _VISIBILITIES)
    return next((visibility for visibility in _VISIBILITIES if visibility == said), None)


def _language(fields: Fields) -> str | None:
    language = fields.text("language")
    if not language:
        return None
    if not _LANGUAGE.fullmatch(language):
        raise NotValid("language must be a tag such as en, pt-BR or ar.")
    return language


def _disclosure(fields: Fields) -> Disclosure | None:
    """How much the author says was a model's."""
    said = fields.choice("ai_disclosure", _DISCLOSURES)
    return next((word for word in _DISCLOSURES if word == said), None)


def _suggestion(fields: Fields) -> str | None:
    handle = fields.text("suggestion")
    if handle and len(handle) > _MAX_HANDLE:
        raise NotValid("suggestion must be the handle of a suggestion.")
    return handle or None
