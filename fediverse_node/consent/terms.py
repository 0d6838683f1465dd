"""The text a person agrees to. Its id and hash are in every line of the ledger.

A change of meaning needs a new id and leaves the older text here: what was allowed under it stays
allowed, and a yes is never widened to what its own text did not speak of.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from typing import Final

_FIRST = """\
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


_SECOND = """\
# Letting a post be used for training

You decide for each post, and only for your own words and pictures. As long as you say nothing, the answer
is no.

## What you can allow

Each of these is a decision of its own; the plain box stands for the first two.

- **Training** (`train-ai`): anybody may use the text of this post, as it reads at that moment, to train
  AI models that generate text or media.
- **The dataset** (`dataset`): this server may publish the text in its open training datasets. Whoever
  allows this allows training, too.
- **Answers** (`ai-input`): anybody may let an AI model read the text of this post to answer a question, for
  instance as a search result that is put into its words.

The datasets hold the text, its language, its licence if it has one, its dates, its address, and whether AI
helped to write it. The names of people you mention, e-mail addresses, phone numbers and network addresses
in the text are replaced by placeholders. Your profile is not in them; the address of the post is, so that
anybody can check that you still allow the use, and that address contains your user name.

## Pictures

A picture is not included because the post is. You can allow the same uses for each picture by itself. Ask
the people who can be recognised in it first.

## Sensitive posts

A post with a content warning, or marked as sensitive, is included only if you say so expressly.

## Licence

A licence, where you put one on a post, speaks to everybody and of every use of it. It stays what it is when
you take back what you allowed here.

## What you do not allow

- Posts that are not public. They are never included.
- Words of others: posts you boost, quote or answer are not included.
- Later versions: when you edit a post, the answer falls back to no until you say yes again.

## Taking it back

Take it back at any time, or delete the post. From that moment the post and this server's answers say no, and
the post is not in any later dataset. Datasets that were published before and models that were
trained before cannot be called back: who has a copy is asked to drop the post, and we cannot make them.

## What this cannot promise

Machine-readable signals are requests. Most that say no are respected, some are not.
"""


_THIRD = """\
# Letting a post be used for training

You decide for each post, and only for your own words and pictures. As long as you say nothing, the answer
is no.

## What you can allow

Each of these is a decision of its own; the plain box stands for the first two.

- **Training** (`train-ai`): anybody may use the text of this post, as it reads at that moment, to train
  AI models that generate text or media.
- **The dataset** (`dataset`): this server may publish the text in its open training datasets. Whoever
  allows this allows training, too.
- **Answers** (`ai-input`): anybody may let an AI model read the text of this post to answer a question, for
  instance as a search result that is put into its words.

The datasets hold the text, its language, its licence if it has one, its dates, its address, and whether AI
helped to write it. The names of people you mention, e-mail addresses, phone numbers and network addresses
in the text are replaced by placeholders. Your profile is not in them, but for a name if you choose one; the
address of the post is, so that anybody can check that you still allow the use, and that address contains
your user name.

## Your name

In the datasets you are a number that has no meaning outside of them. If you want credit, choose it: you are
then named by your handle, or by the display name of your profile as it reads when a dataset is made. You
choose it for each decision. What you choose for your account holds for each later yes that names nothing
else, and for none that you gave before.

## Pictures

A picture is not included because the post is. You can allow the same uses for each picture by itself. Ask
the people who can be recognised in it first.

## Sensitive posts

A post with a content warning, or marked as sensitive, is included only if you say so expressly.

## Licence

A licence, where you put one on a post, speaks to everybody and of every use of it. It stays what it is when
you take back what you allowed here.

## What you do not allow

- Posts that are not public. They are never included.
- Words of others: posts you boost, quote or answer are not included.
- Later versions: when you edit a post, the answer falls back to no until you say yes again.

## Taking it back

Take it back at any time, or delete the post. From that moment the post and this server's answers say no, and
the post is not in any later dataset. Datasets that were published before and models that were
trained before cannot be called back: who has a copy is asked to drop the post, and we cannot make them.

## What this cannot promise

Machine-readable signals are requests. Most that say no are respected, some are not.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """One version of the text.

    Attributes:
        text: Markdown, in English.
        purposes: what can be allowed under it.
        media: whether pictures can be.
        credit: whether an author can choose to be named.
    """

    id: str
    text: str
    purposes: tuple[str, ...] = ()
    media: bool = False
    credit: bool = False

    @property
    def sha256(self) -> str:
        """SHA-256, in hex, of the text in UTF-8."""
        return _sha256(self.text)


@cache
def _sha256(text: str) -> str:
    # Asked for with every yes that is shown.
    return hashlib.sha256(text.encode()).hexdigest()


FIRST: Final = Terms(id="training-1", text=_FIRST, purposes=("train-ai", "dataset"))
SECOND: Final = Terms(id="training-2", text=_SECOND, purposes=("train-ai", "dataset", "ai-input"), media=True)
#: The version that is shown, and under which every new decision is made.
CURRENT: Final = Terms(
    id="training-3", text=_THIRD, purposes=("train-ai", "dataset", "ai-input"), media=True, credit=True
)
#: Every version that a decision may have been made under, the newest first.
VERSIONS: Final = (CURRENT, SECOND, FIRST)


def version(terms_id: str) -> Terms | None:
    """The version of this name; None where there never was one."""
    return next((terms for terms in VERSIONS if terms.id == terms_id), None)
