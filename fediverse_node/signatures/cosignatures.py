"""Cosignatures (C2SP tlog-cosignature, the kind with Ed25519): a witness's word on a checkpoint.

It says that the checkpoint is the longest the witness has seen of this log, at the time that stands in it,
and that it goes on from all that the witness had seen before.
"""

from __future__ import annotations

from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from fediverse_node.kernel.errors import NotValid
from fediverse_node.kernel.urls import split_http
from fediverse_node.signatures import notes
from fediverse_node.signatures.notes import COSIGNATURE, NoteKey

#: Bytes before the signature proper: seconds since 1970, big-endian.
_TIME: Final = 8
_SIGNATURE: Final = 64
_MAX_TIME: Final = (1 << 63) - 1


def key_of(name: str, private: Ed25519PrivateKey) -> NoteKey:
    """By which others check the cosignatures of *name*."""
    return notes.key_of(name, private, kind=COSIGNATURE)


def read_key(text: str) -> NoteKey:
    """A witness's verifier key.

    Raises:
        NotValid: it is none, or of another kind.
    """
    return notes.read_key(text, kind=COSIGNATURE)


def read_witness(text: str) -> tuple[NoteKey, str]:
    """A witness as operators write one down: its key, a space, and its address, given without the last slash.

    Raises:
        NotValid: it is none.
    """
    key, _, url = text.partition(" ")
    split_http(url)
    return read_key(key), url.rstrip("/")


def cosign(text: str, name: str, private: Ed25519PrivateKey, *, at: int) -> str:
    """The line that *name* adds below the note of *text*, at *at* (seconds since 1970)."""
    return notes.line_of(key_of(name, private), at.to_bytes(_TIME, "big") + private.sign(_message(text, at)))


def time_of(note: str, key: NoteKey) -> int | None:
    """When *key* last cosigned *note*, in seconds since 1970; None where it did not.

    Raises:
        NotValid: it is no note, or a cosignature in the name of *key* does not hold.
    """
    text, found = notes.signatures_of(note, key)
    return max((_checked(text, each, key) for each in found), default=None)


def line_in(answer: str, note: str, key: NoteKey) -> str:
    """The line of *key* in a witness's *answer* about *note*, in the one spelling.

    Raises:
        NotValid: the answer is none, or there is none of *key*, or it does not hold.
    """
    text, _ = notes.signatures(note)
    try:
        _, found = notes.signatures_of(f"{text}\n{answer}", key)
    except NotValid as error:
        raise NotValid("The answer of this witness is no list of signatures.") from error
    if not found:
        raise NotValid("The answer of this witness has no signature of its key.")
    for each in found:
        _checked(text, each, key)
    return notes.line_of(key, found[-1])


def names_in(note: str) -> list[str]:
    """In whose names there are lines below *note* that are as long as cosignatures.

    Raises:
        NotValid: it is no note.
    """
    _, found = notes.signatures(note)
    return [name for name, signature in found if len(signature) == 4 + _TIME + _SIGNATURE]


def _checked(text: str, signature: bytes, key: NoteKey) -> int:
    at = int.from_bytes(signature[:_TIME], "big")
    if len(signature) != _TIME + _SIGNATURE or at > _MAX_TIME:
        raise NotValid("A cosignature of this checkpoint cannot be read.")
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(signature[_TIME:], _message(text, at))
    except InvalidSignature as error:
        raise NotValid("A cosignature of this checkpoint does not hold.") from error
    return at


def _message(text: str, at: int) -> bytes:
    return f"cosignature/v1\ntime {at}\n{text}".encode()
