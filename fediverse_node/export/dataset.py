"""Writes the dataset: collect in one snapshot, prove, write, look again, and only then let it appear."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

import msgspec

from fediverse_node.actors import queries as actors
from fediverse_node.actors.addresses import Addresses
from fediverse_node.actors.local import instance_actor
from fediverse_node.config import Config
from fediverse_node.consent import terms
from fediverse_node.export.card import Facts, card
from fediverse_node.export.eligible import Eligible, all_eligible, still_eligible
from fediverse_node.export.folder import MANIFEST, appear, hidden_beside, sync, write_lines
from fediverse_node.export.guide import guide
from fediverse_node.export.row import Row, row_of
from fediverse_node.export.vouching import Vouched, vouch
from fediverse_node.kernel.errors import NotNow
from fediverse_node.receipts import checkpoints
from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Tx

log = logging.getLogger(__name__)

DATA = "data/train.jsonl"
RECEIPTS = "consent/receipts.jsonl"
PROOFS = "consent/proofs.jsonl"
CHECKPOINT = "consent/checkpoint"
#: Decisions that change again and again while we write must not keep us here for ever.
_LOOKS = 20
#: Rows between two lines of progress.
TELL_EVERY = 1000
_encode = msgspec.json.Encoder().encode
#: A line of the spool: a row and its receipt, byte for byte.
_decode = msgspec.json.Decoder(tuple[Row, msgspec.Raw]).decode


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What was written. `sha256` is of the file `MANIFEST.sha256`, and so of everything."""

    out: Path
    rows: int
    authors: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """What is remembered of a row that waits in the spool: what must still be true, and what is counted.

    Attributes:
        line: its place in the spool.
        log_index: its receipt's place in the consent log.
        unchanged: the post's revision, the line of the ledger, the label.
    """

    line: int
    log_index: int
    post_id: int
    author_uri: str
    unchanged: tuple[str, int, str | None]
    fingerprint: bytes
    language: str
    assisted: bool
    consented_at: str


def _quiet(_: str) -> None:
    """Tell nobody."""


async def export_dataset(
    db: Database,
    config: Config,
    out: Path,
    *,
    include_ai_assisted: bool = False,
    progress: Callable[[str], None] = _quiet,
) -> Result:
    """Write the posts that may be used as a dataset to the new folder *out*.

    The same decisions about the same posts give the same bytes, whatever else there is on the server or
    happens there. A decision that is taken back, or a post that is changed, while this runs is not in it;
    nor is one without a receipt that others can check.

    Args:
        db: where the posts are.
        config: for the server's name and addresses.
        out: must not exist, or be an empty folder.
        include_ai_assisted: also posts that a model had a part in.
        progress: told a line now and then, on the event loop.

    Raises:
        Conflict: *out* exists, or is being written by another export.
        NotValid: it cannot be written to.
        NotNow: decisions kept changing under our hands.
    """
    addresses = Addresses(config.origin)
    loop = asyncio.get_running_loop()
    release = _Release(
        config,
        addresses,
        include_ai_assisted=include_ai_assisted,
        progress=lambda line: _tell(loop, progress, line),
    )
    stop = threading.Event()
    # The spool has no name: it is gone with this process, however that ends.
    with hidden_beside(out) as folder, tempfile.TemporaryFile(dir=folder) as spool:
        try:
            kept = await db.read(lambda tx: release.collect(tx, spool, stop))
        finally:
            stop.set()  # a thread that collects for somebody who has gone ends at its next row
        secret = await db.read(lambda tx: _secret(tx, addresses))
        result = await _settle(db, kept, release, _Bench(folder=folder, spool=spool, secret=secret))
        await asyncio.to_thread(appear, folder, out)
    log.info("export.written", extra={"rows": result.rows, "sha256": result.sha256})
    return replace(result, out=out)


def _tell(loop: asyncio.AbstractEventLoop, progress: Callable[[str], None], line: str) -> None:
    if not loop.is_closed():  # a thread may outlive whoever it worked for
        loop.call_soon_threadsafe(progress, line)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bench:
    """Where one export is written: the hidden folder, the spool of rows, the secret for `author_ref`."""

    folder: Path
    spool: IO[bytes]
    secret: bytes


