"""What the log of decisions had come to, kept outside the database: a restored backup does not know it.

A folder holds the last checkpoint that was signed, the log's key, and each end of a yes. A database whose log
does not go on from that checkpoint is older than what was said to others, or has gone another way since; what
was taken back meanwhile it may take for a yes. So nothing is given out from it until that was made up for.
Every function here that touches the folder blocks: call it in a thread.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from fediverse_node.actors.addresses import Addresses
from fediverse_node.config.sections import Config
from fediverse_node.kernel.errors import Conflict, NotValid
from fediverse_node.receipts import checkpoints, tree
from fediverse_node.receipts import queries as receipts
from fediverse_node.receipts.ending import line_of
from fediverse_node.receipts.model import JsonDict
from fediverse_node.signatures import tlog
from fediverse_node.storage.engine import sqlite_path
from fediverse_node.storage.tx import Tx

_CHECKPOINT: Final = "checkpoint"
_KEY: Final = "key"
_ENDED: Final = "revocations.jsonl"
#: Ends of a yes that one transaction reads.
BATCH: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What the folder does not hold yet: the log's key, its last checkpoint, and what ended."""

    key: str
    note: str
    size: int
    ended: tuple[JsonDict, ...]
    more: bool


class Memory:
    """The folder. A node without one remembers nothing.

    Args:
        folder: is made when there is something to keep.
        addresses: the server's.
    """

    def __init__(self, folder: Path | None, addresses: Addresses) -> None:
        self.folder = folder
        self._addresses = addresses

    def require_whole(self, tx: Tx) -> None:
        """Raises Conflict, with what to do, where the log does not go on from what was signed before."""
        kept, key, found = self._kept(), checkpoints.public_key(tx), receipts.log_of(tx)
        if kept is None or key is None or found is None or self._read(_KEY) != key.text:
            return  # nothing was said, or by another log, which the one that is here has nothing to do with
        if found.size >= kept.size and tree.root(tx, kept.size) == kept.root:
            return
        raise Conflict(
            f"The log of decisions in the database ({found.size} lines) does not go on from what this server "
            f"has signed ({kept.size} lines): the database was restored from a backup. What was taken back "
            "since may look like a yes in it. Say `fediverse-node consent recover` first.",
        )

    def news(self, tx: Tx) -> News | None:
        """What is to be kept; None where all of it is, or where there is no folder.

        Raises:
            Conflict: as `require_whole`.
        """
        last = receipts.last_checkpoint(tx) if self.folder is not None else None
        if last is None:
            return None
        self.require_whole(tx)
        key, kept = checkpoints.public_key(tx), self._kept()
        assert key is not None, "a checkpoint was signed with it"
        own = kept is not None and self._read(_KEY) == key.text
        if own and kept is not None and kept.size >= last.size:
            return None
        ended = receipts.endings(tx, self._last() if own else -1, BATCH)
        lines = tuple(line_of(each, self._addresses) for each in ended)
        return News(key=key.text, note=last.note, size=last.size, ended=lines, more=len(lines) == BATCH)

    def keep(self, news: News) -> None:
        """Write *news* down for good: what ended first, so that the checkpoint never knows of more."""
        assert self.folder is not None
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self._read(_KEY) != news.key:
            self.set_aside()
            self._replace(_KEY, news.key)
        if news.ended:
            with (self.folder / _ENDED).open("ab") as file:
                file.write(b"".join(msgspec.json.encode(line) + b"\n" for line in news.ended))
                file.flush()
                os.fsync(file.fileno())
        if not news.more:
            self._replace(_CHECKPOINT, news.note)

    def set_aside(self) -> None:
        """Begin anew: the log that is here now is the one that counts. What was kept stays beside it."""
        if self.folder is None:
            return
        (self.folder / _CHECKPOINT).unlink(missing_ok=True)
        with suppress(FileNotFoundError):
            (self.folder / _KEY).unlink()
        if (self.folder / _ENDED).exists():
            count = sum(1 for _ in self.folder.glob(f"{_ENDED}.*"))
            (self.folder / _ENDED).rename(self.folder / f"{_ENDED}.{count + 1}")

    def ended(self) -> list[str]:
        """The receipts of all that ended, by their addresses."""
        return ended_in(self._read(_ENDED))

    def _kept(self) -> tlog.Checkpoint | None:
        note = self._read(_CHECKPOINT)
        return tlog.read_checkpoint(note.partition("\n\n")[0] + "\n") if note else None

    def _last(self) -> int:
        lines = self._read(_ENDED).splitlines()
        return int(json.loads(lines[-1])["seq"]) if lines else -1

    def _read(self, name: str) -> str:
        if self.folder is None:
            return ""
        try:
            return (self.folder / name).read_text("utf-8")
        except FileNotFoundError:
            return ""
        except OSError as error:
            raise NotValid(f"{self.folder / name} cannot be read: {error.strerror}.") from error

    def _replace(self, name: str, text: str) -> None:
        assert self.folder is not None
        place = self.folder / f".{name}.next"
        with place.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        place.replace(self.folder / name)


def ended_in(text: str) -> list[str]:
    """The receipts that a kept `revocations.jsonl` says have ended.

    Raises:
        NotValid: it is no such list.
    """
    try:
        lines: Sequence[JsonDict] = [json.loads(line) for line in text.splitlines() if line]
        return [str(line["revokes"]) for line in lines if line.get("revokes")]
    except (ValueError, AttributeError) as error:
        raise NotValid("This is not a list of revocations.") from error


def memory_of(config: Config) -> Memory:
    """Where the operator says; else beside a SQLite file, and nowhere with PostgreSQL."""
    database = sqlite_path(config.database.url)
    if config.consent.remembered:
        folder: Path | None = Path(config.consent.remembered)
    else:
        folder = database.with_name(f"{database.name}.consent") if database is not None else None
    return Memory(folder, Addresses(config.origin))
