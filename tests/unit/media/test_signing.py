from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fediverse_node.kernel.errors import NotFound
from fediverse_node.media.signing import PREFIX, Signer

SIGNER = Signer("ab" * 32)
URL = "https://there.example/ä/a.png?x=1&y=%20"


def parts(path: str) -> tuple[str, str, str]:
    signature, owner, encoded = path.removeprefix(PREFIX).split("/")
    return signature, owner, encoded


@given(
    st.text(st.characters(codec="utf-8"), min_size=1, max_size=300),
    st.one_of(
        st.just("e"), st.integers(1, 2**63 - 1).map("p{}".format), st.integers(1, 99).map("a{}".format)
    ),
)
def test_what_was_signed_is_found_again(url: str, owner: str) -> None:
    assert SIGNER.open(*parts(SIGNER.path(owner, url))) == url


def test_every_part_is_signed() -> None:
    """DOS-16."""
    signature, owner, encoded = parts(SIGNER.path("p12", URL))
    other = parts(SIGNER.path("p12", URL + "x"))
    for forged in (
        (signature, "p13", encoded),
        (signature, "a12", encoded),
        (signature, owner, other[2]),
        (other[0], owner, encoded),
        ("", owner, encoded),
        ("é" * 16, owner, encoded),
        parts(Signer("cd" * 32).path("p12", URL)),
    ):
        with pytest.raises(NotFound):
            SIGNER.open(*forged)
    assert SIGNER.open(signature, owner, encoded) == URL


@pytest.mark.parametrize("owner", ["", "p", "p0", "p01", "x1", "e1", "p-1", "p1 ", "p" + "9" * 20])
def test_an_owner_is_written_in_one_way(owner: str) -> None:
    with pytest.raises(NotFound):
        SIGNER.open(*parts(SIGNER.path(owner, URL)))


def test_an_address_is_written_in_one_way() -> None:
    url = "https://there.example/a.png"
    signature, owner, encoded = parts(SIGNER.path("e", url))
    padded = base64.urlsafe_b64encode(url.encode()).decode()
    for other in ({padded} - {encoded}) | {encoded + "=", encoded + "A", encoded[:-1], "!", ""}:
        with pytest.raises(NotFound):
            SIGNER.open(signature, owner, other)
    assert SIGNER.open(signature, owner, encoded) == url


def test_what_is_too_long_for_an_address_is_none() -> None:
    with pytest.raises(NotFound):
        SIGNER.open(*parts(SIGNER.path("e", "https://there.example/" + "a" * 2048)))


def test_nodes_have_folders_of_their_own() -> None:
    assert SIGNER.tag != Signer("cd" * 32).tag
    assert SIGNER.tag == Signer("ab" * 32).tag