async def _settle(db: Database, kept: list[_Kept], release: _Release, bench: _Bench) -> Result:
    """Write until nothing has changed since: after the last look follows only a rename."""
    for _ in range(_LOOKS):
        rows = kept
        vouched = await db.write(lambda tx: release.vouch(tx, rows))  # noqa: B023 awaited within its turn
        proofs = await db.read(lambda tx: release.prove(tx, bench, rows, vouched))  # noqa: B023 likewise
        result = await asyncio.to_thread(release.write, bench, rows, vouched, proofs)
        kept = await db.read(lambda tx: release.still(tx, rows))  # noqa: B023 awaited within its turn
        if len(kept) == len(rows):
            return result
        log.info("export.withdrawn_meanwhile", extra={"rows": len(rows) - len(kept)})
    raise NotNow("Decisions kept changing while the dataset was written. Try again.")


class _Release:
    """One export: its settings, and the steps that run on other threads."""

    def __init__(
        self,
        config: Config,
        addresses: Addresses,
        *,
        include_ai_assisted: bool,
        progress: Callable[[str], None],
    ) -> None:
        self._config = config
        self._addresses = addresses
        self._include_ai_assisted = include_ai_assisted
        self._progress = progress

    def collect(self, tx: Tx, spool: IO[bytes], stop: threading.Event) -> list[_Kept]:
        """Put everything that may go out into *spool*, in one snapshot."""
        kept: list[_Kept] = []
        for found in all_eligible(tx, include_ai_assisted=self._include_ai_assisted):
            if stop.is_set():
                break
            row = row_of(found, addresses=self._addresses)
            if row is not None:
                document = (found.receipt.document or "").encode()
                spool.write(_encode((row, msgspec.Raw(document))) + b"\n")
                kept.append(_keep(found, row, line=len(kept)))
                self._tell("collecting", len(kept))
        return kept

    def still(self, tx: Tx, rows: list[_Kept]) -> list[_Kept]:
        """Those of *rows* of which nothing has changed."""
        self._progress(f"checking {len(rows)} posts again")
        ids = [kept.post_id for kept in rows]
        now = {
            found.post.id: _unchanged(found)
            for found in still_eligible(tx, ids, include_ai_assisted=self._include_ai_assisted)
        }
        return [kept for kept in rows if now.get(kept.post_id) == kept.unchanged]

    def vouch(self, tx: Tx, rows: list[_Kept]) -> Vouched:
        """What shows that the receipts of *rows* are in the log, and who signs for it."""
        return vouch(tx, self._addresses, max((kept.log_index for kept in rows), default=None))

    def prove(self, tx: Tx, bench: _Bench, rows: list[_Kept], vouched: Vouched) -> str:
        """Write the proofs of *rows*; gives the hash of that file."""
        proving = None if vouched.checkpoint is None else checkpoints.prover(tx, vouched.checkpoint)

        def lines() -> Iterator[bytes]:
            for _, (row, _) in self._spooled(bench.spool, rows, doing="proving"):
                assert proving is not None, "there is a checkpoint where there is a row"
                proof = proving(row.log_index, bytes.fromhex(row.log_salt))
                yield _encode({"receipt": row.consent_receipt_id, "proof": proof.text}) + b"\n"

        return write_lines(bench.folder / PROOFS, lines())

    def write(self, bench: _Bench, rows: list[_Kept], vouched: Vouched, proofs: str) -> Result:
        """Data, receipts, card and signed manifest of *rows*, synced to disk."""
        facts, folder = _facts(rows), bench.folder
        text = card(
            facts,
            name=self._config.instance.name,
            addresses=self._addresses,
            terms=terms.CURRENT,
            include_ai_assisted=self._include_ai_assisted,
        )
        refs = _author_refs(rows, bench.secret)
        files = {
            DATA: self._lines(bench, rows, refs),
            RECEIPTS: self._receipts(bench, rows),
            "README.md": [text.encode()],
            "VERIFY.md": [guide(self._addresses, vouched.signer.key).encode()],
            "consent/key": [f"{vouched.signer.key.text}\n".encode()],
            "consent/terms.txt": [terms.CURRENT.text.encode()],
        }
        (folder / CHECKPOINT).unlink(missing_ok=True)  # of rows that an earlier turn still had
        if vouched.checkpoint is not None:
            files[CHECKPOINT] = [vouched.checkpoint.note.encode()]
        hashes = {name: write_lines(folder / name, lines) for name, lines in files.items()} | {PROOFS: proofs}
        manifest = "".join(f"{hashes[name]}  {name}\n" for name in sorted(hashes))
        sha256 = write_lines(folder / MANIFEST, [manifest.encode()])
        write_lines(folder / f"{MANIFEST}.sig", [vouched.signer.note(manifest).encode()])
        sync(folder)
        return Result(out=folder, rows=facts.rows, authors=facts.authors, sha256=sha256)

    def _lines(self, bench: _Bench, rows: list[_Kept], refs: dict[str, str]) -> Iterator[bytes]:
        for kept, (row, _) in self._spooled(bench.spool, rows, doing="writing"):
            yield _encode(msgspec.structs.replace(row, author_ref=refs[kept.author_uri])) + b"\n"

    def _receipts(self, bench: _Bench, rows: list[_Kept]) -> Iterator[bytes]:
        for _, (_, receipt) in self._spooled(bench.spool, rows, doing="writing receipts"):
            yield bytes(receipt) + b"\n"

    def _spooled(
        self, spool: IO[bytes], rows: list[_Kept], *, doing: str
    ) -> Iterator[tuple[_Kept, tuple[Row, msgspec.Raw]]]:
        wanted = {kept.line: kept for kept in rows}
        spool.seek(0)
        written = 0
        for number, line in enumerate(spool):
            if (kept := wanted.get(number)) is not None:
                yield kept, _decode(line)
                written += 1
                self._tell(doing, written)

    def _tell(self, doing: str, rows: int) -> None:
        if rows % TELL_EVERY == 0:
            self._progress(f"{doing}: {rows} posts so far")


