"""The columns of a row: how each is called in the formats that describe them, and what it means.

A superset of Dolma's (`id`, `text`, `source`, `added`, `created`, `metadata`), with FineWeb's names for what
that has, too (`url`, `language`, `language_score`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["text", "moment", "number", "share", "truth", "texts", "tools", "more"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column; `meaning` is Markdown of one line."""

    name: str
    kind: Kind
    meaning: str


def _column(name: str, kind: Kind, meaning: str) -> Column:
    return Column(name=name, kind=kind, meaning=meaning)


COLUMNS: Final = (
    _column("id", "text", "the post's address, for machines"),
    _column(
        "text", "text", "plain text; people are `@user1`, `@user2`, and typed placeholders stand for the rest"
    ),
    _column("source", "text", "the server"),
    _column("added", "moment", "when its author decided"),
    _column("created", "moment", "when the post was published"),
    _column("edited", "moment", "when this text was written, where it is not the first"),
    _column("url", "text", "the post's address, for people"),
    _column("author_ref", "text", "tells authors apart within this release, and differs between releases"),
    _column("author_name", "text", "how its author asked to be named; null where they did not"),
    _column(
        "language", "text", "as the author declared it (BCP 47), else as it was recognised; `und` is unknown"
    ),
    _column(
        "language_score",
        "share",
        "how sure a detector (py3langid) is of that language, 0 to 1; null where none looked",
    ),
    _column("license", "text", "the SPDX name of the licence that the author gave the post; null for none"),
    _column(
        "ai_disclosure", "text", "`human-only`, `ai-assisted` (and reviewed by a person) or `ai-autonomous`"
    ),
    _column("digital_source_type", "text", "how it came about, as a term of IPTC's"),
    _column("ai_tools", "tools", "the models that had a part in the text"),
    _column("human_reviewed", "truth", "whether a person says that they read it"),
    _column(
        "ai_share", "share", "how much of the text a model wrote, 0 to 1; null where that cannot be known"
    ),
    _column("ai_share_method", "text", "how that was measured"),
    _column("content_sha256", "text", "SHA-256 of `text` in UTF-8"),
    _column(
        "revision_sha256", "text", "SHA-256 of what the author wrote, before placeholders, as in the receipt"
    ),
    _column(
        "consent_receipt_id",
        "text",
        "the receipt of the decision, which is in `consent/receipts.jsonl`, too",
    ),
    _column(
        "consent_purposes",
        "texts",
        "`train-ai` as in the IETF's AI preferences; `dataset`: to be published here",
    ),
    _column("consented_at", "moment", "when its author decided"),
    _column("terms_version", "text", "the text the author agreed to"),
    _column("terms_sha256", "text", "SHA-256 of that text"),
    _column("log_index", "number", "the place of the receipt in the consent log"),
    _column("log_salt", "text", "what ties the receipt to its line in that log"),
    _column(
        "pii_redactions",
        "number",
        "how many placeholders: people, `<EMAIL>`, `<PHONE>`, `<IP>`, `<LOCATION>`, …",
    ),
    _column("dup_cluster", "text", "the same for posts that say the same, or nearly; null for all others"),
    _column("pictures", "texts", "the keys of its pictures that are in `data/pictures-*.tar`"),
    _column(
        "metadata",
        "more",
        "`in_reply_to`: the `id` of the row that it answers, where that is in here; "
        "`sensitive`: marked so by its author",
    ),
)
