from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fediverse_node.kernel.errors import NotValid
from fediverse_node.storage.vault import MARK, Vault

ONE, OTHER = bytes(range(32)), bytes(range(1, 33))


@given(secret=st.text(max_size=100), about=st.text(max_size=50))
def test_what_is_sealed_is_opened_for_what_it_is_about_and_nothing_else(secret: str, about: str) -> None:
    vault = Vault([ONE])
    stored = vault.seal(secret, about=about)

    assert stored.startswith(vault.prefix or "-")
    assert vault.open(stored, about=about) == secret
    with pytest.raises(NotValid):
        vault.open(stored, about=f"{about}x")


def test_the_same_is_never_sealed_the_same_way_twice() -> None:
    vault = Vault([ONE])

    first, second = vault.seal("secret", about="a"), vault.seal("secret", about="a")

    assert first != second
    assert "secret" not in first


def test_a_value_that_was_changed_anywhere_is_not_opened() -> None:
    vault = Vault([ONE])
    stored = vault.seal("secret", about="a")
    assert vault.prefix is not None
    hidden = base64.b64decode(stored.removeprefix(vault.prefix))
    for place in range(len(hidden)):
        spoilt = bytes(byte ^ (index == place) for index, byte in enumerate(hidden))
        with pytest.raises(NotValid):
            vault.open(f"{vault.prefix}{base64.b64encode(spoilt).decode()}", about="a")
    for cut in ("", "!", stored[-8:]):
        with pytest.raises(NotValid):
            vault.open(f"{vault.prefix}{cut}", about="a")


def test_a_key_is_replaced_by_one_that_seals_while_the_old_one_opens() -> None:
    before, between, after = Vault([ONE]), Vault([OTHER, ONE]), Vault([OTHER])
    stored = before.seal("secret", about="a")

    again = between.seal(between.open(stored, about="a"), about="a")

    assert after.open(again, about="a") == "secret"
    assert between.prefixes == (after.prefix, before.prefix)
    with pytest.raises(NotValid, match="does not hold"):
        after.open(stored, about="a")


def test_without_a_key_everything_stays_as_it_is() -> None:
    plain, vault = Vault(), Vault([ONE])

    assert plain.seal("secret", about="a") == "secret"
    assert plain.open("secret", about="a") == vault.open("secret", about="a") == "secret"
    assert plain.prefix is None
    with pytest.raises(NotValid):
        plain.open(vault.seal("secret", about="a"), about="a")


def test_a_key_has_32_bytes_and_never_shows() -> None:
    assert repr(Vault([b"k" * 32])) == "Vault(1 keys)"
    assert base64.b64encode(ONE).decode() not in Vault([ONE]).seal("x", about="a")
    with pytest.raises(NotValid):
        Vault([b"k" * 31])


def test_no_private_key_as_it_is_stored_looks_sealed() -> None:
    assert not "-----BEGIN PRIVATE KEY-----".startswith(MARK)
