from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from fediverse_node.credentials import certificates, process
from fediverse_node.credentials.keeper import Keeper, Wish
from fediverse_node.kernel.errors import NotValid
from fediverse_node.storage.database import Database
from tests.fixtures import rooms

db = rooms.db


def keeper(db: Database, wish: Wish) -> Keeper:
    return Keeper(db, host="here.example", wish=wish)


async def test_the_key_is_made_once_and_stays(db: Database) -> None:
    first = await keeper(db, Wish(enabled=True)).signer()
    again = await keeper(db, Wish(enabled=True)).signer()
    assert first is not None
    assert again is not None
    assert first.certificates == again.certificates
    assert first.dump_private() == again.dump_private()


async def test_nobody_signs_where_it_is_off_or_the_extra_is_missing(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await keeper(db, Wish()).signer() is None
    monkeypatch.setattr(process, "is_installed", lambda: False)
    assert await keeper(db, Wish(enabled=True)).signer() is None


async def test_the_operators_own_comes_first_and_half_of_it_is_refused(db: Database, tmp_path: Path) -> None:
    theirs = certificates.make("operator.example", now=datetime.now(UTC))
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    key.write_text(theirs.dump_private())
    certificate.write_text(theirs.certificates)
    wish = Wish(enabled=True, key_file=str(key), certificate_file=str(certificate))
    found = await keeper(db, wish).signer()
    assert found is not None
    assert found.name == "operator.example"
    with pytest.raises(NotValid, match="cannot be read"):
        await keeper(db, Wish(enabled=True, key_file=str(key))).signer()
