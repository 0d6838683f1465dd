"""HTTP signatures of draft-cavage-http-signatures-12, as the fediverse speaks them.

What we send: `(request-target) host date`, with a body also `digest content-type`.
What we accept has to cover `(request-target)`, `host`, a time (`date`, or `(created)` under
hs2019) and, with a body, `digest`. The `Signature` header itself is not signed, so it is read
in one spelling only: known parameters once each, lower-case names, canonical base64.
"""

from __future__ import annotations

import re
from datetime import datetime

from fediverse_node.signatures.base import (
    ClaimedSignature,
    HttpMessage,
    KeyKind,
    SigningKey,
    decode_base64,
    encode_base64,
    refuse,
)
from fediverse_node.signatures.digest import digest_of
from fediverse_node.signatures.times import http_date, read_created, read_http_date, require_unexpired

_PARAMETER = re.compile(r'([a-zA-Z]+)=(?:"([\x20\x21\x23-\x5b\x5d-\x7e]*)"|([0-9]{1,15}))')
#: Signed where they are sent. The second says who follows whom (FEP-8fcf), and Mastodon signs it too.
_ALSO_COVERED = ("content-type", "collection-synchronization")
_SEPARATOR = re.compile(r", ?")
_STRINGS = frozenset({"keyId", "algorithm", "headers", "signature"})
_NUMBERS = frozenset({"created", "expires"})
#: Kind of key that each algorithm name demands; hs2019 and no name leave it to the key.
_KINDS: dict[str, KeyKind | None] = {"rsa-sha256": "rsa", "hs2019": None, "": None}


def sign(message: HttpMessage, key: SigningKey, *, now: datetime) -> tuple[tuple[str, str], ...]:
    """The headers to add to *message* so that peers believe it: Date, Digest, Signature.

    The client has to send `Host` as `message.authority`, and the target byte for byte. Sign anew
    for each attempt, as some peers give a signature one minute.

    Raises:
        ValueError: the message already has one of these headers.
    """
    added: tuple[tuple[str, str], ...] = (("Date", http_date(now)),)
    covered = ["(request-target)", "host", "date"]
    if message.needs_digest:
        added = (*added, ("Digest", digest_of(message.body)))
        covered.append("digest")
        covered += [name for name in _ALSO_COVERED if message.header_values(name)]
    text = _signing_string(message.about_to_send(*added), covered, message.target, {})
    value = (
        f'keyId="{key.key_id}",algorithm="{"rsa-sha256" if key.kind == "rsa" else "hs2019"}",'
        f'headers="{" ".join(covered)}",signature="{encode_base64(key.sign(text.encode("ascii")))}"'
    )
    return (*added, ("Signature", value))


def peek(message: HttpMessage, *, now: datetime) -> ClaimedSignature:
    """Read the `Signature` header of *message* and check everything that needs no key.

    Raises:
        SignatureRefused: unreadable, too little covered, outside the time window.
    """
    parameters = _parameters(message.covered_value("signature"))
    name = parameters.get("algorithm", "")
    if name not in _KINDS:
        refuse("algorithm", "The signature's algorithm is not one we know.")
    covered = _covered(parameters)
    _require_coverage(message, covered)
    created = _signed_time(message, covered, parameters, now)
    texts = [_signing_string(message, covered, target, parameters) for target in _targets(message)]
    return ClaimedSignature(
        message=message,
        scheme="cavage",
        key_id=parameters["keyId"],
        algorithm=_KINDS[name],
        created=created,
        covered=tuple(covered),
        signature=decode_base64(parameters["signature"]),
        bases=tuple(text.encode("ascii") for text in texts),
    )


def _parameters(text: str) -> dict[str, str]:
    """The parameters of a `Signature` header: strings in quotes, times without, none twice.

    Separated by `,` or, all of them, by `, `. An unknown name is refused: one changed letter in
    `algorithm` would otherwise make it an absent one.
    """
    found: dict[str, str] = {}
    separators: set[str] = set()
    position = 0
    while match := _PARAMETER.match(text, position):
        name, string, number = match.groups()
        if name in found or name not in (_STRINGS if number is None else _NUMBERS):
            refuse(
                "malformed",
                f"The signature parameter “{name[:32]}” is unknown, repeated or of the wrong kind.",
            )
        found[name] = string if number is None else number
        separator = _SEPARATOR.match(text, match.end())
        if separator is None:
            position = match.end()
            break
        separators.add(separator[0])
        position = separator.end()
    if position != len(text) or text.endswith(",") or len(separators) > 1:
        refuse("malformed", "The Signature header cannot be read.")
    if not found.get("keyId") or "signature" not in found:
        refuse("malformed", "The Signature header lacks keyId or signature.")
    return found


def _covered(parameters: dict[str, str]) -> list[str]:
    """Names of what was signed. Without `headers` that is the date alone, which is never enough."""
    covered = parameters.get("headers", "date").split(" ")
    if len(set(covered)) != len(covered) or any(name != name.lower() for name in covered):
        refuse("malformed", "The list of signed headers has repetitions or capitals.")
    return covered


def _require_coverage(message: HttpMessage, covered: list[str]) -> None:
    required = ["(request-target)", "host", *(["digest"] if message.needs_digest else [])]
    for name in required:
        if name not in covered:
            refuse("not-covered", f"The signature must cover {name}.")
    if "date" not in covered and "(created)" not in covered:
        refuse("not-covered", "The signature must cover date or (created).")


def _signed_time(
    message: HttpMessage, covered: list[str], parameters: dict[str, str], now: datetime
) -> datetime:
    """The signed time, after every time the signature states was found to be in order."""
    hs2019 = parameters.get("algorithm") == "hs2019"
    if not hs2019 and ("(created)" in covered or "(expires)" in covered):
        refuse("algorithm", "(created) and (expires) may be signed under hs2019 only.")
    signed: datetime | None = None
    if "date" in covered:
        date = read_http_date(message.covered_value("date"))
        signed = read_created(int(date.timestamp()), now)
    if "created" in parameters:
        created = read_created(int(parameters["created"]), now)
        signed = created if "(created)" in covered else signed
    if "expires" in parameters:
        require_unexpired(int(parameters["expires"]), now)
    if signed is None:
        refuse("time", "The signature states no time.")
    return signed


def _targets(message: HttpMessage) -> list[str]:
    """The target, and for a GET with a query also the path alone.

    Takahē, snac and Mastodon before 4.3 sign a GET without its query. That such a peer asks is
    proved all the same; which page it asks for is not, and `query_covered` says so. Never for a
    request that changes something, and never for an empty query, which nobody sends by mistake.
    """
    path, _, query = message.target.partition("?")
    if message.method in {"GET", "HEAD"} and query:
        return [message.target, path]
    return [message.target]


def _signing_string(message: HttpMessage, covered: list[str], target: str, parameters: dict[str, str]) -> str:
    """The text that is signed: section 2.3 of the draft."""
    lines = []
    for name in covered:
        if name == "(request-target)":
            value = f"{message.method.lower()} {target}"
        elif name in {"(created)", "(expires)"}:
            value = parameters.get(name[1:-1], "")
            if not value:
                refuse("header-absent", f"The signature covers {name}, which it does not state.")
        else:
            value = message.covered_value(name)
        lines.append(f"{name}: {value}")
    return "\n".join(lines)
