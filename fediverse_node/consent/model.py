"""Values of the consent room.

Only `consent.decisions` builds `Granted`: whoever holds one holds proof that the ledger said yes to
this very revision. The export writes nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

import msgspec

#: `train-ai` has the meaning of the AIPREF vocabulary; `dataset` is a place in our published exports;
#: `ai-input` is being read by a model that answers somebody (AIPREF has no word for it).
Purpose = Literal["train-ai", "dataset", "ai-input"]
Kind = Literal["grant", "deny", "withdraw", "supersede", "erase"]
#: The door a decision came by, or the rule of ours that undid one: `lapse` is any other than those named.
Method = Literal["client-api", "c2s", "command-line", "page", "edit", "delete", "suspend", "move", "lapse"]

#: How datasets name an author who wants it: by their handle, or by the display name of their profile.
Credit = Literal["handle", "name"]
CREDITS: tuple[Credit, ...] = ("handle", "name")
#: In place of a way to be named: not at all, also where the account proposes one.
UNNAMED = "none"

#: What the one box "add this post to the open training dataset" means.
OPEN_DATASET: tuple[Purpose, ...] = ("train-ai", "dataset")
PURPOSES: tuple[Purpose, ...] = (*OPEN_DATASET, "ai-input")


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """What a yes is to.

    Attributes:
        purposes: as they were named; none of them is taken for granted.
        sensitive: said expressly, for a post that is marked as sensitive.
        media: SHA-256 in hex of the pictures that it is about, too; to a use case also their ids.
        credit: how datasets name the author (`CREDITS`, or `UNNAMED`); None is what the account proposes.
    """

    purposes: tuple[str, ...] = OPEN_DATASET
    sensitive: bool = False
    media: tuple[str, ...] = ()
    credit: str | None = None


#: What the one box means.
PLAIN = Allowance()


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """What else a line of the ledger says of the yes that it is.

    Attributes:
        licence: the post's, by its SPDX name.
        media_sha256: the pictures that it is about.
        sensitive: the author said expressly that it holds for a sensitive post.
        credit: how datasets name the author; None for not at all.
    """

    licence: str | None = None
    media_sha256: tuple[str, ...] = ()
    sensitive: bool | None = None
    credit: Credit | None = None


NOTHING_MORE = Extent()


class Subject(msgspec.Struct, frozen=True, gc=False):
    """What a decision is about: one revision of one post, and what must be true of it.

    Attributes:
        object_uri: the post's id.
        author_uri: the id of the actor who wrote it; nobody else decides.
        revision: SHA-256 in hex of what the author wrote.
        public: its visibility is public; unlisted, followers-only and direct are not.
        own: written here, by an account that is neither suspended, nor moved, nor deleted; and
            the author's own words, so never a boost.
        present: not deleted.
        sensitive: marked so, or with a content warning.
        licence: by its SPDX name.
        media: SHA-256 in hex of its own pictures.
    """

    object_uri: str
    author_uri: str
    revision: str
    public: bool
    own: bool
    present: bool
    sensitive: bool = False
    licence: str | None = None
    media: tuple[str, ...] = ()


class Entry(msgspec.Struct, frozen=True, gc=False):
    """One line of the ledger.

    Attributes:
        seq: the order of decisions; gaps mean nothing.
        revision: the revision decided about, in hex.
        terms_id, terms_sha256: the text that was shown.
        previous_seq: the line before it about the same post.
        licence, media_sha256, sensitive, credit: as in `Extent`; nothing in lines from before they were
            asked for.
    """

    seq: int
    at: datetime
    kind: Kind
    actor_uri: str
    object_uri: str
    revision: str
    purposes: tuple[Purpose, ...]
    terms_id: str
    terms_sha256: str
    method: Method
    previous_seq: int | None = None
    licence: str | None = None
    media_sha256: tuple[str, ...] = ()
    sensitive: bool | None = None
    credit: Credit | None = None


class Granted(msgspec.Struct, frozen=True, gc=False):
    """Proof of a yes that is in force. Built by `consent.decisions.granted` alone."""

    entry: Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What every channel says about a post. Silence is no, so the plain value is no.

    Attributes:
        train_ai: its author allows training (AIPREF `train-ai=y`).
        dataset: its author also wants it in our exports.
        ai_input: its author allows models to read it for their answers.
        media: SHA-256 in hex of those of its pictures of which the same is true.
        receipt: the line of the ledger that says so, of which there is a receipt. Where a yes is proved
            is no part of what was decided.
    """

    train_ai: bool = False
    dataset: bool = False
    ai_input: bool = False
    media: tuple[str, ...] = ()
    receipt: int | None = field(default=None, compare=False)

    @property
    def purposes(self) -> tuple[Purpose, ...]:
        """What is allowed, in the order of `PURPOSES`."""
        said = {"train-ai": self.train_ai, "dataset": self.dataset, "ai-input": self.ai_input}
        return tuple(purpose for purpose in PURPOSES if said[purpose])
