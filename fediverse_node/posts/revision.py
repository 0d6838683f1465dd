"""What a revision of a post is: a hash of what its author wrote, so that consent can bind to it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict

import rfc8785

from fediverse_node.posts.model import Attachment


def revision_of(
    *,
    content: str,
    summary: str | None,
    language: str | None,
    media_type: str = "text/html",
    attachments: Sequence[Attachment] = (),
) -> str:
    """SHA-256, in hex, over the canonical JSON (RFC 8785) of everything the author decides about.

    Labels, counts and addresses are not in it: they change without the author changing the text.
    *content* is the source as typed, else the HTML; *media_type* says which, because the same
    characters read differently as plain text and as Markdown.
    """
    written = {
        "attachments": [asdict(item) for item in attachments],
        "content": content,
        "language": language,
        "media_type": media_type,
        "summary": summary,
    }
    return hashlib.sha256(rfc8785.dumps(written)).hexdigest()
