"""One export, step by step. Each step runs on a thread, and none holds more than a page of rows."""

from __future__ import annotations

import hashlib
import hmac
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Final, NamedTuple

from fediverse_node.actors import queries as actors
from fediverse_node.actors.addresses import Addresses
from fediverse_node.actors.local import instance_actor
from fediverse_node.config.sections import Config
from fediverse_node.consent import terms
from fediverse_node.export import resuming
from fediverse_node.export.album import Album
from fediverse_node.export.card import Facts, card
from fediverse_node.export.croissant import croissant
from fediverse_node.export.duplicates import Likeness, digest_of, find_duplicates
from fediverse_node.export.eligible import PAGE, Authors, Eligible, all_eligible, changed
from fediverse_node.export.filters import Filters
from fediverse_node.export.folder import MANIFEST, sync, write_lines
from fediverse_node.export.guide import guide
from fediverse_node.export.languages import Detector
from fediverse_node.export.parquet import Shards
from fediverse_node.export.progress import Progress
from fediverse_node.export.row import Late, Row, row_of
from fediverse_node.export.spool import Spool
from fediverse_node.export.totals import Totals
from fediverse_node.export.vouching import Vouched, vouch
from fediverse_node.export.workbench import IN, Line, Workbench
from fediverse_node.kernel.errors import NotValid
from fediverse_node.receipts import paths
from fediverse_node.storage.tx import Tx

DATA: Final = "data/train.jsonl"
RECEIPTS: Final = "consent/receipts.jsonl"
PROOFS: Final = "consent/proofs.jsonl"
CHECKPOINT: Final = "consent/checkpoint"
TERMS: Final = "consent/terms"
#: Rows after which what was collected is kept, whatever happens.
KEEP_EVERY: Final = 10_000


