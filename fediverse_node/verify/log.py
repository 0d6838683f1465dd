"""A node's whole log: its signature, its growth, its lines, and that receipts and feeds say the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import rfc8785

from fediverse_node.activitystreams.load import JsonDict, load_json
from fediverse_node.kernel.clock import parse_rfc3339
from fediverse_node.kernel.errors import NodeError, NotValid
from fediverse_node.signatures import merkle, notes, tlog
from fediverse_node.signatures.notes import NoteKey
from fediverse_node.signatures.tlog import TILE_WIDTH, Checkpoint
from fediverse_node.verify import receipt as one
from fediverse_node.verify.findings import Report
from fediverse_node.verify.reading import MOST_LINES, Reader
from fediverse_node.verify.status import bits_of
from fediverse_node.verify.witnesses import check_witnesses

_FIELDS: Final = {"v", "kind", "ts", "commit"}
_KINDS: Final = {"grant", "withdraw", "supersede", "erase", "deny"}
#: Bytes of a bundle of lines; ours have some 160 each.
_MAX_BUNDLE: Final = TILE_WIDTH * 1024
#: How many of one kind of mistake are named.
_NAMED: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is remembered of a log from an earlier look: its key and its last checkpoint, both as text."""

    key: str
    checkpoint: str


async def check_log(
    reader: Reader,
    report: Report,
    *,
    known: Known | None,
    now: datetime,
    witnesses: Sequence[NoteKey] = (),
) -> Known | None:
    """Check the log that *reader* reads, and that all *witnesses* vouch for it.

    Gives what to remember; None when its checkpoint does not hold.
    """
    key_text = (await reader.text("key")).strip()
    if known is not None:
        report.check(
            known.key == key_text,
            held="The log has the key that it had before.",
            broken="The log has another key than before. A log never changes its key.",
        )
    key = notes.read_key(known.key if known is not None else key_text)
    note = await reader.text("checkpoint")
    checkpoint = _checkpoint(note, key, reader, report)
    if checkpoint is None:
        return None
    check_witnesses(note, witnesses, report)
    lines = await _lines(reader, checkpoint.size)
    leaves = [merkle.leaf_hash(line) for line in lines]
    report.check(
        merkle.root(merkle.nodes_over(leaves), checkpoint.size) == checkpoint.root,
        held=f"The {checkpoint.size} lines of the log give the root that was signed.",
        broken="The lines of the log do not give the root that was signed.",
    )
    _check_growth(known, key, leaves, report)
    _check_lines(lines, report)
    await _check_receipts(reader, lines, report, now=now)
    return Known(key=key.text, checkpoint=note)


def _checkpoint(note: str, key: NoteKey, reader: Reader, report: Report) -> Checkpoint | None:
    try:
        checkpoint = tlog.read_checkpoint(notes.open_note(note, key))
    except NotValid as error:
        report.broken(f"The checkpoint does not hold: {error}")
        return None
    named = checkpoint.origin == key.name == reader.log.partition("://")[2]
    report.check(
        named,
        held=f"The checkpoint over {checkpoint.size} lines is signed by the log {key.name}.",
        broken="The checkpoint or its key is of a log with another name.",
    )
    return checkpoint


async def _lines(reader: Reader, size: int) -> list[bytes]:
    if size > MOST_LINES:
        raise NotValid(f"The log has {size} lines. More than {MOST_LINES} are not read.")
    full, partial = divmod(size, TILE_WIDTH)
    widths = [TILE_WIDTH] * full + ([partial] if partial else [])
    found: list[bytes] = []
    for index, width in enumerate(widths):
        file = await reader.file(tlog.tile_path(None, index, width), limit=_MAX_BUNDLE)
        bundle = tlog.unpack_entries(file)
        if len(bundle) != width:
            raise NotValid("A bundle of the log has another number of lines than it should.")
        found += bundle
    return found


def _check_growth(known: Known | None, key: NoteKey, leaves: Sequence[bytes], report: Report) -> None:
    if known is None:
        return
    before = tlog.read_checkpoint(notes.open_note(known.checkpoint, key))
    nodes = merkle.nodes_over(leaves)
    report.check(
        before.size <= len(leaves) and merkle.root(nodes, before.size) == before.root,
        held=f"The log still begins with the {before.size} lines it had before.",
        broken=f"The log no longer begins with the {before.size} lines it had before: it was rewritten.",
    )


