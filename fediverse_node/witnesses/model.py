"""Values of the witnesses room."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from fediverse_node.signatures.notes import NoteKey

#: What a witness says to a log. `malformed`: it cannot be read, or asks to go back. `unknown`: a log that
#: nobody asked us to watch. `unsigned`: not by that log's key. `conflict`: we know another size, or another
#: tree of this size. `inconsistent`: the proof does not hold, so the log was rewritten, or somebody erred.
Verdict = Literal["cosigned", "malformed", "unknown", "unsigned", "conflict", "inconsistent"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a witness answers.

    Attributes:
        line: the cosignature, where it gave one.
        size: where it stands, for a `conflict`.
    """

    verdict: Verdict
    line: str = ""
    size: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """How far we have seen a log.

    Attributes:
        root: 32 bytes.
    """

    size: int
    root: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessKey:
    """Ours, as it is kept. `private_key` is PKCS#8 PEM."""

    name: str
    private_key: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """Somebody whom we ask to cosign.

    Attributes:
        url: of the witness; its `add-checkpoint` is below.
    """

    key: NoteKey
    url: str
