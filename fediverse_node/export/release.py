"""One export, step by step. Each step runs on a thread, and none holds more than a page of rows."""

from __future__ import annotations

import hashlib
import hmac
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from fediverse_node.actors import queries as actors
from fediverse_node.actors.addresses import Addresses
from fediverse_node.actors.local import instance_actor
from fediverse_node.config import Config
from fediverse_node.consent import terms
from fediverse_node.export.card import Facts, card
from fediverse_node.export.croissant import croissant
from fediverse_node.export.duplicates import Likeness, digest_of, find_duplicates
from fediverse_node.export.eligible import Eligible, all_eligible, changed
from fediverse_node.export.filters import Filters
from fediverse_node.export.folder import MANIFEST, sync, write_lines
from fediverse_node.export.guide import guide
from fediverse_node.export.languages import Detector
from fediverse_node.export.parquet import Shards
from fediverse_node.export.progress import Progress
from fediverse_node.export.row import Row, row_of
from fediverse_node.export.vouching import Vouched, vouch
from fediverse_node.export.workbench import IN, Line, Standing, Totals, Workbench
from fediverse_node.kernel.errors import NotValid
from fediverse_node.receipts import paths
from fediverse_node.storage.tx import Tx

DATA: Final = "data/train.jsonl"
RECEIPTS: Final = "consent/receipts.jsonl"
PROOFS: Final = "consent/proofs.jsonl"
CHECKPOINT: Final = "consent/checkpoint"
TERMS: Final = "consent/terms"
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Row).decode


class Desk(NamedTuple):
    """Where one export is written: the hidden folder, its rows, and the secret for `author_ref`."""

    folder: Path
    bench: Workbench
    likeness: Likeness
    secret: bytes


class Release:
    """One export: its settings, and the steps that run on other threads."""

    def __init__(
        self,
        config: Config,
        addresses: Addresses,
        *,
        filters: Filters,
        ended: frozenset[str],
        formats: tuple[str, ...],
        language_scores: bool,
        progress: Progress,
    ) -> None:
        self._name = config.instance.name
        self._addresses = addresses
        self._filters = filters
        self._ended = ended
        self._formats = formats
        self._detector = Detector(wanted=language_scores)
        self._progress = progress

    def collect(self, tx: Tx, bench: Workbench, stop: threading.Event) -> Likeness:
        """Put everything that may go out onto the *bench*, in one snapshot."""
        self._progress.begin("collecting")
        likeness, count = Likeness(bench), 0
        for page in all_eligible(tx, self._filters):
            if stop.is_set():
                break
            lines: list[Line] = []
            for found in page:
                row = row_of(found, addresses=self._addresses, detector=self._detector)
                if row is None or not self._wanted(row):
                    continue
                bench.rows.write(_encode(row) + b"\n")
                bench.receipts.write((found.receipt.document or "").encode() + b"\n")
                likeness.add(row.text)
                lines.append(_line(found, row, number=count))
                count += 1
                self._progress.at(count)
            bench.add(lines, {(found.author.id, found.author.uri) for found in page})
        return likeness

    def _wanted(self, row: Row) -> bool:
        return row.consent_receipt_id not in self._ended and self._filters.wants_text(row.text, row.language)

    def settle(self, desk: Desk) -> Totals:
        """Decide which rows there are, now that all are known.

        Raises:
            NotValid: they are of fewer authors than were asked for.
        """
        find_duplicates(desk.bench, desk.likeness, keep=self._filters.keep_duplicates)
        totals = desk.bench.totals()
        if totals.authors < self._filters.min_authors and self._filters.min_authors > 1:
            raise NotValid(
                f"There are posts of {totals.authors} authors, and at least {self._filters.min_authors} were "
                "asked for. Nothing was written."
            )
        return totals

    def look_again(self, tx: Tx, desk: Desk, totals: Totals) -> int:
        """Take out whatever has changed since, and say how many rows that were."""
        self._progress.begin("checking again")
        gone: list[int] = []
        seen = 0
        for page in desk.bench.unchanged():
            gone += changed(tx, page)
            seen += len(page)
            self._progress.at(seen, of=totals.rows + totals.repeated)
        desk.bench.take_out(gone)
        return len(gone)

    def vouch(self, tx: Tx, totals: Totals) -> Vouched:
        """What shows that the receipts of the rows are in the log, and who signs for it."""
        return vouch(tx, self._addresses, totals.last_place)

    def prove(self, tx: Tx, desk: Desk, totals: Totals, vouched: Vouched) -> str:
        """Write the proofs of the rows; gives the hash of that file."""
        self._progress.begin("proving")
        proving = None if vouched.checkpoint is None else paths.prover(tx, vouched.checkpoint)

        def lines() -> Iterator[bytes]:
            for count, (seq, place, salt) in enumerate(desk.bench.places(), start=1):
                assert proving is not None, "there is a checkpoint where there is a row"
                proof = proving(place, bytes.fromhex(salt))
                yield _encode({"receipt": self._addresses.receipt(seq), "proof": proof}) + b"\n"
                self._progress.at(count, of=totals.rows)

        return write_lines(desk.folder / PROOFS, lines())

    def write(self, desk: Desk, totals: Totals, vouched: Vouched, proofs: str) -> str:
        """Data, receipts, card and signed manifest of the rows, synced to disk; gives the manifest's hash."""
        folder = desk.folder
        hashes = {PROOFS: proofs, **self._write_rows(desk, totals)}
        hashes[RECEIPTS] = write_lines(folder / RECEIPTS, self._receipts(desk, totals))
        facts = self._facts(desk, totals)
        described = croissant(facts, dict(hashes), addresses=self._addresses)
        files: dict[str, Iterable[bytes]] = {
            "README.md": [card(facts, addresses=self._addresses).encode()],
            "croissant.json": [described],
            "VERIFY.md": [
                guide(self._addresses, vouched.signer.key, parquet=self._formats == ("parquet",)).encode()
            ],
            "consent/key": [f"{vouched.signer.key.text}\n".encode()],
            **_terms(totals),
        }
        # Of rows that an earlier turn still had.
        (folder / CHECKPOINT).unlink(missing_ok=True)
        shutil.rmtree(folder / TERMS, ignore_errors=True)
        if vouched.checkpoint is not None:
            files[CHECKPOINT] = [vouched.checkpoint.note.encode()]
        hashes |= {name: write_lines(folder / name, lines) for name, lines in files.items()}
        manifest = "".join(f"{hashes[name]}  {name}\n" for name in sorted(hashes))
        sha256 = write_lines(folder / MANIFEST, [manifest.encode()])
        write_lines(folder / f"{MANIFEST}.sig", [vouched.signer.note(manifest).encode()])
        sync(folder)
        return sha256

    def _write_rows(self, desk: Desk, totals: Totals) -> dict[str, str]:
        """The data, in every form that is wanted, in one go; gives the hashes of the files."""
        self._progress.begin("writing")
        hashes: dict[str, str] = {}
        with ExitStack() as stack:
            rows = self._rows(desk, totals)
            shards = None
            if "parquet" in self._formats:
                shards = stack.enter_context(Shards(desk.folder / "data"))
                rows = _passing_by(rows, shards.add)
            if "jsonl" in self._formats:
                hashes[DATA] = write_lines(desk.folder / DATA, (_encode(row) + b"\n" for row in rows))
            else:
                for _ in rows:
                    pass
            if shards is not None:
                hashes |= {f"data/{path.name}": _sha256(path) for path in shards.finish()}
        return hashes

    def _rows(self, desk: Desk, totals: Totals) -> Iterator[Row]:
        ref = _author_refs(desk)
        desk.bench.rows.seek(0)
        written = 0
        for standing, line in zip(desk.bench.standings(), desk.bench.rows, strict=True):
            if standing.state == IN:
                yield _finished(_decode(line), standing, ref(standing.author))
                written += 1
                self._progress.at(written, of=totals.rows)

    def _receipts(self, desk: Desk, totals: Totals) -> Iterator[bytes]:
        self._progress.begin("writing receipts")
        desk.bench.receipts.seek(0)
        written = 0
        for state, line in zip(desk.bench.present(), desk.bench.receipts, strict=True):
            if state:
                yield line
                written += 1
                self._progress.at(written, of=totals.rows)

    def _facts(self, desk: Desk, totals: Totals) -> Facts:
        return Facts(
            totals=totals,
            name=self._name,
            terms=_versions(totals),
            filters=self._filters,
            formats=self._formats,
            scored=self._detector.works,
            near=desk.likeness.works,
        )