def _check_lines(lines: Sequence[bytes], report: Report) -> None:
    wrong = [index for index, line in enumerate(lines) if not _is_line(line)]
    report.check(
        not wrong,
        held="Every line has a kind, a time and a commitment, and nothing else.",
        broken=f"Lines that hold something else: {_some(wrong)}.",
    )


def _is_line(line: bytes) -> bool:
    try:
        found = load_json(line, limit=tlog.MAX_ENTRY)
        canonical = rfc8785.dumps(found)
    except (NodeError, ValueError):
        return False
    kind, ts = found.get("kind"), found.get("ts")
    return (
        found.keys() == _FIELDS
        and canonical == line
        and found["v"] == 1
        and isinstance(kind, str)
        and kind in _KINDS
        and isinstance(ts, str)
        and parse_rfc3339(ts) is not None
    )


async def _check_receipts(reader: Reader, lines: Sequence[bytes], report: Report, *, now: datetime) -> None:
    listed = {_seq(line): line for line in await reader.lines("receipts.jsonl")}
    ended = {_seq(line): line for line in await reader.lines("revocations.jsonl")}
    missing = [index for index in range(len(lines)) if index not in listed]
    report.check(
        not missing,
        held="Every line of the log has its receipt, or says that it was erased.",
        broken=f"Lines without a receipt: {_some(missing)}.",
    )
    wrong = [index for index in range(len(lines)) if not _fits(listed.get(index), lines[index], now=now)]
    kept = sum(1 for index in range(len(lines)) if "receipt" in listed.get(index, {}))
    report.check(
        not wrong,
        held=f"The {kept} receipts that were not erased are signed and belong to their lines.",
        broken=f"Receipts that are not signed or do not belong to their lines: {_some(wrong)}.",
    )
    silent = [index for index, line in enumerate(lines) if _kind(line) != "grant" and index not in ended]
    report.check(
        not silent,
        held=f"The {len(ended)} ends of a yes are in the feed.",
        broken=f"Lines that end a yes and are not in the feed: {_some(silent)}.",
    )
    await _check_status(reader, listed, ended, report)


async def _check_status(
    reader: Reader, listed: Mapping[int, JsonDict], ended: Mapping[int, JsonDict], report: Report
) -> None:
    """Every receipt that the feed says has ended is so in the list of bits, and no other is."""
    if not listed:
        return
    places = {str(line.get("id")): index for index, line in listed.items()}
    revoked = _revoked(places, ended.values())
    bits = await bits_of(reader, max(listed) + 1)
    if bits != revoked:
        # Somebody may have withdrawn between the two answers.
        revoked = _revoked(places, await reader.lines("revocations.jsonl"))
    report.check(
        _revoked(places, ended.values()) <= bits <= revoked,
        held="The list of bits says the same as the feed.",
        broken=f"The list of bits says otherwise than the feed about lines {_some(sorted(bits ^ revoked))}.",
    )


def _revoked(places: Mapping[str, int], ended: Iterable[JsonDict]) -> set[int]:
    return {places[str(line["revokes"])] for line in ended if str(line.get("revokes")) in places}


def _fits(line: JsonDict | None, entry: bytes, *, now: datetime) -> bool:
    """Whether the receipt in *line* is whole and belongs to *entry*; one that was erased cannot be asked."""
    if line is None or "receipt" not in line:
        return line is not None and line.get("status") == "erased"
    document, salt = line["receipt"], line.get("salt")
    if not isinstance(document, dict) or not isinstance(salt, str):
        return False
    report = Report()
    try:
        claim = one.read(document)
        one.check_signature(claim, report, now=now)
        return report.exit_code == 0 and one.entry_of(claim, bytes.fromhex(salt)) == entry
    except (NotValid, ValueError):
        return False


def _kind(line: bytes) -> str:
    try:
        return str(load_json(line, limit=tlog.MAX_ENTRY).get("kind"))
    except NodeError:
        return ""


def _seq(line: JsonDict) -> int:
    seq = line.get("seq")
    if not isinstance(seq, int) or not 0 <= seq < MOST_LINES:
        raise NotValid("A line of a list does not say its place in the log.")
    return seq


def _some(places: Sequence[int]) -> str:
    named = ", ".join(map(str, places[:_NAMED]))
    return f"{named} and {len(places) - _NAMED} more" if len(places) > _NAMED else named
