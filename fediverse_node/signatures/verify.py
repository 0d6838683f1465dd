"""The one way in for a signed request: `peek` without a key, then `check` with it.

Between the two the caller finds the key that `peek` named, from its cache or by a guarded fetch.
Both either return their value or raise; neither returns a yes or no that could be misread.
"""

from __future__ import annotations

import re
from datetime import datetime

from fediverse_node.signatures import cavage, rfc9421
from fediverse_node.signatures.base import (
    MAX_HEADER,
    ClaimedSignature,
    HttpMessage,
    VerificationKey,
    VerifiedSignature,
    is_plain,
    refuse,
)
from fediverse_node.signatures.digest import check_digests

_METHOD = re.compile(r"[A-Z]{1,16}")
_DEFAULT_PORT = {"https": "443", "http": "80"}


def peek(message: HttpMessage, *, expected_authority: str, now: datetime) -> ClaimedSignature:
    """Everything about the signature of *message* that can be known without its key.

    Checks the form of the request, that it is addressed to us, the digest over the body, that
    enough is covered and that the time is right.

    Args:
        message: the request as received, `target` raw and `scheme` the public one.
        expected_authority: our own `host[:port]` from the configuration, in lower case, without
            a default port; never something the request said.
        now: aware.

    Raises:
        SignatureRefused: see its `reason`.
    """
    _require_form(message)
    _require_authority(message, expected_authority)
    by_authorization = any(
        value.lstrip(" ")[:9].lower() == "signature" for value in message.header_values("authorization")
    )
    if not message.header_values("signature"):
        refuse("missing", "This request needs a Signature header.")
    if by_authorization:
        refuse("two-schemes", "The request is signed in two ways.")
    scheme = rfc9421.peek if message.header_values("signature-input") else cavage.peek
    claimed = scheme(message, now=now)
    check_digests(message)
    return claimed


def check(claimed: ClaimedSignature, message: HttpMessage, key: VerificationKey) -> VerifiedSignature:
    """Believe *claimed*, if *key* is the one it names and agrees.

    Args:
        claimed: what `peek` returned.
        message: the request it came from, the one that will be acted upon.
        key: found by `claimed.key_id`.

    Raises:
        SignatureRefused: the key or the message is another, the algorithm is not the key's, or the
            signature does not hold.
    """
    if message != claimed.message:
        refuse("other-message", "The signature belongs to another request.")
    if key.key_id != claimed.key_id:
        refuse("other-key", "The signature was made with another key.")
    if claimed.algorithm not in {None, key.kind}:
        refuse("algorithm", "The signature's algorithm is not that of its key.")
    # Nothing but True is a yes: other libraries have answered with numbers and objects.
    answers = (key.agrees(claimed.signature, base) is True for base in claimed.bases)
    agreed = next((number for number, yes in enumerate(answers) if yes), None)
    if agreed is None:
        refuse("bad-signature", "The signature does not match the request.")
    return VerifiedSignature(
        key_id=claimed.key_id,
        scheme=claimed.scheme,
        created=claimed.created,
        covered=claimed.covered,
        query_covered=agreed == 0,
    )


def _require_form(message: HttpMessage) -> None:
    """One spelling of the request line: draft-cavage would sign `post` for `Post` and `POST` alike.

    A target in absolute form is refused, since it can name another host than the Host header.
    """
    target = message.target
    if not _METHOD.fullmatch(message.method):
        refuse("message-form", "The method is not one we know.")
    if (
        len(target) > MAX_HEADER
        or not is_plain(target)
        or not target.startswith("/")
        or set(target) & set(" #")
    ):
        refuse("message-form", "The request target must be a path, optionally with a query.")


def _require_authority(message: HttpMessage, expected: str) -> None:
    """The request was made for us: otherwise one signed for a neighbour could be replayed here."""
    host = message.covered_value("host")
    if message.authority != expected or host not in {expected, f"{expected}:{_DEFAULT_PORT[message.scheme]}"}:
        refuse("authority", "The request is addressed to another server.")
