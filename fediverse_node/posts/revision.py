"""What a revision of a post is: a hash of what its author wrote, so that consent can bind to it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import rfc8785

from fediverse_node.posts.model import Attachment


def revision_of(
    *,
    content: str,
    summary: str | None,
    language: str | None,
    media_type: str = "text/html",
    attachments: Sequence[Attachment] = (),
    asked: Sequence[str] = (),
    licence: str | None = None,
) -> str:
    """SHA-256, in hex, over the canonical JSON (RFC 8785) of everything the author decides about.

    Labels, counts and addresses are not in it: they change without the author changing the text.
    *content* is the source as typed, else the HTML; *media_type* says which, because the same
    characters read differently as plain text and as Markdown. *asked* are the answers of a question.
    """
    written = {
        "attachments": [_attachment(item) for item in attachments],
        "content": content,
        "language": language,
        "media_type": media_type,
        "summary": summary,
        # Only where there are any: the revisions of all other posts stay what they were.
        **({"asked": list(asked)} if asked else {}),
        **({"licence": licence} if licence else {}),
    }
    return hashlib.sha256(_canonical(written)).hexdigest()


def _attachment(item: Attachment) -> dict[str, Any]:
    """All but how a picture of ours is found here; of what was not always there, only what is there."""
    written = asdict(item)
    for name in ("preview", "file_id", "seconds", "frames", "loops"):
        del written[name]
    for name in ("focus", "sha256", "digital_source_type", "ai_tool"):
        if written[name] is None:
            del written[name]
    return written


def _canonical(written: dict[str, Any]) -> bytes:
    """RFC 8785, the short way where there is no number in it: every post that comes in is hashed."""
    if written["attachments"]:
        return rfc8785.dumps(written)
    return json.dumps(written, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
