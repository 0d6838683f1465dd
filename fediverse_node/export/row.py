"""One post as one row of the dataset.

The columns are a superset of Dolma's (`id`, `text`, `source`, `added`, `created`, `metadata`). Nothing here
depends on any other post: no counts and no thread, from which somebody could learn of posts that are not
in the dataset. The place in the consent log says how many decisions there were before, as that log does to
everybody.
"""

from __future__ import annotations

import hashlib
import re

import msgspec

from fediverse_node.activitystreams.vocabulary import DIGITAL_SOURCE_TYPE
from fediverse_node.actors.addresses import Addresses
from fediverse_node.export.eligible import Eligible
from fediverse_node.export.privacy import redact
from fediverse_node.kernel.clock import to_rfc3339
from fediverse_node.kernel.html import to_plain_text, without_quote_inline
from fediverse_node.kernel.markup import render_markdown
from fediverse_node.kernel.text import clean_text
from fediverse_node.posts.model import Post

_QUOTE = re.compile(r"<blockquote>(?:(?!<blockquote>).)*?</blockquote>", re.DOTALL)
_QUOTED_LINE = re.compile(r"^[ \t]*>.*\n?", re.MULTILINE)
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8}){0,4}")


class Tool(msgspec.Struct, frozen=True, kw_only=True):
    """A model that had a part in the text."""

    name: str
    provider: str
    action: str


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A line of `data/train.jsonl`. Every line has every column.

    `added` is the moment of consent; `author_ref` names an author within one release only;
    `revision_sha256` is of what the author wrote, before placeholders, as in the receipt.
    """

    id: str
    text: str
    source: str
    added: str
    created: str
    edited: str | None
    url: str
    author_ref: str
    language: str
    ai_disclosure: str
    digital_source_type: str
    ai_tools: list[Tool]
    human_reviewed: bool
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


def row_of(found: Eligible, *, addresses: Addresses) -> Row | None:
    """The row of *found*, its `author_ref` still empty; None when nothing of the author's own is left.

    Args:
        found: with the proof of consent, without which there is no row.
        addresses: the server's.
    """
    post, entry = found.post, found.granted.entry
    assert post.ai_disclosure is not None, "only what is labelled is eligible"
    text, redactions = redact(own_words(post))
    if not text:
        return None
    return Row(
        id=post.uri,
        text=text,
        source=addresses.domain,
        added=to_rfc3339(entry.at),
        created=to_rfc3339(post.published_at),
        edited=to_rfc3339(post.edited_at) if post.edited_at else None,
        url=post.url or post.uri,
        author_ref="",
        language=post.language if post.language and _LANGUAGE.fullmatch(post.language) else "und",
        ai_disclosure=post.ai_disclosure,
        digital_source_type=post.digital_source_type or f"{DIGITAL_SOURCE_TYPE}digitalCreation",
        ai_tools=[
            Tool(name=tool.name, provider=tool.provider or "", action=tool.action or "")
            for tool in post.ai_tools
        ],
        # A person's own text needs no reviewer; a label of ours always says that there was one.
        human_reviewed=post.human_reviewed is not False,
        content_sha256=hashlib.sha256(text.encode()).hexdigest(),
        revision_sha256=post.revision,
        consent_receipt_id=addresses.receipt(found.receipt.seq),
        consent_purposes=list(entry.purposes),
        consented_at=to_rfc3339(entry.at),
        terms_version=entry.terms_id,
        terms_sha256=entry.terms_sha256,
        log_index=found.receipt.log_index,
        log_salt=found.receipt.salt or "",
        pii_redactions=redactions,
    )


def own_words(post: Post) -> str:
    """The text of *post* as its author wrote it, plain: no label of ours, no quotation of others."""
    if post.source is None:
        return _plain(post.content_html)
    if post.source_media_type == "text/markdown":
        # Handles stay text here, so that each becomes a placeholder with its server.
        return _plain(render_markdown(post.source, mentions={}, hashtag_url=lambda _: "").html)
    return clean_text(_QUOTED_LINE.sub("", post.source)).strip()


def _plain(content: str) -> str:
    before, content = "", without_quote_inline(content)
    while before != content:
        before, content = content, _QUOTE.sub("", content)
    return clean_text(to_plain_text(content)).strip()
