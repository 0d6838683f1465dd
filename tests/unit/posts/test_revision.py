from __future__ import annotations

from typing import Any

import pytest

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
