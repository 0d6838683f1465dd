"""The values that pass between the signing and the verifying code.

A message is kept exactly as it was on the wire, because that is what was signed. Each value here
is one step of trust: `HttpMessage` (somebody sent this), `ClaimedSignature` (somebody says who),
`VerifiedSignature` (the key agrees). Only `verify.check` makes the last one.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, NoReturn

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256

from fediverse_node.kernel.errors import NotAuthenticated, NotValid
from fediverse_node.kernel.urls import authority_of, split_http, without_fragment

#: Longest signature, digest or covered header that is looked at, in characters.
MAX_HEADER = 8192
#: What an RSA key of a peer may be: bits of the modulus, and the highest public exponent.
RSA_BITS = range(2048, 8192 + 1)
MAX_RSA_EXPONENT = 1 << 32

Scheme = Literal["cavage", "rfc9421"]
KeyKind = Literal["rsa", "ed25519"]
#: Why a signature was refused; stable, for logs and counters.
Reason = Literal[
    "missing",  # there is no signature
    "malformed",  # the signature headers cannot be read
    "message-form",  # method, target or a covered header is not in the one form we read
    "duplicate-header",  # a header that must be unique came twice
    "two-schemes",  # more than one way of signing in one request
    "authority",  # it was made for another server
    "not-covered",  # something that must be signed is not
    "header-absent",  # the signature covers a header that is not there
    "unknown-component",  # the signature covers what we do not know
    "digest-missing",
    "digest-mismatch",
    "time",  # too old, too new, expired, or no time that can be read
    "algorithm",  # unknown, or not that of the key
    "other-key",  # the key offered is not the one the signature names
    "other-message",  # the message offered is not the one that was read
    "bad-signature",  # the key does not agree
]


class SignatureRefused(NotAuthenticated):
    """The signature of this request was not accepted.

    Attributes:
        reason: a stable code, see `Reason`.
    """

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message, detail=f"signature refused: {reason}")
        self.reason: Reason = reason


def refuse(reason: Reason, message: str) -> NoReturn:
    """Raise `SignatureRefused`."""
    raise SignatureRefused(reason, message)


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpMessage:
    """One request, exactly as it is or will be on the wire.

    Attributes:
        method: in capitals.
        target: the raw path with its query, not decoded and not normalised.
        authority: `host[:port]` it is sent to, without the scheme's default port.
        scheme: the public one, also behind a proxy that ends TLS.
        headers: name and value pairs in order, repeated ones repeated.
        body: the bytes as received, empty where there are none.
    """

    method: str
    target: str
    authority: str
    scheme: Literal["https", "http"] = "https"
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    body: bytes = field(default=b"", repr=False)
    _by_name: dict[str, list[str]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_name: dict[str, list[str]] = {}
        for name, value in self.headers:
            by_name.setdefault(name.lower(), []).append(value)
        object.__setattr__(self, "_by_name", by_name)

    @classmethod
    def to(
        cls, method: str, url: str, *, headers: tuple[tuple[str, str], ...] = (), body: bytes = b""
    ) -> HttpMessage:
        """A request that is about to be sent to *url*, without its fragment.

        The client has to dial *url* without requoting it, or the signature will not hold.

        Raises:
            NotValid: no http(s) address, or one that is not percent-encoded.
        """
        parts = split_http(url)
        rest = without_fragment(url).partition("://")[2].removeprefix(parts.netloc)
        if not is_plain(rest):
            raise NotValid(f"“{url[:100]}” is not percent-encoded.")
        return cls(
            method=method,
            target=rest if rest.startswith("/") else f"/{rest}",
            authority=authority_of(url),
            scheme="http" if parts.scheme == "http" else "https",
            headers=headers,
            body=body,
        )

    @property
    def needs_digest(self) -> bool:
        """Whether the body must be under the signature: always, but for a GET or HEAD without one."""
        return bool(self.body) or self.method not in {"GET", "HEAD"}

    def header_values(self, name: str) -> tuple[str, ...]:
        """Every value of header *name* (in lower case), in order."""
        return tuple(self._by_name.get(name, ()))

    def covered_value(self, name: str) -> str:
        """The one value of header *name* (in lower case), fit to stand in a signature base.

        A header that comes twice is refused, since two readers could each believe another of
        them; so are blanks at the ends, tabs, folds and bytes beyond ASCII.

        Raises:
            SignatureRefused: absent, repeated, too long or not plain text.
        """
        values = self._by_name.get(name)
        if not values:
            refuse("header-absent", f"The header “{name[:64]}” is missing.")
        if len(values) > 1:
            refuse("duplicate-header", f"The header “{name[:64]}” may stand only once.")
        value = values[0]
        if len(value) > MAX_HEADER or not is_plain(value) or value != value.strip(" "):
            refuse("message-form", f"The header “{name[:64]}” is not plain text.")
        return value

    def about_to_send(self, *added: tuple[str, str]) -> HttpMessage:
        """This message with its Host and the *added* headers, as the receiver will see it.

        Raises:
            ValueError: one of these headers is already there; sending Host or Date twice makes
                every strict peer refuse.
        """
        new = (("Host", self.authority), *added)
        for name, _ in new:
            if name.lower() in self._by_name:
                raise ValueError(f"The header {name} is set by the signature and may not be given.")
        return HttpMessage(
            method=self.method,
            target=self.target,
            authority=self.authority,
            scheme=self.scheme,
            headers=(new[0], *self.headers, *added),
            body=self.body,
        )


def is_plain(text: str) -> bool:
    """Whether *text* is printable ASCII and nothing else."""
    return text.isascii() and text.isprintable()


def decode_base64(text: str) -> bytes:
    """The bytes of canonical base64: one text for each sequence of bytes, and no other.

    Raises:
        SignatureRefused: it is not canonical. A second spelling would let somebody change a
            signed request without breaking its signature.
    """
    try:
        decoded = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        refuse("malformed", "The signature is not base64.")
    if base64.b64encode(decoded).decode("ascii") != text or not decoded:
        refuse("malformed", "The signature is not canonical base64.")
    return decoded


def encode_base64(data: bytes) -> str:
    """Standard base64 with padding."""
    return base64.b64encode(data).decode("ascii")


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKey:
    """A private key of ours under the id that peers fetch it by. Made once, kept while we run."""

    key_id: str
    private: RSAPrivateKey | Ed25519PrivateKey = field(repr=False)

    def __post_init__(self) -> None:
        if not is_plain(self.key_id) or not self.key_id or set(self.key_id) & set(' "\\'):
            raise NotValid("This is not an id that a key can have.", detail=f"key id {self.key_id[:200]!r}")

    @property
    def kind(self) -> KeyKind:
        """Which of the two kinds of key this is."""
        return "rsa" if isinstance(self.private, RSAPrivateKey) else "ed25519"

    def sign(self, data: bytes) -> bytes:
        """The signature over *data*: RSASSA-PKCS1-v1_5 with SHA-256, or Ed25519.

        RSA takes about 0.3 ms and lets other threads run: call it off the event loop.
        """
        if isinstance(self.private, RSAPrivateKey):
            return self.private.sign(data, PKCS1v15(), SHA256())
        return self.private.sign(data)

    def verification_key(self) -> VerificationKey:
        """The public half."""
        return VerificationKey(key_id=self.key_id, public=self.private.public_key())


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationKey:
    """A public key that is strong enough to be believed, under the id it was found by.

    Raises:
        NotValid: neither Ed25519 nor RSA of 2048 to 8192 bits with an odd exponent of 3 to 2^32.
    """

    key_id: str
    public: RSAPublicKey | Ed25519PublicKey

    def __post_init__(self) -> None:
        if isinstance(self.public, RSAPublicKey):
            exponent = self.public.public_numbers().e
            strong = self.public.key_size in RSA_BITS and 3 <= exponent <= MAX_RSA_EXPONENT and exponent % 2
        else:
            strong = isinstance(self.public, Ed25519PublicKey)
        if not strong:
            raise NotValid("This kind or size of key is not accepted.", detail=f"key {self.key_id[:200]}")

    @property
    def kind(self) -> KeyKind:
        """Which of the two kinds of key this is."""
        return "rsa" if isinstance(self.public, RSAPublicKey) else "ed25519"

    def agrees(self, signature: bytes, data: bytes) -> bool:
        """Whether *signature* over *data* was made with the private half of this key."""
        try:
            if isinstance(self.public, RSAPublicKey):
                self.public.verify(signature, data, PKCS1v15(), SHA256())
            else:
                self.public.verify(signature, data)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedSignature:
    """All that a request says about its signature, with everything checked that needs no key.

    Attributes:
        message: the request it was read from.
        key_id: the key that has to agree; nothing is known about its owner yet.
        algorithm: the kind of key the sender named, or None where it leaves that to the key.
        created: the signed time (of `created`, else of the Date header).
        covered: names of the signed components, in order.
        signature: the raw signature.
        bases: what may have been signed, first the text over the whole target.
    """

    message: HttpMessage = field(repr=False)
    scheme: Scheme
    key_id: str
    algorithm: KeyKind | None
    created: datetime
    covered: tuple[str, ...]
    signature: bytes = field(repr=False)
    bases: tuple[bytes, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedSignature:
    """The key *key_id* signed this request. Whose key that is, the caller has to know.

    Attributes:
        created: the signed time, within the window.
        covered: names of the signed components, in order.
        query_covered: False when a peer signed the path of a GET without its query.
    """

    key_id: str
    scheme: Scheme
    created: datetime | None
    covered: tuple[str, ...]
    query_covered: bool = True