def _keep(found: Eligible, row: Row, *, line: int) -> _Kept:
    return _Kept(
        line=line,
        log_index=found.receipt.log_index,
        post_id=found.post.id,
        author_uri=found.author.uri,
        unchanged=_unchanged(found),
        fingerprint=hashlib.sha256(_encode(row)).digest(),
        language=row.language,
        assisted=row.ai_disclosure != "human-only",
        consented_at=row.consented_at,
    )


def _unchanged(found: Eligible) -> tuple[str, int, str | None]:
    return found.post.revision, found.granted.entry.seq, found.post.ai_disclosure


def _facts(rows: list[_Kept]) -> Facts:
    return Facts(
        rows=len(rows),
        authors=len({kept.author_uri for kept in rows}),
        ai_assisted=sum(kept.assisted for kept in rows),
        languages=tuple(sorted({kept.language for kept in rows})),
        newest_consent=max((kept.consented_at for kept in rows), default=""),
    )


def _author_refs(rows: list[_Kept], secret: bytes) -> dict[str, str]:
    """Names for authors that cannot be computed without *secret* and differ between releases.

    The key is made from a secret of this server and from the rows themselves: a random key would
    make two exports of the same posts differ, and a key from the server's state would let posts that
    are not in the dataset show through.
    """
    about = hashlib.sha256(b"".join(kept.fingerprint for kept in rows)).digest()
    key = hmac.digest(secret, about, "sha256")
    authors = {kept.author_uri for kept in rows}
    return {uri: hmac.digest(key, uri.encode(), "sha256").hex()[:32] for uri in authors}


def _secret(tx: Tx, addresses: Addresses) -> bytes:
    """A secret that every node has, derived from the server's own private key; it changes with that key."""
    server = instance_actor(tx, addresses)
    private = [key.private_key for key in actors.keys_of(tx, server.id) if key.private_key] if server else []
    return hmac.digest(b"fediverse-node dataset author_ref", "".join(private[:1]).encode(), "sha256")
