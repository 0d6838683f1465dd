"""Families of tokens. What apps see of them is tested at the door."""

from __future__ import annotations

import base64
import hashlib
from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from fediverse_node.accounts import queries as accounts
from fediverse_node.oauth import apps, grants, permissions, tables, tokens
from fediverse_node.oauth.model import App, Issued
from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Tx
from tests.fixtures.rooms import person

CALLBACK = "https://app.example/callback"


class Somebody:
    """An app, and somebody who lets it in."""

    def __init__(self, db: Database, app: App, account_id: int) -> None:
        self.db, self.app, self.account_id = db, app, account_id

    async def code(self, **changes: object) -> str:
        usual: dict[str, object] = {"scopes": ("read",), "redirect_uri": CALLBACK, "challenge": None}
        return await self.db.write(
            lambda tx: grants.allow(tx, self.account_id, self.app, **{**usual, **changes})  # type: ignore[arg-type] # a test may be wrong
        )

    async def exchange(self, code: str) -> Issued | None:
        return await self.db.write(
            lambda tx: grants.exchange(tx, self.app, code, redirect_uri=CALLBACK, verifier=None)
        )

    async def tokens(self) -> Issued:
        issued = await self.exchange(await self.code())
        assert issued is not None
        return issued

    async def refresh(self, token: str | None) -> Issued | None:
        return await self.db.write(lambda tx: grants.refresh(tx, self.app, token or ""))

    async def works(self, issued: Issued) -> bool:
        return await self.db.read(lambda tx: tokens.find(tx, issued.access_token)) is not None


@pytest.fixture
async def alice(db: Database) -> Somebody:
    def unit(tx: Tx) -> Somebody:
        account = accounts.create(tx, person(tx, "alice").id, password_hash=None)
        app, _ = apps.register(tx, name="Fern", redirect_uris=[CALLBACK], scopes=["read"])
        return Somebody(db, app, account.id)

    return await db.write(unit)


async def test_neither_codes_nor_tokens_are_in_the_database(alice: Somebody) -> None:
    code = await alice.code()
    issued = await alice.exchange(code)
    assert issued is not None

    def everything(tx: Tx) -> str:
        kept = (tables.grants, tables.access_tokens, tables.refresh_tokens)
        return repr([tx.all(sa.select(table)) for table in kept])

    rows = await alice.db.read(everything)
    for secret in (code, issued.access_token, str(issued.refresh_token)):
        assert secret not in rows
        assert secret not in repr(issued)


async def test_a_token_knows_its_app_and_its_family(alice: Somebody) -> None:
    issued = await alice.tokens()
    found = await alice.db.read(lambda tx: tokens.find(tx, issued.access_token))
    assert found is not None
    assert (found.client_id, found.app_name) == (alice.app.client_id, "Fern")
    assert found.grant_id is not None


async def test_the_end_of_everything_of_an_account_ends_codes_and_refresh_tokens_too(alice: Somebody) -> None:
    # OAU-14
    issued, waiting = await alice.tokens(), await alice.code()
    await alice.db.write(lambda tx: tokens.revoke_all(tx, alice.account_id))
    assert not await alice.works(issued)
    assert await alice.refresh(issued.refresh_token) is None
    assert await alice.exchange(waiting) is None


async def test_a_code_that_was_never_taken_is_no_app_that_was_let_in(alice: Somebody) -> None:
    await alice.code()
    assert await alice.db.read(lambda tx: permissions.of_account(tx, alice.account_id)) == []
    await alice.tokens()
    [found] = await alice.db.read(lambda tx: permissions.of_account(tx, alice.account_id))
    assert (found.kind, found.name, found.scopes) == ("grant", "Fern", ("read",))


async def test_a_chain_of_refresh_tokens_holds_as_long_as_each_is_used_once(alice: Somebody) -> None:
    issued = await alice.tokens()
    for _ in range(3):
        renewed = await alice.refresh(issued.refresh_token)
        assert renewed is not None
        assert not await alice.works(issued)
        issued = renewed
    assert await alice.works(issued)


async def test_a_code_lives_for_ten_minutes(alice: Somebody) -> None:
    # OAU-07
    code = await alice.code()

    def age(tx: Tx) -> None:
        then = tx.now - grants.CODE_LIFETIME - timedelta(seconds=1)
        tx.execute(tables.grants.update().values(created_at=then))

    await alice.db.write(age)
    assert await alice.exchange(code) is None


@given(st.text(alphabet=st.characters(min_codepoint=33, max_codepoint=126), min_size=43, max_size=128))
def test_a_verifier_proves_its_own_challenge_only(verifier: str) -> None:
    # OAU-06
    digest = hashlib.sha256(verifier.encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    assert grants._proves(verifier, challenge)
    assert not grants._proves(f"{verifier}x", challenge)
    assert not grants._proves(challenge, challenge)  # which would be `plain`
    assert not grants._proves(None, challenge)
    assert not grants._proves(verifier, None)
    assert grants._proves(None, None)
