"""The text a person agrees to. Its id and hash are in every line of the ledger.

A change of meaning needs a new id: consent given under an older text then lapses, and is never widened.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache

_TEXT = """\
# Letting a post be used for training

You decide for each post, and only for your own words. As long as you say nothing, the answer is no.

## What you allow

When you tick the box, you allow anybody to use the text of this post, as it reads at that
moment, to train AI models that generate text or media, and you allow this server to publish it in its
open training dataset. The dataset holds the text, its language, its dates, its address, and whether AI
helped to write it. The names of people you mention, e-mail addresses, phone numbers and network addresses
in the text are replaced by placeholders. Your profile is not in it; the address of the post is, so that
anybody can check that you still allow the use, and that address contains your user name.

## What you do not allow

- Posts that are not public. They are never in the dataset.
- Words of others: posts you boost or answer are not included.
- Later versions: when you edit a post, the answer falls back to no until you say yes again.
- Pictures and other media.

## Taking it back

Untick it at any time, or delete the post. From that moment the post and this server's answers say no, and
the post is not in any later export. Datasets that were published before and models that were
trained before cannot be called back: who has a copy is asked to drop the post, and we cannot make them.

## What this cannot promise

Machine-readable signals are requests. Most that say no are respected, some are not.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """One version of the text. `text` is Markdown, in English."""

    id: str
    text: str

    @property
    def sha256(self) -> str:
        """SHA-256, in hex, of the text in UTF-8."""
        return _sha256(self.text)


@cache
def _sha256(text: str) -> str:
    # Asked for with every yes that is shown.
    return hashlib.sha256(text.encode()).hexdigest()


#: The version that is shown, and the only one under which a yes is in force.
CURRENT = Terms(id="training-1", text=_TEXT)
