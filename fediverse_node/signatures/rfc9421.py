"""HTTP Message Signatures of RFC 9421, in the form that Mastodon asks for.

One signature with `created` and `keyid`, over `@method`, `@target-uri` and, with a body, its
`content-digest`; header fields and the plain derived components besides, none with parameters.
`Signature-Input` has to be in its canonical spelling (section 2.3 and RFC 9651 section 4.1):
then what was read, what was signed and what was sent are one text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

import http_sf

from fediverse_node.signatures.base import (
    ClaimedSignature,
    HttpMessage,
    KeyKind,
    SigningKey,
    decode_base64,
    encode_base64,
    refuse,
)
from fediverse_node.signatures.digest import content_digest_of
from fediverse_node.signatures.times import read_created, require_unexpired

_LABEL = "sig1"
#: Names of the RFC's registry for what our two kinds of key do.
_ALGORITHM_OF: dict[KeyKind, str] = {"rsa": "rsa-v1_5-sha256", "ed25519": "ed25519"}
_KIND_OF: dict[str, KeyKind] = {name: kind for kind, name in _ALGORITHM_OF.items()}
_PARAMETERS: dict[str, type] = {
    "created": int,
    "expires": int,
    "keyid": str,
    "alg": str,
    "nonce": str,
    "tag": str,
}

#: Derived components (section 2.2) and how each is read off the message.
_DERIVED: dict[str, Callable[[HttpMessage], str]] = {
    "@method": lambda message: message.method,
    "@target-uri": lambda message: f"{message.scheme}://{message.authority}{message.target}",
    "@authority": lambda message: message.authority,
    "@scheme": lambda message: message.scheme,
    "@request-target": lambda message: message.target,
    "@path": lambda message: message.target.partition("?")[0],
    "@query": lambda message: "?" + message.target.partition("?")[2],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Input:
    """One member of `Signature-Input`: its label, what it covers, its parameters in order."""

    label: str
    covered: tuple[str, ...]
    parameters: Mapping[str, int | str]

    def __str__(self) -> str:
        names = " ".join(f'"{name}"' for name in self.covered)
        values = (
            f";{name}={value}" if isinstance(value, int) else f';{name}="{value}"'
            for name, value in self.parameters.items()
        )
        return f"({names}){''.join(values)}"


def sign(message: HttpMessage, key: SigningKey, *, now: datetime) -> tuple[tuple[str, str], ...]:
    """The headers to add to *message*: Content-Digest with a body, Signature-Input, Signature.

    The client has to send `Host` as `message.authority`, and the target byte for byte.

    Raises:
        ValueError: the message already has one of these headers.
    """
    added: tuple[tuple[str, str], ...] = ()
    covered = ["@method", "@target-uri", "@authority"]
    if message.needs_digest:
        added = (("Content-Digest", content_digest_of(message.body)),)
        covered += [*(["content-type"] if message.header_values("content-type") else []), "content-digest"]
    elif "?" in message.target:
        covered.append("@query")
    stated = _Input(
        label=_LABEL,
        covered=tuple(covered),
        parameters={"created": int(now.timestamp()), "keyid": key.key_id, "alg": _ALGORITHM_OF[key.kind]},
    )
    signature = key.sign(_base(message.about_to_send(*added), stated))
    return (
        *added,
        ("Signature-Input", f"{_LABEL}={stated}"),
        ("Signature", f"{_LABEL}=:{encode_base64(signature)}:"),
    )


def peek(message: HttpMessage, *, now: datetime) -> ClaimedSignature:
    """Read the two signature headers of *message* and check everything that needs no key.

    Raises:
        SignatureRefused: unreadable, not canonical, more than one signature, too little covered,
            an unknown component or parameter, outside the time window.
    """
    stated = _read_input(message.covered_value("signature-input"))
    signature = _read_signature(message.covered_value("signature"), stated.label)
    parameters = stated.parameters
    _require_coverage(message, stated.covered)
    if "created" not in parameters or not parameters.get("keyid"):
        refuse("malformed", "The signature lacks created or keyid.")
    name = parameters.get("alg")
    if name is not None and name not in _KIND_OF:
        refuse("algorithm", "The signature's algorithm is not one we know.")
    created = read_created(int(parameters["created"]), now)
    if "expires" in parameters:
        require_unexpired(int(parameters["expires"]), now)
    return ClaimedSignature(
        message=message,
        scheme="rfc9421",
        key_id=str(parameters["keyid"]),
        algorithm=None if name is None else _KIND_OF[str(name)],
        created=created,
        covered=stated.covered,
        signature=signature,
        bases=(_base(message, stated),),
    )


def _read_input(text: str) -> _Input:
    """The one member of `Signature-Input`, once it is known to be spelled canonically."""
    try:
        members = cast(
            "dict[str, tuple[object, object]]", http_sf.parse(text.encode("ascii"), tltype="dictionary")
        )
    except http_sf.StructuredFieldError:
        refuse("malformed", "The Signature-Input header cannot be read.")
    if len(members) != 1:
        refuse("malformed", "There must be exactly one signature.")
    [(label, (items, parameters))] = members.items()
    if not isinstance(items, list):
        refuse("malformed", "The Signature-Input header holds no list of components.")
    stated = _Input(
        label=label,
        covered=tuple(_component(name, options) for name, options in items),
        parameters=_known_parameters(cast("dict[str, object]", parameters)),
    )
    if text != f"{label}={stated}" or len(set(stated.covered)) != len(stated.covered):
        refuse("malformed", "The Signature-Input header is not in canonical form, or repeats itself.")
    return stated


def _component(name: object, options: object) -> str:
    if not isinstance(name, str) or options or name != name.lower():
        refuse("unknown-component", "A signed component is of a form we do not know.")
    if name.startswith("@") and name not in _DERIVED:
        refuse("unknown-component", f"The signed component “{name[:32]}” is unknown.")
    return name


def _known_parameters(parameters: dict[str, object]) -> dict[str, int | str]:
    for name, value in parameters.items():
        # Tokens, dates and booleans are no str and no int here, and so refused.
        if type(value) is not _PARAMETERS.get(name):
            refuse("malformed", f"The signature parameter “{name[:32]}” is unknown or of the wrong kind.")
    return cast("dict[str, int | str]", parameters)


def _read_signature(text: str, label: str) -> bytes:
    opening = f"{label}=:"
    if not text.startswith(opening) or not text.endswith(":"):
        refuse("malformed", "The Signature header does not hold the one signature that was announced.")
    return decode_base64(text[len(opening) : -1])


def _require_coverage(message: HttpMessage, covered: Sequence[str]) -> None:
    for name in ("@method", "@target-uri", *(["content-digest"] if message.needs_digest else [])):
        if name not in covered:
            refuse("not-covered", f"The signature must cover {name}.")


def _base(message: HttpMessage, stated: _Input) -> bytes:
    """The signature base: section 2.5."""
    lines = []
    for name in stated.covered:
        derived = _DERIVED.get(name)
        value = derived(message) if derived else message.covered_value(name)
        lines.append(f'"{name}": {value}')
    lines.append(f'"@signature-params": {stated}')
    return "\n".join(lines).encode("ascii")
