"""The pictures of an export: tar files from a stranger, read member by member, and never unpacked."""

from __future__ import annotations

import hashlib
import re
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path
from typing import Final

from fediverse_node.activitystreams.load import JsonDict, load_json
from fediverse_node.kernel.errors import NodeError, NotValid
from fediverse_node.kernel.kinds import JPEG, PNG, WEBP
from fediverse_node.verify.files import MAX_LINE, lines_of
from fediverse_node.verify.findings import Report
from fediverse_node.verify.lines import Checking, Line, problem_of, read_line

RECEIPTS: Final = "consent/picture-receipts.jsonl"
PROOFS: Final = "consent/picture-proofs.jsonl"
TARS: Final = "pictures-*.tar"
#: Bytes of one picture that are read.
_LARGEST: Final = 128 << 20
#: How many pictures with something wrong are named one by one.
_NAMED: Final = 20
_KINDS: Final = {kind.ending: kind.media_type for kind in (JPEG, PNG, WEBP)}
_NAME: Final = re.compile(r"([0-9a-f]{64})\.(jpg|png|webp|json)", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sample:
    """A picture: its key, the ending of its name, its bytes, and what is said of it."""

    key: str
    ending: str
    data: bytes
    said: JsonDict


@dataclass(slots=True)
class _Seen:
    """What was looked at: which pictures each receipt is of, and how many are wrong."""

    names: dict[str, list[str]] = field(default_factory=dict)
    count: int = 0
    wrong: int = 0


def check_pictures(folder: Path, checking: Checking, report: Report) -> dict[str, list[str]]:
    """Check each picture in *folder*, where there are any. Gives which pictures each receipt is of."""
    seen = _Seen()
    for sample, receipt, proof in _lines(folder):
        seen.count += 1
        problem = _problem(sample, receipt, proof, checking, seen)
        if problem is not None:
            seen.wrong += 1
            if seen.wrong <= _NAMED:
                report.broken(problem)
    if seen.wrong > _NAMED:
        report.broken(f"Pictures with something wrong, besides those: {seen.wrong - _NAMED}.")
    if seen.count and not seen.wrong:
        report.held(
            f"Each of the {seen.count} pictures has its author's yes to these very bytes, and is signed."
        )
    return seen.names


def _problem(
    sample: _Sample | NotValid | None,
    receipt: bytes | None,
    proof: bytes | None,
    checking: Checking,
    seen: _Seen,
) -> str | None:
    """What is wrong with a picture, as a sentence that names it."""
    name = f"Picture {seen.count}"
    try:
        if isinstance(sample, NotValid):
            raise sample
        if sample is None or receipt is None or proof is None:
            raise NotValid("there are not as many pictures as receipts and proofs")
        name = f"{name} ({sample.key}.{sample.ending} of {sample.said.get('post')})"
        # Where a row has its own id, a picture has the post that it is in.
        found = read_line({**sample.said, "id": sample.said.get("post")}, receipt, proof)
        seen.names.setdefault(found.claim.id, []).append(name)
        problem = problem_of(found, checking, lambda line, _: _itself(sample, line))
    except NodeError as error:
        problem = f"cannot be checked: {error}"
    return None if problem is None else f"{name} {problem.rstrip('.')}."


def _itself(sample: _Sample, line: Line) -> str | None:
    """What is wrong with its bytes, or with the receipt's word about them."""
    if hashlib.sha256(sample.data).hexdigest() != sample.key or sample.said.get("sha256") != sample.key:
        return "has other bytes than its name is of"
    if sample.said.get("media_type") != _KINDS[sample.ending]:
        return "is said to be of another kind than its name is"
    named = line.claim.document.get("mediaSha256")
    if not isinstance(named, list) or sample.key not in named:
        return "has a receipt that does not name it"
    return None


def _lines(folder: Path) -> Iterator[tuple[_Sample | NotValid | None, bytes | None, bytes | None]]:
    receipts, proofs = (_lines_of(folder / name) for name in (RECEIPTS, PROOFS))
    yield from zip_longest(_in_order(_samples(folder)), receipts, proofs)


def _lines_of(path: Path) -> Iterator[bytes]:
    if path.exists():
        yield from lines_of(path)


def _in_order(samples: Iterator[_Sample | NotValid]) -> Iterator[_Sample | NotValid]:
    """The same; none twice, and none where nobody would look for it."""
    before = ""
    for sample in samples:
        if isinstance(sample, _Sample):
            if sample.key <= before:
                yield NotValid(f"{sample.key} is not in its place")
                continue
            before = sample.key
        yield sample


def _samples(folder: Path) -> Iterator[_Sample | NotValid]:
    """Each picture with what is said of it, or why there is none to be read."""
    for path in sorted((folder / "data").glob(TARS)):
        try:
            with tarfile.open(path, "r:") as tar:
                yield from _samples_in(tar)
        except (tarfile.TarError, OSError, EOFError, ValueError) as error:
            yield NotValid(f"{path.name} cannot be read", detail=str(error))


def _samples_in(tar: tarfile.TarFile) -> Iterator[_Sample | NotValid]:
    waiting: tuple[str, str, bytes] | None = None
    for member in tar:
        found = _NAME.fullmatch(member.name)
        if found is None or member.type != tarfile.REGTYPE or member.size > _LARGEST:
            yield NotValid(f"{member.name[:100]} is no part of a picture")
            continue
        file = tar.extractfile(member)
        data = file.read() if file is not None else b""
        key, ending = found.groups()
        if ending != "json":
            if waiting is not None:
                yield NotValid(f"nothing is said of {waiting[0]}")
            waiting = (key, ending, data)
        elif waiting is None or waiting[0] != key:
            yield NotValid(f"{member.name} speaks of no picture")
        else:
            yield _sample(*waiting, data)
            waiting = None
    if waiting is not None:
        yield NotValid(f"nothing is said of {waiting[0]}")


def _sample(key: str, ending: str, data: bytes, said: bytes) -> _Sample | NotValid:
    try:
        return _Sample(key=key, ending=ending, data=data, said=load_json(said, limit=MAX_LINE))
    except NotValid as error:
        return error
