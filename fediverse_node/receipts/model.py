"""Values of the receipts room."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal

import msgspec

JsonDict = dict[str, Any]

#: What became of a receipt: in force as far as the ledger goes, ended by a later one, or erased.
Status = Literal["active", "withdrawn", "erased"]
#: The kinds of lines that end an earlier yes.
ENDING: Final = ("withdraw", "supersede", "erase", "deny")


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A line of the ledger of which a receipt is made.

    Attributes:
        seq: the line's number, which is also the receipt's.
        at: when it was decided.
        revokes: the receipt of the yes that this one ends.
        license_url: where the licence of the post stands.
        media_sha256: the pictures that a yes is about, too.
        sensitive: the author said expressly that it holds for a sensitive post.
        credit: how datasets name the author, where they want to be named.
    """

    seq: int
    at: datetime
    kind: str
    actor_uri: str
    object_uri: str
    revision: str
    purposes: tuple[str, ...]
    terms_id: str
    terms_sha256: str
    method: str
    revokes: int | None = None
    license_url: str | None = None
    media_sha256: tuple[str, ...] = ()
    sensitive: bool = False
    credit: str | None = None


class Receipt(msgspec.Struct, frozen=True, gc=False):
    """A receipt as it is kept.

    Attributes:
        log_index: the place of its line in the log.
        at: when that line was added.
        salt: 32 bytes in hex; None once erased.
        document: the signed receipt in canonical JSON (RFC 8785); None once erased.
        revoked_by: the receipt that ended this one.
    """

    seq: int
    log_index: int
    at: datetime
    kind: str
    revokes: int | None = None
    salt: str | None = None
    document: str | None = None
    revoked_by: int | None = None

    def __repr__(self) -> str:
        """Without what is erased when a mind is changed."""
        return f"Receipt(seq={self.seq}, log_index={self.log_index}, kind={self.kind!r})"

    @property
    def status(self) -> Status:
        """What became of it."""
        if self.document is None:
            return "erased"
        return "active" if self.revoked_by is None else "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedCheckpoint:
    """A checkpoint that was given out. `note` is the signed note."""

    size: int
    at: datetime
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """The one log of this server.

    Attributes:
        name: its name in checkpoints and keys: the host and the path, without the scheme.
        size: how many lines it has.
        private_key: PKCS#8 PEM of the Ed25519 key that signs its checkpoints.
    """

    name: str
    size: int
    private_key: str = field(repr=False)
