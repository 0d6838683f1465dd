"""Making keys, and reading them from PEM and Multikey.

Reading a private key takes some 30 ms without skipping its self-test, and holds every thread:
read each key once and keep the object.
"""

from __future__ import annotations

from typing import cast

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_public_key,
    load_pem_private_key,
    load_pem_public_key,
)

from fediverse_node.kernel.errors import NotValid
from fediverse_node.signatures import multibase
from fediverse_node.signatures.base import SigningKey, VerificationKey

#: Longest PEM of a peer that is read, in characters: RSA with 8192 bits has some 1,500.
MAX_PEM = 4096
_PEM_LABELS = ("PUBLIC KEY", "RSA PUBLIC KEY")
# The multicodec codes 0xed (Ed25519) and 0x1205 (RSA) as variable-length integers.
_ED25519_CODE = b"\xed\x01"
_RSA_CODE = b"\x85\x24"


def generate_rsa(key_id: str) -> SigningKey:
    """A new RSA-2048 key: the kind that every peer verifies. Takes 50 to 500 ms."""
    return SigningKey(key_id=key_id, private=generate_private_key(public_exponent=65537, key_size=2048))


def generate_ed25519(key_id: str) -> SigningKey:
    """A new Ed25519 key: for object proofs, and for peers that say they read it."""
    return SigningKey(key_id=key_id, private=Ed25519PrivateKey.generate())


def dump_private(key: SigningKey) -> str:
    """*key* as unencrypted PKCS#8 PEM, for our own keeping."""
    return key.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode("ascii")


def load_private(pem: str, key_id: str) -> SigningKey:
    """A key of ours from `dump_private`.

    The self-test of RSA keys is skipped: it takes 30 ms or more, and we made these keys.

    Raises:
        NotValid: it is not a PKCS#8 PEM of an RSA or Ed25519 key.
    """
    try:
        private = load_pem_private_key(pem.encode(), password=None, unsafe_skip_rsa_key_validation=True)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise NotValid("This is not a private key we can read.", detail=f"key {key_id[:200]}") from error
    if not isinstance(private, RSAPrivateKey | Ed25519PrivateKey):
        raise NotValid("This kind of private key is not used here.", detail=f"key {key_id[:200]}")
    return SigningKey(key_id=key_id, private=private)


def dump_public(key: VerificationKey) -> str:
    """*key* as SPKI PEM (`publicKeyPem` of an actor)."""
    return key.public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode("ascii")


def load_public(pem: str, key_id: str) -> VerificationKey:
    """A peer's key from `publicKeyPem`: one PEM of an SPKI, or of the older PKCS#1 form.

    Raises:
        NotValid: a private key, a certificate, several keys, text, or a key that
            `VerificationKey` does not accept.
    """
    text = pem.strip()
    if len(text) > MAX_PEM or text.count("-----") != 4:
        raise _unreadable(key_id)
    if not any(_framed(text, label) for label in _PEM_LABELS):
        raise _unreadable(key_id)
    try:
        public = load_pem_public_key(text.encode())
    except (ValueError, UnsupportedAlgorithm) as error:
        raise _unreadable(key_id) from error
    return _accepted(public, key_id)


def to_multikey(key: VerificationKey) -> str:
    """*key* as `publicKeyMultibase` of a Multikey (FEP-521a)."""
    if isinstance(key.public, RSAPublicKey):
        return multibase.encode(_RSA_CODE + key.public.public_bytes(Encoding.DER, PublicFormat.PKCS1))
    return multibase.encode(_ED25519_CODE + key.public.public_bytes(Encoding.Raw, PublicFormat.Raw))


def from_multikey(text: str, key_id: str) -> VerificationKey:
    """A peer's key from `publicKeyMultibase` (FEP-521a).

    Raises:
        NotValid: not base58btc, another kind of key, or one that `VerificationKey` does not accept.
    """
    data = multibase.decode(text)
    try:
        if data.startswith(_ED25519_CODE):
            return VerificationKey(key_id=key_id, public=Ed25519PublicKey.from_public_bytes(data[2:]))
        if data.startswith(_RSA_CODE):
            return _accepted(load_der_public_key(data[2:]), key_id)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise _unreadable(key_id) from error
    raise _unreadable(key_id)


def _framed(text: str, label: str) -> bool:
    return text.startswith(f"-----BEGIN {label}-----") and text.endswith(f"-----END {label}-----")


def _accepted(public: object, key_id: str) -> VerificationKey:
    # VerificationKey itself looks at what it is given.
    return VerificationKey(key_id=key_id, public=cast("RSAPublicKey | Ed25519PublicKey", public))


def _unreadable(key_id: str) -> NotValid:
    return NotValid("This is not a public key we can read.", detail=f"key {key_id[:200]}")
