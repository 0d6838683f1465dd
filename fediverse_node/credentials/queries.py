"""All SQL of the credentials room."""

from __future__ import annotations

import sqlalchemy as sa

from fediverse_node.credentials.signer import Signer
from fediverse_node.credentials.tables import credential_keys
from fediverse_node.storage.tx import Tx

_KEY_ID = 1


def own(tx: Tx) -> Signer | None:
    """The signer that this node made for itself, once it was needed."""
    columns = sa.select(credential_keys.c.name, credential_keys.c.private_key, credential_keys.c.certificates)
    row = tx.first(columns.where(credential_keys.c.id == _KEY_ID))
    if row is None:
        return None
    from fediverse_node.credentials import certificates  # noqa: PLC0415 see there

    return certificates.load(tx.vault.open(row[1], about=row[0]), row[2])


def keep(tx: Tx, name: str, made: Signer) -> Signer:
    """Keep *made*, unless there is one: of two processes that start at once, one makes it."""
    values = {
        "id": _KEY_ID,
        "name": name,
        "private_key": tx.vault.seal(made.dump_private(), about=name),
        "certificates": made.certificates,
        "created_at": tx.now,
    }
    tx.insert_new(credential_keys, values)
    found = own(tx)
    assert found is not None
    return found
