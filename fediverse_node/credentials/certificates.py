"""The certificates that name a key: those of our own, made here, and those of the operator.

Load it only where it is needed: the library behind it takes 6 MB and 50 ms, which a server at rest must not.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from fediverse_node.credentials.signer import Signer
from fediverse_node.kernel.errors import NotValid

#: Nobody renews it, and what was signed is asked about for as long as it is kept.
_VALID_FOR: Final = timedelta(days=3650)
_MAX_NAME: Final = 64


def load(private_key: str, certificates: str) -> Signer:
    """A signer from two texts in PEM.

    Raises:
        NotValid: they are none, or do not belong together.
    """
    try:
        key = serialization.load_pem_private_key(private_key.encode(), None)
        leaf = x509.load_pem_x509_certificates(certificates.encode())[0]
    except (ValueError, TypeError) as error:
        raise NotValid("The key or the certificate for Content Credentials cannot be read.") from error
    p256 = isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP256R1)
    if not (p256 or isinstance(key, ed25519.Ed25519PrivateKey)):
        raise NotValid("The key for Content Credentials must be one of P-256 or Ed25519.")
    assert isinstance(key, ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey)
    if leaf.public_key() != key.public_key():
        raise NotValid("The first certificate for Content Credentials is not that of the key.")
    return Signer(private=key, name=_named(leaf), certificates=certificates)


def make(host: str, *, now: datetime) -> Signer:
    """A key of our own, named by a root made for it. The key of the root is forgotten at once."""
    above, private = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root_name, leaf_name = _name(host, "root"), _name(host, "Content Credentials")
    root = _certificate(root_name, root_name, above.public_key(), above, now=now)
    leaf = _certificate(leaf_name, root_name, private.public_key(), above, now=now)
    chain = b"".join(each.public_bytes(serialization.Encoding.PEM) for each in (leaf, root))
    return Signer(private=private, name=_named(leaf), certificates=chain.decode())


def _named(leaf: x509.Certificate) -> str:
    """Whom it names: the organisation, else the common name."""
    for kind in (NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME):
        for attribute in leaf.subject.get_attributes_for_oid(kind):
            return str(attribute.value)
    return ""


def _name(host: str, role: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, host[:_MAX_NAME]),
            x509.NameAttribute(NameOID.COMMON_NAME, f"{role} of {host}"[:_MAX_NAME]),
        ]
    )


def _certificate(
    subject: x509.Name,
    issuer: x509.Name,
    public: ec.EllipticCurvePublicKey,
    above: ec.EllipticCurvePrivateKey,
    *,
    now: datetime,
) -> x509.Certificate:
    is_root = subject == issuer
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        # A clock that is behind must not find it to be of the future.
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + _VALID_FOR)
        .add_extension(x509.BasicConstraints(ca=is_root, path_length=0 if is_root else None), critical=True)
        .add_extension(_usage(is_root=is_root), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(above.public_key()), critical=False)
    )
    if not is_root:
        purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])
        builder = builder.add_extension(purpose, critical=False)
    return builder.sign(above, hashes.SHA256())


def _usage(*, is_root: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not is_root,
        key_cert_sign=is_root,
        crl_sign=is_root,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
