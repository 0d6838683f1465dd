from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from fediverse_node.kernel.errors import NotValid
from fediverse_node.signatures import notes

#: The example of golang.org/x/mod/sumdb/note, the implementation that the specification was made from.
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
SIGNATURE = "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
NOTE = f"{TEXT}\n\u2014 PeterNeumann {SIGNATURE}\n"
PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
NAME = "example.org/consent"


def test_the_note_of_an_implementation_that_is_not_ours_is_read() -> None:
    key = notes.read_key(PETER)

    assert notes.open_note(NOTE, key) == TEXT
    assert key.text == PETER


def test_what_we_sign_we_read() -> None:
    key = notes.key_of(NAME, PRIVATE)
    note = notes.sign("a\n\nb\n", NAME, PRIVATE)

    assert notes.open_note(note, notes.read_key(key.text)) == "a\n\nb\n"


def test_lines_of_witnesses_are_passed_over() -> None:
    witness = base64.b64encode(b"\x01\x02\x03\x04" + bytes(72)).decode()
    assert notes.open_note(f"{NOTE}\u2014 witness.example {witness}\n", notes.read_key(PETER)) == TEXT


@pytest.mark.parametrize(
    "note",
    [
        NOTE.replace("problem is", "problem was"),
        NOTE.replace("x08go/ZJ", "x08go/ZK"),
        NOTE.replace("PeterNeumann", "PeterNewmann"),
        NOTE.replace("\u2014 ", "- "),
        NOTE.replace("\n\n", "\n"),
        NOTE[:-1],
        NOTE.replace("think", "th\tink"),
        f"{TEXT}\n",
        "",
        f"{NOTE}{NOTE.rpartition(chr(10) * 2)[2].replace('ZJkuBS', 'ZJkuBT')}",
        TEXT + "\n" + f"\u2014 PeterNeumann {SIGNATURE}\n" * 33,
    ],
)
def test_what_the_key_did_not_sign_is_not_opened(note: str) -> None:
    with pytest.raises(NotValid):
        notes.open_note(note, notes.read_key(PETER))


@pytest.mark.parametrize(
    "text",
    [
        "",
        PETER.replace("c74f20a3", "c74f20a4"),
        PETER.replace("PeterNeumann", "Peter Neumann"),
        PETER.replace("+ARpc", "+BRpc"),
        PETER[:-4],
        PETER.replace("/", "!"),
    ],
)
def test_a_key_that_does_not_fit_together_is_refused(text: str) -> None:
    with pytest.raises(NotValid):
        notes.read_key(text)


@pytest.mark.parametrize(
    ("text", "name"), [("no newline", NAME), ("a\tb\n", NAME), ("a\n", "a b"), ("a\n", "a+b")]
)
def test_what_is_no_note_is_not_signed(text: str, name: str) -> None:
    with pytest.raises(ValueError, match="cannot be part of a note"):
        notes.sign(text, name, PRIVATE)
