"""What a reader of the AIPREF drafts (vocabulary, attachment) concludes about training.

Written from the drafts, and shares nothing with what writes the statements.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import http_sf

Answer = Literal["y", "n"] | None
TRAINING = "train-ai"


def statement(text: str | None) -> Answer:
    """What one `Content-Usage` says of training: a token `y` or `n`; anything else says nothing."""
    if text is None:
        return None
    try:
        found = http_sf.parse(text.encode(), tltype="dictionary")
    except ValueError:
        return None
    assert isinstance(found, dict)
    item = found.get(TRAINING)
    value = item[0] if isinstance(item, tuple) else None
    word = str(value) if isinstance(value, http_sf.Token) else None
    return "y" if word == "y" else "n" if word == "n" else None


def combined(answers: Iterable[Answer]) -> Answer:
    """Of several that apply, any `n` wins."""
    said = [answer for answer in answers if answer is not None]
    return None if not said else "n" if "n" in said else "y"


def feed_item(rights: str) -> Answer:
    """What an item of a feed of ours says: a statement, and after it where it comes from."""
    name, colon, rest = rights.partition(":")
    assert colon
    assert name == "Content-Usage"
    return statement(rest.partition(";")[0].strip())
