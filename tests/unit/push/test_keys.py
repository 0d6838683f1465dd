from __future__ import annotations

from datetime import UTC, datetime

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec

from fediverse_node.kernel.errors import NotValid
from fediverse_node.push import keys, sealing
from fediverse_node.push.tables import push_keys
from fediverse_node.storage.database import Database
from fediverse_node.storage.vault import NO_VAULT, Vault
from tests.fakes.push_service import vouched

NOW = datetime(2026, 1, 2, tzinfo=UTC)


async def test_there_is_one_key_for_good(db: Database) -> None:
    assert await db.read(keys.public) == ""
    assert await db.read(keys.load) is None
    await db.write(keys.ensure)
    first = await db.read(keys.load)
    await db.write(keys.ensure)
    again = await db.read(keys.load)
    assert first is not None
    assert again is not None
    assert first.public == again.public == await db.read(keys.public)
    assert len(first.public) == 87  # 65 bytes
    assert first.public not in repr(first.private)


async def test_it_is_sealed_where_there_is_a_key_for_that(db: Database) -> None:
    db.vault = Vault([bytes(32)])
    await db.write(keys.ensure)
    stored = await db.read(
        lambda tx: tx.scalar(push_keys.select().with_only_columns(push_keys.c.private_key))
    )
    assert stored.startswith("sealed:")
    assert await db.read(sealing.count_pending) == 0
    await db.read(sealing.require_open)
    assert await db.read(keys.load) is not None
    db.vault = NO_VAULT
    with pytest.raises(NotValid, match="sealed"):
        await db.read(sealing.require_open)


async def test_a_voucher_names_service_and_sender_and_ends(db: Database) -> None:
    await db.write(keys.ensure)
    key = await db.read(keys.load)
    assert key is not None
    jwt = keys.voucher(key, service="https://push.example", contact="mailto:a@b.example", now=NOW)
    assert vouched(jwt, key.public) == {
        "aud": "https://push.example",
        "exp": int((NOW + keys.GOOD_FOR).timestamp()),
        "sub": "mailto:a@b.example",
    }
    other = keys.ServerKey(private=ec.generate_private_key(ec.SECP256R1()), public=key.public)
    forged = keys.voucher(other, service="https://push.example", contact="mailto:a@b.example", now=NOW)
    with pytest.raises(InvalidSignature):
        vouched(forged, key.public)
