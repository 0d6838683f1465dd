"""What stands in the composer: as an intent fills it in, as its own form sends it, and as a draft.

An intent (FEP-3b86) is a link that anybody may have made, so it can fill in words and what they answer,
and nothing else: never who may see the post, and never the yes to training.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Final, get_args

from fediverse_node.accounts.model import Account
from fediverse_node.consent.licences import LICENCES
from fediverse_node.credentials.model import AI_PARTS
from fediverse_node.credentials.model import AiPart as AiPicture
from fediverse_node.federation.outbox import labels
from fediverse_node.federation.outbox.labels import AiPart, Disclosure
from fediverse_node.federation.outbox.pictures import Chosen
from fediverse_node.federation.outbox.polling import DraftPoll
from fediverse_node.federation.outbox.publish import OPEN, Draft
from fediverse_node.kernel.errors import NotValid
from fediverse_node.kernel.ids import parse_id
from fediverse_node.kernel.text import clean_line, clean_text
from fediverse_node.posts.model import Post, Visibility
from fediverse_node.uploads.model import MAX_PICTURES
from fediverse_node.web.pages import zones
from fediverse_node.web.pages.deciding import NOTHING_TICKED, Ticks, ticked

#: Characters of an address that is answered.
MAX_ADDRESS: Final = 2048
#: Suggestions that went into one text; each is labelled.
_MAX_SUGGESTIONS: Final = 8
_DAY: Final = 86_400
_DISCLOSURES: tuple[Disclosure, ...] = get_args(Disclosure)
_VISIBILITIES: tuple[Visibility, ...] = get_args(Visibility)
#: The closest last: an answer is never for more people than what it answers.
_CLOSER: Final[tuple[Visibility, ...]] = ("public", "unlisted", "private", "direct")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}", re.ASCII)
_TOKEN = re.compile(r"[A-Za-z0-9_-]{8,64}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Picked:
    """A picture that was sent before, what it shows, and whether it is allowed together with the text.

    Attributes:
        ai_part: a model's, as its owner says; empty where they say nothing.
    """

    id: int
    alt: str = ""
    ai_part: str = ""
    allowed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """Everything in the form.

    Attributes:
        answering: the address of what it answers; empty for a post of its own.
        ticks: what the author allows.
        licence: by its SPDX name; empty for none.
        options: the answers of a poll, one on each line.
        open_for: seconds.
        into: the language to translate into.
        suggestions: handles of the suggestions in the text, the newest last.
        before: the text as it was before the newest.
        reviewed: the author read what a model wrote.
        disclosure: how much the author says was a model's; empty: what is noted here.
        reminded: that a picture has no description.
        at: when it is to appear, as a form has it; empty for at once.
        zone: how far that is from UTC.
        key: the same however often one form is sent.
    """

    text: str = ""
    summary: str = ""
    language: str
    visibility: Visibility
    answering: str = ""
    ticks: Ticks = NOTHING_TICKED
    licence: str = ""
    options: str = ""
    multiple: bool = False
    open_for: int = _DAY
    into: str = ""
    suggestions: tuple[str, ...] = ()
    before: str = ""
    reviewed: bool = False
    disclosure: str = ""
    pictures: tuple[Picked, ...] = ()
    reminded: bool = False
    at: str = ""
    zone: str = zones.HERE
    key: str

    @property
    def once(self) -> str:
        """An idempotency key: a form sent twice is one post, and one sent again with other words two."""
        words = "\0".join(repr(getattr(self, field.name)) for field in fields(self))
        return f"page {self.key} {hashlib.sha256(words.encode()).hexdigest()[:32]}"

    def with_suggestion(self, text: str, handle: str) -> Typed:
        """With *text* by a model in place of what stood there. The yes was about what stood there."""
        handles = (*self.suggestions, handle)[-_MAX_SUGGESTIONS:]
        return replace(self.undecided(), text=text, suggestions=handles, before=self.text, reviewed=False)

    def without_suggestion(self) -> Typed:
        """With the text from before the newest suggestion."""
        earlier = self.suggestions[:-1]
        return replace(self.undecided(), text=self.before, suggestions=earlier, before="")

    def undecided(self) -> Typed:
        """With nothing allowed: what was, was about another text, or said by somebody else."""
        pictures = tuple(replace(each, allowed=False) for each in self.pictures)
        return replace(self, ticks=NOTHING_TICKED, pictures=pictures)

    def to_answer(self, parent: Post, names: list[str]) -> Typed:
        """As an answer to *parent*: it names those who are spoken to, and is for no more people."""
        said = self.text.lower()
        missing = [name for name in names if name.lower() not in said]
        return replace(
            self,
            answering=parent.uri,
            text=f"{' '.join([*missing, self.text])}" if missing else self.text,
            summary=self.summary or parent.summary or "",
            visibility=max(self.visibility, parent.visibility, key=_CLOSER.index),
        )


def from_intent(query: Mapping[str, str], account: Account, *, language: str) -> Typed:
    """An empty form, or what an intent filled in: `content`, `name`, `summary`, `inReplyTo`.

    Posts here have no title, so a `name` becomes the first line.
    """
    parts = (clean_line(query.get("name", "")), clean_text(query.get("content", "")).strip())
    return Typed(
        text="\n\n".join(part for part in parts if part),
        summary=clean_line(query.get("summary", "")),
        answering=_address(query.get("inReplyTo", "")),
        language=account.language or language,
        visibility=_visibility(account.visibility) or "public",
        licence=account.licence or "",
        into=language,
        key=secrets.token_urlsafe(16),
    )


def from_form(sent: Mapping[str, str]) -> Typed:
    """What the composer's own form sent.

    Raises:
        NotValid: a visibility that there is not; only somebody who changed the page sends one.
    """
    visibility = _visibility(sent.get("visibility", ""))
    if visibility is None:
        raise NotValid("Say who may see the post.")
    key, open_for = sent.get("key", ""), sent.get("open_for", "")
    handles = [each for each in sent.get("suggestions", "").split() if _TOKEN.fullmatch(each)]
    return Typed(
        text=_lines(sent.get("text", "")),
        summary=clean_line(sent.get("summary", "")),
        language=clean_line(sent.get("language", ""))[:40],
        visibility=visibility,
        answering=_address(sent.get("answering", "")),
        ticks=ticked(sent),
        licence=sent.get("licence", "") if sent.get("licence") in LICENCES else "",
        options=_lines(sent.get("options", "")),
        multiple=sent.get("multiple") == "yes",
        open_for=int(open_for) if open_for.isascii() and open_for.isdigit() and len(open_for) < 9 else _DAY,
        into=clean_line(sent.get("into", ""))[:40],
        suggestions=tuple(handles[-_MAX_SUGGESTIONS:]),
        before=_lines(sent.get("before", "")),
        reviewed=sent.get("reviewed") == "yes",
        disclosure=sent.get("disclosure", "") if sent.get("disclosure") in _DISCLOSURES else "",
        pictures=_pictures(sent),
        reminded=sent.get("reminded") == "yes",
        at=clean_line(sent.get("at", ""))[:40],
        zone=zones.checked_zone(sent.get("zone", "")),
        key=key if _TOKEN.fullmatch(key) else secrets.token_urlsafe(16),
    )


def draft_of(
    typed: Typed, *, parent_id: int | None, asked: bool = True, earlier: AiPart = labels.NONE
) -> Draft:
    """*typed* as a draft. For a public post the boxes always say something: no tick is a no.

    Args:
        typed: the form.
        parent_id: of the post it answers.
        asked: whether there were boxes; where there were none, no tick says nothing.
        earlier: what the suggestions before the newest make the post say.

    Raises:
        NotValid: the language is none; or a picture is allowed and its post is not.
    """
    allowed = tuple(str(each.id) for each in typed.pictures if each.allowed)
    if typed.language and not _LANGUAGE.fullmatch(typed.language):
        raise NotValid("The language must be a tag such as en, pt-BR or ar.")
    said = bool(typed.ticks.purposes)
    if allowed and not said:
        raise NotValid("A picture is allowed together with its post. Tick a use of the post, too.")
    return Draft(
        text=typed.text,
        visibility=typed.visibility,
        summary=typed.summary or None,
        language=typed.language or None,
        in_reply_to_id=parent_id,
        training_use=said if asked and typed.visibility == "public" else said or None,
        allowing=replace(typed.ticks.allowance, media=allowed),
        # What only some may see has none, unless that is said elsewhere.
        licence=typed.licence if typed.visibility in OPEN else "",
        suggestion_handle=typed.suggestions[-1] if typed.suggestions else None,
        idempotency_key=typed.once,
        method="page",
        poll=_poll(typed),
        ai=earlier,
        reviewed=typed.reviewed,
        pictures=tuple(Chosen(id=each.id, description=each.alt) for each in typed.pictures),
        disclosure=next((each for each in _DISCLOSURES if each == typed.disclosure), None),
    )


def _pictures(sent: Mapping[str, str]) -> tuple[Picked, ...]:
    found = []
    for place in range(1, MAX_PICTURES + 1):
        id_ = parse_id(sent.get(f"picture_{place}", ""))
        if id_ is not None and sent.get(f"drop_{place}") != "yes":
            alt = _lines(sent.get(f"alt_{place}", ""))
            part = said_part(sent, str(place)) or ""
            found.append(Picked(id=id_, alt=alt, ai_part=part, allowed=allows(sent, str(place))))
    return tuple(found)


def allows(sent: Mapping[str, str], place: str) -> bool:
    """Whether the picture at this place of the form is ticked."""
    return sent.get(f"training_{place}") == "yes"


def said_part(sent: Mapping[str, str], place: str) -> AiPicture | None:
    """What is said of a model's part in the picture at this place of the form."""
    return next((each for each in AI_PARTS if each == sent.get(f"ai_part_{place}")), None)


def _poll(typed: Typed) -> DraftPoll | None:
    options = tuple(line for line in typed.options.splitlines() if line.strip())
    return DraftPoll(options=options, expires_in=typed.open_for, multiple=typed.multiple) if options else None


def _visibility(text: str) -> Visibility | None:
    return next((each for each in _VISIBILITIES if each == text), None)


def _address(text: str) -> str:
    address = clean_line(text)
    return address if len(address) <= MAX_ADDRESS else ""


def _lines(text: str) -> str:
    # Forms send lines ended by CR LF; no text has a NUL, and PostgreSQL would not take it.
    return text.replace("\r\n", "\n").replace("\0", "")
