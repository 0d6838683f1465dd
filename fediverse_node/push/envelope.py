"""Closing a message so that only the app can open it: RFC 8291 over RFC 8188, and the draft before it.

Each message has a key of its own, which is agreed with the app's public key; the push service sees neither.
The draft (draft-ietf-webpush-encryption-04 with draft-ietf-httpbis-encryption-encoding-03) is what apps
expect that do not ask for the standard.
"""

from __future__ import annotations

import base64
import binascii
import os
from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from fediverse_node.kernel.errors import NotValid
from fediverse_node.push.model import Recipient

#: Bytes of an uncompressed point of P-256, of the shared secret, and of the salt.
POINT: Final = 65
AUTH: Final = 16
_SALT: Final = 16
#: One record, and what every push service has to take as a whole (RFC 8030, 7.2).
RECORD: Final = 4096
#: What fits into it beside the header (16 + 4 + 1 + 65), the tag (16) and the mark of the end.
MOST: Final = RECORD - (_SALT + 4 + 1 + POINT) - 16 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """A closed message: what is sent, and the headers that belong to it; *dh* of the draft only."""

    body: bytes
    encoding: str
    salt: bytes
    dh: bytes


def recipient(endpoint: str, p256dh: str, auth: str, *, standard: bool) -> Recipient:
    """What an app sent, read; base64url with or without padding, or plain base64.

    Raises:
        NotValid: it is no point of P-256, or no secret of 16 bytes.
    """
    point, secret = from_base64(p256dh), from_base64(auth)
    if len(point) != POINT or len(secret) != AUTH:
        raise NotValid("subscription[keys] must hold p256dh (65 bytes) and auth (16 bytes), as base64url.")
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError as error:
        raise NotValid("subscription[keys][p256dh] is no public key of P-256.") from error
    return Recipient(endpoint=endpoint, p256dh=point, auth=secret, standard=standard)


def close(message: bytes, to: Recipient) -> Sealed:
    """*message* (at most `MOST` bytes), as only *to* can open it."""
    own, salt = ec.generate_private_key(ec.SECP256R1()), os.urandom(_SALT)
    return (close_standard if to.standard else close_draft)(message, to, own=own, salt=salt)


def close_standard(message: bytes, to: Recipient, *, own: ec.EllipticCurvePrivateKey, salt: bytes) -> Sealed:
    """`aes128gcm` (RFC 8291, 3.4; RFC 8188, 2), in one record."""
    dh = _point(own)
    shared = _derive(to.auth, _agreed(own, to), b"WebPush: info\0" + to.p256dh + dh, 32)
    key = _derive(salt, shared, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derive(salt, shared, b"Content-Encoding: nonce\0", 12)
    # The byte 2 says that this record is the last.
    hidden = AESGCM(key).encrypt(nonce, message + b"\x02", None)
    head = salt + RECORD.to_bytes(4, "big") + bytes([len(dh)]) + dh
    return Sealed(body=head + hidden, encoding="aes128gcm", salt=salt, dh=dh)


def close_draft(message: bytes, to: Recipient, *, own: ec.EllipticCurvePrivateKey, salt: bytes) -> Sealed:
    """`aesgcm` (draft-ietf-webpush-encryption-04), without padding."""
    dh = _point(own)
    shared = _derive(to.auth, _agreed(own, to), b"Content-Encoding: auth\0", 32)
    both = b"P-256\0" + b"".join(len(point).to_bytes(2, "big") + point for point in (to.p256dh, dh))
    key = _derive(salt, shared, b"Content-Encoding: aesgcm\0" + both, 16)
    nonce = _derive(salt, shared, b"Content-Encoding: nonce\0" + both, 12)
    # Two bytes say how much padding follows.
    hidden = AESGCM(key).encrypt(nonce, b"\0\0" + message, None)
    return Sealed(body=hidden, encoding="aesgcm", salt=salt, dh=dh)


def base64url(raw: bytes) -> str:
    """Without padding, as all of these standards want it."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def from_base64(text: str) -> bytes:
    """Either alphabet, with or without padding; nothing where it is none."""
    plain = text.strip().rstrip("=").replace("+", "-").replace("/", "_")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return b""


def _agreed(own: ec.EllipticCurvePrivateKey, to: Recipient) -> bytes:
    return own.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), to.p256dh))


def _derive(salt: bytes, secret: bytes, about: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length, salt, about).derive(secret)


def _point(own: ec.EllipticCurvePrivateKey) -> bytes:
    return own.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
