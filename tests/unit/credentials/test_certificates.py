from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from fediverse_node.credentials import certificates
from fediverse_node.kernel.errors import NotValid

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def pem(key: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def test_our_own_certificate_hangs_on_its_root_and_is_for_signing_alone() -> None:
    made = certificates.make("here.example", now=NOW)
    leaf, root = x509.load_pem_x509_certificates(made.certificates.encode())
    leaf.verify_directly_issued_by(root)
    assert made.name == "here.example"
    assert x509.load_pem_x509_certificate(made.root.encode()) == root
    assert leaf.extensions.get_extension_for_class(x509.BasicConstraints).value.ca is False
    assert leaf.not_valid_before_utc <= NOW <= leaf.not_valid_after_utc - timedelta(days=3000)
    first = made.sign(b"words")
    encoded = encode_dss_signature(int.from_bytes(first[:32], "big"), int.from_bytes(first[32:], "big"))
    public = leaf.public_key()
    assert isinstance(public, ec.EllipticCurvePublicKey)
    public.verify(encoded, b"words", ec.ECDSA(hashes.SHA256()))


def test_a_key_and_the_certificate_of_another_are_refused_and_its_own_is_taken() -> None:
    one, other = certificates.make("one.example", now=NOW), certificates.make("other.example", now=NOW)
    assert certificates.load(one.dump_private(), one.certificates).name == "one.example"
    with pytest.raises(NotValid, match="not that of the key"):
        certificates.load(one.dump_private(), other.certificates)


@pytest.mark.parametrize(
    "key", [ec.generate_private_key(ec.SECP384R1()), rsa.generate_private_key(65537, 2048)]
)
def test_a_key_of_another_kind_is_refused(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> None:
    made = certificates.make("here.example", now=NOW)
    with pytest.raises(NotValid, match="P-256 or Ed25519"):
        certificates.load(pem(key), made.certificates)


def test_what_is_no_key_is_refused() -> None:
    with pytest.raises(NotValid, match="cannot be read"):
        certificates.load("nothing", "nothing")
