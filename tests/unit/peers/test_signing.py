from __future__ import annotations

import asyncio

from fediverse_node.peers import queries, signing
from fediverse_node.peers.model import Peer, Signing
from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Tx


async def test_only_servers_that_want_something_else_are_held_in_memory(db: Database) -> None:
    def unit(tx: Tx) -> dict[str, Signing]:
        signing.note_accepted(tx, "new.example", "rfc9421")
        signing.note_accepted(tx, "old.example", "cavage")
        queries.save(tx, Peer(host="plain.example", failures=2))
        return signing.unusual(tx)

    assert await db.write(unit) == {"new.example": "rfc9421"}
    assert await db.read(signing.counts) == {"rfc9421": 1, "cavage": 1}


async def test_what_a_server_says_is_believed_until_it_proves_wrong(db: Database) -> None:
    def unit(tx: Tx) -> list[Signing | None]:
        seen = []
        for way in ("ed25519", None):
            signing.note_advertised(tx, "x.example", "ed25519" if way else None)
            seen.append(signing.unusual(tx).get("x.example"))
        signing.note_accepted(tx, "x.example", "cavage")
        signing.note_advertised(tx, "x.example", "ed25519")
        seen.append(signing.unusual(tx).get("x.example"))
        signing.note_advertised(tx, "x.example", "rfc9421")
        seen.append(signing.unusual(tx).get("x.example"))
        return seen

    assert await db.write(unit) == ["ed25519", "ed25519", None, "rfc9421"]


async def test_reaching_a_server_and_signing_for_it_do_not_overwrite_each_other(db: Database) -> None:
    def unit(tx: Tx) -> Peer | None:
        queries.save(tx, Peer(host="x.example", failures=3, signing="rfc9421"))
        signing.note_accepted(tx, "x.example", "ed25519")
        return queries.by_host(tx, "x.example")

    found = await db.write(unit)
    assert found is not None
    assert (found.failures, found.signing) == (3, "ed25519")


async def test_a_bell_says_that_something_is_different(db: Database) -> None:
    bell = db.bell(signing.BELL)
    await db.write(lambda tx: signing.note_advertised(tx, "x.example", "rfc9421"))
    async with asyncio.timeout(60):
        await bell.wait()
    bell.clear()
    await db.write(lambda tx: signing.note_advertised(tx, "x.example", "rfc9421"))
    assert not bell.is_set()