class Desk(NamedTuple):
    """Where one export is written: the hidden folder, its rows, and the secret for `author_ref`."""

    folder: Path
    bench: Workbench
    likeness: Likeness
    secret: bytes
    album: Album


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
        """Put everything that may go out onto the *bench*, in one snapshot, from where it was left off."""
        left = bench.discarded or bench.count > 0
        after, likeness, spool = resuming.go_on(tx, bench), Likeness(bench), self._spool(bench)
        count = kept = bench.count
        if left:
            self._progress.say(f"going on, posts so far: {count:,}" if count else "beginning anew")
        self._progress.begin("collecting")
        for last, page in all_eligible(tx, self._filters, after=after):
            if stop.is_set():
                return likeness
            made = [
                (found, row_of(found, addresses=self._addresses, detector=self._detector)) for found in page
            ]
            rows = [(found, row) for found, row in made if row is not None and self._wanted(row)]
            lines = [
                _line(found, row, number=number) for number, (found, row) in enumerate(rows, start=count)
            ]
            spool.add([row for _, row in rows], [found.receipt.document or "" for found, _ in rows])
            likeness.add([row.text for _, row in rows], [line.digest for line in lines])
            bench.add(lines, {(found.author.id, found.author.uri) for found, _ in rows})
            count += len(rows)
            after = last
            if count - kept >= KEEP_EVERY:
                bench.keep(after)
                kept = count
            self._progress.at(count)
        bench.keep(after)
        return likeness

    def _spool(self, bench: Workbench) -> Spool:
        return Spool(bench, self._formats)

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
        return desk.album.joined(totals)

    def look_again(self, tx: Tx, desk: Desk, totals: Totals) -> int:
        """Take out whatever has changed since, and say how many rows that were."""
        self._progress.begin("checking again")
        gone: list[int] = []
        seen = 0
        authors = Authors(tx)
        for page in desk.bench.unchanged():
            gone += changed(tx, page, authors)
            seen += len(page)
            self._progress.at(seen, of=totals.rows + totals.repeated)
        desk.bench.take_out(gone)
        return len(gone) + desk.album.look_again(tx)

    def vouch(self, tx: Tx, totals: Totals) -> Vouched:
        """What shows that the receipts of the rows are in the log, and who signs for it."""
        return vouch(tx, self._addresses, totals.last_place)

    def prove(self, tx: Tx, desk: Desk, totals: Totals, vouched: Vouched) -> dict[str, str]:
        """Write the proofs of the rows and of the pictures; gives the hashes of those files."""
        self._progress.begin("proving")
        if vouched.checkpoint is None:
            return {PROOFS: write_lines(desk.folder / PROOFS, [])}
        proving = paths.prover(tx, vouched.checkpoint, in_json=True)
        receipt, count = self._addresses.receipt, 0

        def lines() -> Iterator[bytes]:
            nonlocal count
            for page in desk.bench.places():
                yield "".join(
                    [
                        f'{{"receipt":"{receipt(seq)}","proof":"{proving(place, bytes.fromhex(salt))}"}}\n'
                        for seq, place, salt in page
                    ]
                ).encode()
                count += len(page)
                self._progress.at(count, of=totals.rows)

        hashes = {PROOFS: write_lines(desk.folder / PROOFS, lines())}
        return hashes | desk.album.prove(desk.folder, paths.prover(tx, vouched.checkpoint))

    def write(self, desk: Desk, totals: Totals, vouched: Vouched, proofs: dict[str, str]) -> str:
        """Data, receipts, card and signed manifest of the rows, synced to disk; gives the manifest's hash."""
        folder = desk.folder
        hashes = {**proofs, **self._write_rows(desk, totals)}
        hashes |= desk.album.write(folder, _author_refs(desk))
        hashes[RECEIPTS] = write_lines(folder / RECEIPTS, self._receipts(desk, totals))
        facts = self._facts(desk, totals)
        described = croissant(facts, dict(hashes), addresses=self._addresses)
        files: dict[str, Iterable[bytes]] = {
            "README.md": [card(facts, addresses=self._addresses).encode()],
            "croissant.json": [described],
            "VERIFY.md": [
                guide(
                    self._addresses,
                    vouched.signer.key,
                    parquet=self._formats == ("parquet",),
                    pictures=totals.pictures > 0,
                ).encode()
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
        spool = self._spool(desk.bench)
        if "jsonl" in self._formats:
            lines = spool.lines(self._told(desk, totals))
            hashes[DATA] = write_lines(desk.folder / DATA, lines)
        if "parquet" in self._formats:
            with Shards(desk.folder / "data") as shards:
                for batch in spool.batches(self._told(desk, totals)):
                    shards.add(batch)
                hashes |= {f"data/{path.name}": _sha256(path) for path in shards.finish()}
        return hashes

    def _told(self, desk: Desk, totals: Totals) -> Iterator[Late | None]:
        """What each row on the bench is told last; None for those that are not in."""
        ref = _author_refs(desk)
        written = 0
        for standing in desk.bench.standings():
            if standing.state != IN:
                yield None
                continue
            pictures = desk.album.keys_of(standing.uri) if totals.pictures else None
            yield Late(ref(standing.author), standing.cluster, standing.parent, pictures)
            written += 1
            if not written % PAGE:
                self._progress.at(written, of=totals.rows)
        self._progress.at(written, of=totals.rows)

    def _receipts(self, desk: Desk, totals: Totals) -> Iterator[bytes]:
        self._progress.begin("writing receipts")
        written = 0
        for page in self._spool(desk.bench).receipts(desk.bench.present()):
            yield page
            written += page.count(b"\n")
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
        # Of a text that is composed already, it is known.
        bytes.fromhex(row.content_sha256) if row.text.isascii() else digest_of(row.text),
        row.author_name,
    )


def _author_refs(desk: Desk) -> Callable[[str], str]:
    """Makes names for authors that cannot be computed without the secret and differ between releases.

    The key is made from a secret of this server and from the rows themselves: a random key would
    make two exports of the same posts differ, and a key from the server's state would let posts that
    are not in the dataset show through.
    """
    about = hashlib.sha256()
    for fingerprint in chain(desk.bench.fingerprints(), desk.album.fingerprints()):
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


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
