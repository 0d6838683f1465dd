"""Which pictures may go out now, and what is said of each.

A picture is never in a dataset because its post is: the author's last yes has to name its very bytes. It
needs no row either: whether there is a text beside it, and whether that is asked for, says nothing about it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from fediverse_node.actors import queries as actors
from fediverse_node.actors.addresses import Addresses
from fediverse_node.actors.model import Actor
from fediverse_node.consent import decisions
from fediverse_node.consent import queries as ledger
from fediverse_node.consent.model import Entry
from fediverse_node.credentials.model import part_of
from fediverse_node.export.credit import name_of
from fediverse_node.export.filters import Filters
from fediverse_node.export.privacy import redact
from fediverse_node.kernel.clock import to_rfc3339
from fediverse_node.kernel.kinds import KINDS
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Attachment, Post
from fediverse_node.posts.subject import subject_of
from fediverse_node.receipts import queries as receipts
from fediverse_node.receipts.model import Receipt
from fediverse_node.storage.tx import Tx
from fediverse_node.uploads import queries as uploads
from fediverse_node.uploads.model import STORED, Upload

#: Decisions that are looked at together.
PAGE: Final = 200
_STORED: Final = frozenset(kind.media_type for kind in STORED)


class Picture(msgspec.Struct):
    """What stands beside a picture, as `KEY.json`; `about` says what each field means.

    `author_ref` depends on what else is in the dataset, and is set last.
    """

    sha256: str
    post: str
    url: str
    source: str
    added: str
    created: str
    author_ref: str
    author_name: str | None
    alt: str
    language: str
    media_type: str
    width: int
    height: int
    blurhash: str
    license: str | None
    ai_disclosure: str
    digital_source_type: str | None
    ai_tool: str | None
    sensitive: bool
    pii_redactions: int
    revision_sha256: str
    consent_receipt_id: str
    consent_purposes: list[str]
    consented_at: str
    terms_version: str
    terms_sha256: str
    log_index: int
    log_salt: str


#: What the fields of a picture mean, in Markdown, in their order.
ABOUT: Final = {
    "sha256": "SHA-256 of the picture's bytes, which is its key, too",
    "post": "the address of the post that it is in, as in a row's `id`",
    "url": "the picture's own address",
    "source": "the server",
    "added": "when its author decided",
    "created": "when the post was published",
    "author_ref": "as in the rows",
    "author_name": "as in the rows",
    "alt": "its author's description, with placeholders as in a `text`; may be empty",
    "language": "of `alt`, as the author declared it for the post; `und` is unknown",
    "media_type": "`image/jpeg`, `image/png` or `image/webp`",
    "width": "in pixels",
    "height": "in pixels",
    "blurhash": "a few colours, for a place that waits for the picture",
    "license": "the SPDX name of the licence that the author gave the post; null for none",
    "ai_disclosure": "the label of the post",
    "digital_source_type": "how it came about, as a term of IPTC's; null where nobody said",
    "ai_tool": "what it was made or changed with, as its author says; null for nothing, or nobody said",
    "sensitive": "marked so by its author",
    "pii_redactions": "how many placeholders are in `alt`",
    "revision_sha256": "SHA-256 of what the author wrote and attached, as in the receipt",
    "consent_receipt_id": "the receipt of the decision, whose `mediaSha256` names the picture",
    "consent_purposes": "as in the rows",
    "consented_at": "when its author decided",
    "terms_version": "the text the author agreed to",
    "terms_sha256": "SHA-256 of that text",
    "log_index": "the place of the receipt in the consent log",
    "log_salt": "what ties the receipt to its line in that log",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A picture that may go out.

    Attributes:
        picture: what is said of it, but for `author_ref`.
        seq, number: the line of the ledger that allows it, and its place among what that line names.
        author: the uri of who wrote the post.
        name: of its file.
        size: in bytes.
        receipt: as text.
    """

    picture: Picture
    seq: int
    number: int
    author: str
    name: str
    size: int
    receipt: str

    @property
    def ending(self) -> str:
        """Of its name in the dataset, without a dot."""
        return KINDS[self.picture.media_type].ending


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked for; whatever it is, only what its author allowed is found.

    Attributes:
        ended: receipts (their addresses) of decisions that were taken back, whatever the database says.
    """

    addresses: Addresses
    filters: Filters
    ended: frozenset[str]


def all_pictures(tx: Tx, asked: Asked) -> Iterator[list[Found]]:
    """Everything that may go out and is asked for, in the order of the decisions, many at a time."""
    after = 0
    while entries := ledger.standing_with_pictures(tx, after, PAGE):
        after = entries[-1].seq
        yield pictures_among(tx, entries, asked)


def pictures_of(tx: Tx, uris: Sequence[str], asked: Asked) -> list[Found]:
    """The same for the posts *uris*, as things are now."""
    entries = decisions.states(tx, uris)
    return pictures_among(tx, [each for each in entries.values() if each.media_sha256], asked)


def pictures_among(tx: Tx, entries: Sequence[Entry], asked: Asked) -> list[Found]:
    """The pictures that *entries*, each the last line about its post, allow now."""
    found = posts.by_uris(tx, [entry.object_uri for entry in entries])
    authors = actors.by_ids(tx, {post.actor_id for post in found.values()})
    proved = receipts.by_seqs(tx, [entry.seq for entry in entries])
    wanted = [item.file_id for post in found.values() for item in post.attachments if item.file_id]
    files = uploads.by_ids(tx, wanted) if wanted else {}
    made: list[Found] = []
    for entry in entries:
        post = found.get(entry.object_uri)
        author = authors.get(post.actor_id) if post is not None else None
        if post is not None and author is not None:
            made += _allowed(_Yes(post, author, entry, proved.get(entry.seq)), files, asked)
    return made


@dataclass(frozen=True, slots=True)
class _Yes:
    """A line of the ledger that may allow pictures, and what it is about."""

    post: Post
    author: Actor
    entry: Entry
    receipt: Receipt | None


def _allowed(yes: _Yes, files: dict[int, Upload], asked: Asked) -> Iterator[Found]:
    subject, receipt = subject_of(yes.post, yes.author), yes.receipt
    proof = decisions.dataset_granted(subject, yes.entry)
    if proof is None or receipt is None or receipt.status != "active" or receipt.document is None:
        return
    if asked.addresses.receipt(receipt.seq) in asked.ended:
        return
    by_hash = {item.sha256: item for item in yes.post.attachments if item.sha256 in subject.media}
    for number, sha256 in enumerate(proof.entry.media_sha256):
        item = by_hash.get(sha256)
        file = files.get(item.file_id) if item is not None and item.file_id is not None else None
        if item is None or file is None or not _is_that(file, yes.post, sha256):
            continue
        if asked.filters.wants_picture(yes.post, part_of(item.digital_source_type)):
            yield _found(yes, receipt, item, file, number=number, addresses=asked.addresses)


def _is_that(file: Upload, post: Post, sha256: str) -> bool:
    """Whether *file* is the very picture that was named, of this post, and of a kind that we make."""
    return file.sha256 == sha256 and file.post_id == post.id and file.media_type in _STORED


def _found(
    yes: _Yes, receipt: Receipt, item: Attachment, file: Upload, *, number: int, addresses: Addresses
) -> Found:
    post, entry = yes.post, yes.entry
    alt, redactions = redact(item.name or "")
    assert post.ai_disclosure is not None, "only what is labelled is asked for"
    picture = Picture(
        sha256=file.sha256,
        post=post.uri,
        url=item.url,
        source=addresses.domain,
        added=to_rfc3339(entry.at),
        created=to_rfc3339(post.published_at),
        author_ref="",
        author_name=name_of(entry, yes.author) if entry.credit else None,
        alt=alt,
        language=post.language or "und",
        media_type=file.media_type,
        width=file.width,
        height=file.height,
        blurhash=file.blurhash,
        license=post.licence,
        ai_disclosure=post.ai_disclosure,
        digital_source_type=item.digital_source_type,
        ai_tool=item.ai_tool,
        sensitive=post.sensitive,
        pii_redactions=redactions,
        revision_sha256=post.revision,
        consent_receipt_id=addresses.receipt(entry.seq),
        consent_purposes=list(entry.purposes),
        consented_at=to_rfc3339(entry.at),
        terms_version=entry.terms_id,
        terms_sha256=entry.terms_sha256,
        log_index=receipt.log_index,
        log_salt=receipt.salt or "",
    )
    return Found(
        picture=picture,
        seq=entry.seq,
        number=number,
        author=yes.author.uri,
        name=file.name,
        size=file.size,
        receipt=receipt.document or "",
    )
