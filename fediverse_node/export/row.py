"""One post as one row of the dataset.

Nothing here depends on a post that is not in the dataset: no counts and no thread, from which somebody
could learn of one. The place in the consent log says how many decisions there were before, as that log does
to everybody.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple

import msgspec

from fediverse_node.activitystreams.vocabulary import DIGITAL_SOURCE_TYPE
from fediverse_node.actors.addresses import Addresses
from fediverse_node.export.credit import name_of
from fediverse_node.export.eligible import Eligible
from fediverse_node.export.languages import Detector
from fediverse_node.export.privacy import redact
from fediverse_node.kernel.html import to_plain_text, without_quote_inline
from fediverse_node.kernel.markup import render_markdown
from fediverse_node.kernel.text import clean_text
from fediverse_node.posts.exportable import Candidate
from fediverse_node.posts.model import Post

_QUOTE = re.compile(r"<blockquote>(?:(?!<blockquote>).)*?</blockquote>", re.DOTALL)
_QUOTED_LINE = re.compile(r"^[ \t]*>.*\n?", re.MULTILINE)
_BY_HAND = f"{DIGITAL_SOURCE_TYPE}digitalCreation"
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8}){0,4}")
_SECONDS = tuple(f"{second:02}Z" for second in range(60))


class Tool(msgspec.Struct, frozen=True):
    """A model that had a part in the text."""

    name: str
    provider: str
    action: str


class More(msgspec.Struct, gc=False):
    """What Dolma puts beside the columns."""

    in_reply_to: str | None
    sensitive: bool


class Row(msgspec.Struct, gc=False):
    """A row; `columns` says what each column means. Every row has every column, in this order.

    `author_ref`, `dup_cluster`, `pictures` and `metadata.in_reply_to` depend on what else there is, and are
    set last.
    """

    id: str
    text: str
    source: str
    added: str
    created: str
    edited: str | None
    url: str
    author_ref: str
    author_name: str | None
    language: str
    language_score: float | None
    license: str | None
    ai_disclosure: str
    digital_source_type: str
    ai_tools: list[Tool]
    human_reviewed: bool
    ai_share: float | None
    ai_share_method: str | None
    content_sha256: str
    revision_sha256: str
    consent_receipt_id: str
    consent_purposes: list[str]
    consented_at: str
    terms_version: str
    terms_sha256: str
    log_index: int
    log_salt: str
    pii_redactions: int
    dup_cluster: str | None
    pictures: list[str]
    metadata: More


class Late(NamedTuple):
    """What a row is told last; the names are those of the columns. Pictures are left as they are for None."""

    author_ref: str
    dup_cluster: str | None
    in_reply_to: str | None
    pictures: list[str] | None


def row_of(found: Eligible, *, addresses: Addresses, detector: Detector) -> Row | None:
    """The row of *found*; None when nothing of the author's own is left.

    Args:
        found: with the proof of consent, without which there is no row.
        addresses: the server's.
        detector: says what language a text is in.
    """
    post, entry = found.post, found.granted.entry
    assert post.ai_disclosure is not None, "only what is labelled is eligible"
    text, redactions = redact(own_words(post))
    if not text:
        return None
    decided = _moment(entry.at)
    language, score = detector.look(text, _declared(post.language))
    by_a_person = post.ai_disclosure == "human-only"
    return Row(
        id=post.uri,
        text=text,
        source=_source(addresses),
        added=decided,
        created=_moment(post.published_at),
        edited=_moment(post.edited_at) if post.edited_at else None,
        url=post.url or post.uri,
        author_ref="",
        author_name=name_of(entry, found.author) if entry.credit else None,
        language=language,
        language_score=score,
        license=post.licence,
        ai_disclosure=post.ai_disclosure,
        digital_source_type=post.digital_source_type or _BY_HAND,
        ai_tools=[
            Tool(name=tool.name, provider=tool.provider or "", action=tool.action or "")
            for tool in post.ai_tools
        ]
        if post.ai_tools
        else [],
        # A person's own text needs no reviewer; a label of ours always says whether there was one.
        human_reviewed=post.human_reviewed is not False,
        ai_share=0.0 if by_a_person else post.ai_share,
        ai_share_method=None if by_a_person else post.ai_share_method,
        content_sha256=hashlib.sha256(text.encode()).hexdigest(),
        revision_sha256=post.revision,
        consent_receipt_id=addresses.receipt(found.receipt.seq),
        consent_purposes=list(entry.purposes),
        consented_at=decided,
        terms_version=entry.terms_id,
        terms_sha256=entry.terms_sha256,
        log_index=found.receipt.log_index,
        log_salt=found.receipt.salt or "",
        pii_redactions=redactions,
        dup_cluster=None,
        pictures=[],
        metadata=More(in_reply_to=None, sensitive=post.sensitive),
    )


def own_words(post: Candidate | Post) -> str:
    """The text of *post* as its author wrote it, plain: no label of ours, no quotation of others."""
    if post.source is None:
        return _plain(post.content_html)
    if post.source_media_type == "text/markdown":
        # Handles stay text here, so that each becomes a placeholder with its server.
        return _plain(render_markdown(post.source, mentions={}, hashtag_url=lambda _: "").html)
    source = _QUOTED_LINE.sub("", post.source) if ">" in post.source else post.source
    return _clean(source).strip()


def _clean(text: str) -> str:
    """As `clean_text`, which needs not look at what is composed and can be seen."""
    seen = text.replace("\n", " ").replace("\t", " ")
    if seen.isprintable() and (text.isascii() or unicodedata.is_normalized("NFC", text)):
        return text
    return clean_text(text)


@lru_cache(maxsize=256)
def _declared(language: str | None) -> str | None:
    return language if language and _LANGUAGE.fullmatch(language) else None


def _moment(moment: datetime) -> str:
    """As `kernel.clock.to_rfc3339`, for what comes from the database and is in UTC, and quicker."""
    return f"{_day(moment.toordinal())}{_minute(moment.hour * 60 + moment.minute)}{_SECONDS[moment.second]}"


@lru_cache(maxsize=1024)
def _day(ordinal: int) -> str:
    return f"{date.fromordinal(ordinal).isoformat()}T"


@lru_cache(maxsize=1440)
def _minute(of_day: int) -> str:
    return f"{of_day // 60:02}:{of_day % 60:02}:"


@lru_cache(maxsize=16)
def _source(addresses: Addresses) -> str:
    return addresses.domain


def _plain(content: str) -> str:
    before, content = "", without_quote_inline(content)
    while before != content:
        before, content = content, _QUOTE.sub("", content)
    return clean_text(to_plain_text(content)).strip()
