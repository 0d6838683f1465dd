"""The key by which push services know this server, and what is signed with it (VAPID, RFC 8292).

An app binds its subscription to the public half, so the key is made once and stays: with another one no
subscription that exists would be heard any more.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import msgspec
import sqlalchemy as sa
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from fediverse_node.push.envelope import base64url
from fediverse_node.push.tables import push_keys
from fediverse_node.storage.tx import Tx

#: A service may refuse what is good for more than a day (RFC 8292, 2).
GOOD_FOR: Final = timedelta(hours=12)
#: Rung when the key is made.
BELL: Final = "push_keys"
_KEY_ID: Final = 1
_NAME: Final = "vapid"

_PUBLIC = sa.select(push_keys.c.public_key).where(push_keys.c.id == sa.bindparam("id"))
_PRIVATE = sa.select(push_keys.c.private_key).where(push_keys.c.id == sa.bindparam("id"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerKey:
    """The pair.

    Attributes:
        public: as apps are told it: an uncompressed point in base64url.
    """

    private: ec.EllipticCurvePrivateKey = field(repr=False)
    public: str


def public(tx: Tx) -> str:
    """The public half, as apps are told it; empty where there is none yet."""
    return tx.remembered(BELL, _public)


def ensure(tx: Tx) -> None:
    """Make the key, unless there is one: of two processes that start at once, one makes it."""
    if public(tx):
        return
    private = ec.generate_private_key(ec.SECP256R1())
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    values = {
        "id": _KEY_ID,
        "name": _NAME,
        "private_key": tx.vault.seal(pem.decode(), about=_NAME),
        "public_key": _shown(private),
        "created_at": tx.now,
    }
    tx.insert_new(push_keys, values)
    tx.ring(BELL)


def load(tx: Tx) -> ServerKey | None:
    """The pair; None where there is none yet.

    Raises:
        NotValid: it is sealed with a key that is not here.
    """
    stored = tx.scalar(_PRIVATE, {"id": _KEY_ID})
    if stored is None:
        return None
    pem = tx.vault.open(stored, about=_NAME)
    private = serialization.load_pem_private_key(pem.encode(), None)
    assert isinstance(private, ec.EllipticCurvePrivateKey)
    return ServerKey(private=private, public=_shown(private))


def voucher(key: ServerKey, *, service: str, contact: str, now: datetime) -> str:
    """A JSON Web Token (RFC 7519, ES256) that says to *service* who sends.

    Args:
        key: ours.
        service: scheme, host and port of the endpoint.
        contact: `mailto:` or `https:`, for whoever runs the service.
        now: the present moment, aware.
    """
    head = {"typ": "JWT", "alg": "ES256"}
    claims = {"aud": service, "exp": int((now + GOOD_FOR).timestamp()), "sub": contact}
    text = ".".join(base64url(msgspec.json.encode(part)) for part in (head, claims))
    pair = decode_dss_signature(key.private.sign(text.encode(), ec.ECDSA(SHA256())))
    return f"{text}.{base64url(b''.join(number.to_bytes(32, 'big') for number in pair))}"


def _public(tx: Tx) -> str:
    found: str | None = tx.scalar(_PUBLIC, {"id": _KEY_ID})
    return found or ""


def _shown(private: ec.EllipticCurvePrivateKey) -> str:
    encoding, form = serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    return base64url(private.public_key().public_bytes(encoding, form))
