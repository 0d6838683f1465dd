"""A file that somebody brings: a list, an outbox, or a whole archive. One way in for every door."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import IO, Final

from fediverse_node.accounts import queries as accounts
from fediverse_node.actors.model import Actor
from fediverse_node.archive import bring, csvs, past, unbox
from fediverse_node.archive.bring import Plan
from fediverse_node.archive.contents import ACTOR, OUTBOX
from fediverse_node.archive.csvs import FILES, ListKind
from fediverse_node.archive.gallery import Gallery
from fediverse_node.archive.unpack import Shelf, Taken, take_over
from fediverse_node.federation.outbox.desk import Desk
from fediverse_node.kernel.errors import NotValid, TooLarge
from fediverse_node.uploads.intake import Uploads

_WANTED: Final = frozenset({ACTOR, OUTBOX, *FILES.values()})
#: Bytes of each but the outbox: six that large would take most of a gigabyte of memory.
_MOST: Final = {ACTOR: past.MAX_ITEM, **dict.fromkeys(FILES.values(), csvs.MAX_BYTES)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """How a file is to be taken.

    Attributes:
        name: how its owner calls the file.
        kind: which list it is; None where its name or first line says it.
        replacing: what is not in the list ends.
        dry_run: nothing changes; what would is said.
    """

    name: str
    kind: ListKind | None = None
    replacing: bool = False
    dry_run: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """What a file held, and what became (or would become) of it."""

    plans: tuple[Plan, ...] = ()
    taken: Taken | None = None


def _quiet(_: str) -> None:
    """Tell nobody."""


async def arrive(
    desk: Desk,
    actor: Actor,
    file: IO[bytes],
    wanted: Wanted,
    *,
    uploads: Uploads | None = None,
    progress: Callable[[str], None] = _quiet,
) -> Arrived:
    """Take in *file* for *actor*; with *uploads* the pictures of an archive, too.

    Raises:
        NotValid: it is none of the files that are understood, or cannot be read.
        TooLarge: it is larger than such files are.
        NotAllowed: the account has moved away.
    """
    head = await asyncio.to_thread(_head, file)
    is_box, is_json = unbox.is_box(head), wanted.name.endswith(".json") or head.lstrip().startswith(b"{")
    if not is_box and not is_json:
        data = await _bytes(file, csvs.MAX_BYTES)
        return Arrived(plans=(await _list(desk, actor, data, wanted),))
    if wanted.kind is not None or wanted.replacing:
        raise NotValid("An archive adds to what is there. Lists are chosen, and replaced, one by one.")
    shelf = Shelf(db=desk.db, addresses=desk.addresses, author=actor, dry_run=wanted.dry_run)
    if not is_box:
        outbox = await _bytes(file, unbox.MAX_FILE)
        return Arrived(taken=await take_over(shelf, outbox, None, progress=progress))
    progress("opening the archive")
    files = (await asyncio.to_thread(unbox.unbox, file, _WANTED, most=_MOST)).files
    if not set(files) - {ACTOR}:
        raise NotValid("There is nothing in this archive that is understood: no outbox.json and no list.")
    taken = None
    if OUTBOX in files:
        shelf = replace(shelf, gallery=await _gallery(desk, actor, file, uploads))
        taken = await take_over(shelf, files[OUTBOX], files.get(ACTOR), progress=progress)
    plans = [
        await _list(desk, actor, files[name], Wanted(name=name, kind=kind, dry_run=wanted.dry_run))
        for kind, name in FILES.items()
        if name in files
    ]
    return Arrived(plans=tuple(plans), taken=taken)


async def _gallery(desk: Desk, actor: Actor, file: IO[bytes], uploads: Uploads | None) -> Gallery | None:
    account = await desk.db.read(lambda tx: accounts.by_actor(tx, actor.id))
    if uploads is None or account is None:
        return None
    source = await asyncio.to_thread(unbox.Pictures, file)
    return Gallery(uploads=uploads, account_id=account.id, source=source)


async def _list(desk: Desk, actor: Actor, data: bytes, wanted: Wanted) -> Plan:
    kind = wanted.kind or csvs.kind_of(wanted.name, data)
    listed = csvs.read(kind, data, own_domain=desk.addresses.domain)
    doing = bring.plan if wanted.dry_run else bring.bring
    return await doing(desk, actor, listed, replacing=wanted.replacing)


def _head(file: IO[bytes]) -> bytes:
    head = file.read(64)
    file.seek(0)
    return head


async def _bytes(file: IO[bytes], limit: int) -> bytes:
    data = await asyncio.to_thread(file.read, limit + 1)
    if len(data) > limit:
        raise TooLarge(f"Such a file has at most {limit >> 20} MiB.")
    return data
