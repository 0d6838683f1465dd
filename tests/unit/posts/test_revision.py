from __future__ import annotations

import hashlib
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from fediverse_node.posts.model import Attachment
from fediverse_node.posts.revision import revision_of

WRITTEN: dict[str, Any] = {"content": "Hello", "summary": None, "language": "en"}
PICTURE = Attachment(type="Image", media_type="image/png", url="https://x.example/1.png", name="A wren")


def test_the_same_words_are_the_same_revision() -> None:
    assert revision_of(**WRITTEN) == revision_of(**WRITTEN, attachments=[])
    # Pinned: consent that was given under it must still fit after an upgrade.
    assert revision_of(**WRITTEN) == "bc48fdce63247b2cb847ed38e8fd8533d7649da7ab6fbae8c5510afb03d72712"


@pytest.mark.parametrize(
    "change",
    [
        {"content": "hello"},
        {"content": "Hello "},
        {"summary": ""},
        {"language": "de"},
        {"language": None},
        {"media_type": "text/markdown"},
        {"attachments": [PICTURE]},
    ],
)
def test_whatever_the_author_changes_makes_another(change: dict[str, Any]) -> None:
    assert revision_of(**{**WRITTEN, **change}) != revision_of(**WRITTEN)


@given(text=st.text(), summary=st.none() | st.text(), asked=st.lists(st.text(), max_size=3))
def test_what_is_hashed_is_canonical_json(text: str, summary: str | None, asked: list[str]) -> None:
    written = {
        "attachments": [],
        "content": text,
        "language": "en",
        "media_type": "text/html",
        "summary": summary,
        **({"asked": asked} if asked else {}),
    }

    revision = revision_of(content=text, summary=summary, language="en", asked=asked)

    assert revision == hashlib.sha256(rfc8785.dumps(written)).hexdigest()
