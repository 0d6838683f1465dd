"""What can be checked: a receipt or a picture, a folder of receipts, an export, and a node."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from fediverse_node import __version__
from fediverse_node.activitystreams.load import JsonDict, load_json
from fediverse_node.kernel.clock import system_clock
from fediverse_node.kernel.errors import NodeError, NotNow, NotValid
from fediverse_node.kernel.urls import origin_of
from fediverse_node.outbound.client import Outbound
from fediverse_node.outbound.guard import AddressPolicy
from fediverse_node.signatures import cosignatures, notes
from fediverse_node.signatures.notes import NoteKey
from fediverse_node.verify import credentials
from fediverse_node.verify import dataset as exported
from fediverse_node.verify import receipt as one
from fediverse_node.verify.dataset import Copy
from fediverse_node.verify.files import bytes_of
from fediverse_node.verify.findings import Report
from fediverse_node.verify.log import Known, check_log
from fediverse_node.verify.reading import MAX_BYTES, Reader, text_of
from fediverse_node.verify.today import check_today


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What to check with.

    Attributes:
        proof: the receipt's `.tlog-proof`; None for the one beside the file.
        key: the log's verifier key, trusted; None to ask the log.
        known: a file that remembers the log from one look to the next.
        witnesses: verifier keys of witnesses, each of whom has to have cosigned the checkpoint.
        offline: nobody may be asked.
        lab: addresses of this machine and plain HTTP may be asked, too.
    """

    proof: Path | None = None
    key: str | None = None
    known: Path | None = None
    witnesses: tuple[str, ...] = ()
    offline: bool = False
    lab: bool = False


async def check(target: str, means: Means) -> Report:
    """Check *target*, and say what was found. Whatever stands in the way is a finding, too."""
    report = Report()
    async with _outbound(means) as outbound:
        try:
            trusted = notes.read_key(means.key) if means.key is not None else None
            demanded = tuple(cosignatures.read_key(text) for text in means.witnesses)
            desk = _Desk(outbound=outbound, means=means, key=trusted, report=report, witnesses=demanded)
            if not target.startswith(("https://", "http://")):
                await desk.path(Path(target))
            elif "/consent/receipts/" in target:
                await desk.address(target)
            elif credentials.is_address(target):
                await desk.picture(target)
            else:
                await desk.node(target)
        except (NodeError, OSError) as error:
            report.open(str(error))
    return report


def _outbound(means: Means) -> Outbound:
    loopback = (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128"))
    lab = AddressPolicy(allow_private_networks=loopback, allow_http=True)
    return Outbound(
        lab if means.lab else AddressPolicy(), user_agent=f"fediverse-node/{__version__} (verify)"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Desk:
    """One check under way."""

    outbound: Outbound
    means: Means
    key: NoteKey | None
    report: Report
    witnesses: tuple[NoteKey, ...] = ()

    async def node(self, target: str) -> None:
        """The whole log of the node at *target*."""
        reader, known = self._reader(f"{origin_of(target)}/consent"), _recall(self.means.known)
        if known is None and self.key is not None:
            self.report.check(
                (await reader.text("key")).strip() == self.key.text,
                held="The log has the key that was expected.",
                broken="The log has another key than was expected.",
            )
        seen = await check_log(reader, self.report, known=known, now=system_clock(), witnesses=self.witnesses)
        if self.means.known is not None and seen is not None and self.report.exit_code == 0:
            _remember(self.means.known, seen)

    async def address(self, target: str) -> None:
        """The receipt at *target*."""
        reader = self._reader(f"{origin_of(target)}/consent")
        answer = await reader.fetch(target)
        document = load_json(answer.body, limit=MAX_BYTES)
        try:
            proof = text_of((await reader.fetch(f"{target}.tlog-proof")).body)
        except NotNow:
            await self._receipt(
                document, None, missing="its node gives no proof of it now. Ask again in an hour."
            )
        else:
            await self._receipt(document, proof)

    async def picture(self, target: str) -> None:
        """The picture at *target*."""
        answer = await self._reader(origin_of(target)).fetch(target, limit=credentials.MAX_PICTURE)
        await asyncio.to_thread(credentials.check_bytes, answer.body, self.report)

    async def path(self, path: Path) -> None:
        """The receipt or picture in the file *path*; every receipt in that folder, or the export it is."""
        if await asyncio.to_thread(credentials.checked, path, self.report):
            return
        if exported.is_export(path):
            await self._export(exported.open_copy(path))
            return
        found = list(_receipts_in(path, self.means.proof))
        if not found:
            raise NotValid(f"There is no receipt in {path}.")
        for document, proof in found:
            await self._receipt(document, proof)

    async def _receipt(
        self, document: JsonDict, proof: str | None, *, missing: str = "there is no .tlog-proof beside it."
    ) -> None:
        claim, report = one.read(document), self.report
        one.check_signature(claim, report, now=system_clock())
        reader = None if self.means.offline else self._reader(claim.log)
        key = self.key
        if key is None and reader is not None:
            key = notes.read_key(await reader.text("key"))
        if proof is None:
            report.open(f"Whether it is in the log was not checked: {missing}")
        else:
            one.check_proof(claim, proof, key, report, witnesses=self.witnesses)
        if reader is None:
            report.open("Whether it still stands today was not checked: nobody was asked.")
        else:
            await check_today(reader, claim, report)

    async def _export(self, copy: Copy) -> None:
        reader, key = (None if self.means.offline else self._reader(copy.log)), self.key
        try:
            if key is None and reader is not None:
                key = notes.read_key(await reader.text("key"))
        except NodeError as error:
            self.report.open(f"The log was not asked for its key: {error}")
            reader = None
        if key is None:
            self.report.open("Whose key it is was not checked: the one beside the data is taken.")
        rows = exported.check_copy(
            copy, key or copy.key, self.report, now=system_clock(), witnesses=self.witnesses
        )
        if reader is None:
            self.report.open("Which rows were taken back since was not checked: nobody was asked.")
        else:
            await exported.check_since(reader, rows, self.report)

    def _reader(self, log: str) -> Reader:
        if self.means.offline:
            raise NotValid("An address cannot be checked without asking it.")
        return Reader(outbound=self.outbound, log=log)


def _receipts_in(path: Path, proof: Path | None) -> Iterator[tuple[JsonDict, str | None]]:
    """The receipts at *path*, each with its proof where there is one; what else lies in a folder is left."""
    if not path.exists():
        raise NotValid(f"There is no {path} here.")
    whole_folder = path.is_dir()
    for file in sorted(path.glob("**/*.json")) if whole_folder else [path]:
        document = load_json(bytes_of(file), limit=MAX_BYTES)
        if whole_folder and "logIndex" not in document:
            continue
        beside = proof or file.with_suffix(".tlog-proof")
        text = text_of(bytes_of(beside)) if proof is not None or beside.exists() else None
        yield document, text


def _recall(path: Path | None) -> Known | None:
    if path is None or not path.exists():
        return None
    found = load_json(bytes_of(path), limit=MAX_BYTES)
    key, checkpoint = found.get("key"), found.get("checkpoint")
    if not isinstance(key, str) or not isinstance(checkpoint, str):
        raise NotValid(f"{path} does not remember a log.")
    return Known(key=key, checkpoint=checkpoint)


def _remember(path: Path, seen: Known) -> None:
    found = {"key": seen.key, "checkpoint": seen.checkpoint}
    path.write_bytes(msgspec.json.format(msgspec.json.encode(found)) + b"\n")
