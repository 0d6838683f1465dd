from __future__ import annotations

import pytest

from fediverse_node.accounts.passwords import check_password, hash_password
from fediverse_node.kernel.errors import NotValid

PASSWORD = "correct horse battery"


def test_the_right_password_passes_and_another_does_not() -> None:
    stored = hash_password(PASSWORD)

    assert check_password(PASSWORD, stored)
    assert not check_password(PASSWORD + "x", stored)


def test_the_hash_is_argon2id_and_salted() -> None:
    one, other = hash_password(PASSWORD), hash_password(PASSWORD)

    assert one.startswith("$argon2id$")
    assert one != other
    assert PASSWORD not in one


@pytest.mark.parametrize("length", [11, 257])
def test_too_short_and_too_long_are_refused(length: int) -> None:
    with pytest.raises(NotValid, match="12 to 256"):
        hash_password("x" * length)


@pytest.mark.parametrize("length", [12, 256])
def test_the_bounds_themselves_are_accepted(length: int) -> None:
    assert check_password("x" * length, hash_password("x" * length))


def test_a_broken_hash_is_no_match() -> None:
    assert not check_password(PASSWORD, "not a hash")