def secret(tx: Tx, addresses: Addresses) -> bytes:
    """A secret that every node has, derived from the server's own private key; it changes with that key."""
    server = instance_actor(tx, addresses)
    private = [key.private_key for key in actors.keys_of(tx, server.id) if key.private_key] if server else []
    return hmac.digest(b"fediverse-node dataset author_ref", "".join(private[:1]).encode(), "sha256")


def _line(found: Eligible, row: Row, *, number: int) -> Line:
    post = found.post
    return Line(
        post.id,
        number,
        post.uri,
        post.actor_id,
        post.revision,
        row.ai_disclosure,
        post.sensitive,
        found.granted.entry.seq,
        row.log_index,
        row.log_salt,
        post.in_reply_to_id,
        row.language,
        row.license,
        row.consented_at,
        row.terms_version,
        digest_of(row.text),
    )


def _finished(row: Row, standing: Standing, author_ref: str) -> Row:
    row.author_ref = author_ref
    row.dup_cluster = standing.cluster
    row.metadata.in_reply_to = standing.parent
    return row


def _author_refs(desk: Desk) -> Callable[[str], str]:
    """Makes names for authors that cannot be computed without the secret and differ between releases.

    The key is made from a secret of this server and from the rows themselves: a random key would
    make two exports of the same posts differ, and a key from the server's state would let posts that
    are not in the dataset show through.
    """
    about = hashlib.sha256()
    for fingerprint in desk.bench.fingerprints():
        about.update(fingerprint)
    key = hmac.digest(desk.secret, about.digest(), "sha256")

    @lru_cache(maxsize=1 << 14)
    def ref(uri: str) -> str:
        return hmac.digest(key, uri.encode(), "sha256").hex()[:32]

    return ref


def _versions(totals: Totals) -> tuple[terms.Terms, ...]:
    """The terms that the rows are under, the newest first; the present ones where there are no rows."""
    return tuple(each for each in terms.VERSIONS if each.id in totals.terms) or (terms.CURRENT,)


def _terms(totals: Totals) -> dict[str, list[bytes]]:
    return {f"{TERMS}/{each.id}.txt": [each.text.encode()] for each in _versions(totals)}


def _passing_by(rows: Iterator[Row], show: Callable[[Row], None]) -> Iterator[Row]:
    for row in rows:
        show(row)
        yield row


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
