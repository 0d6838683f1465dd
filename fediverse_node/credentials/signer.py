"""Who signs: the key of this node, or the operator's own, with the certificates that name it.

Nobody outside knows a certificate that we make for ourselves, and readers say so. What it does is bind all
pictures of this server to one key, whose root can be had here; an operator who has a certificate that others
know gives that.

Source: C2PA 2.x, “X.509 Certificates”: a leaf with its purpose named, and the chain that it hangs on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

_BEGIN: Final = "-----BEGIN CERTIFICATE-----"

PrivateKey = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """A key, and what names it. Built by `credentials.certificates`.

    Attributes:
        name: whom the certificate names.
        certificates: PEM, leaf first.
    """

    private: PrivateKey
    name: str
    certificates: str

    @property
    def algorithm(self) -> int:
        """As the library numbers them: 0 is ES256, 6 is Ed25519."""
        return 0 if isinstance(self.private, ec.EllipticCurvePrivateKey) else 6

    @property
    def root(self) -> str:
        """The last of the certificates, which others may decide to trust."""
        return _BEGIN + self.certificates.rpartition(_BEGIN)[2]

    def sign(self, data: bytes) -> bytes:
        """A signature as COSE has it (RFC 9053): for ES256 both numbers, one after the other."""
        if isinstance(self.private, ed25519.Ed25519PrivateKey):
            return self.private.sign(data)
        first, second = decode_dss_signature(self.private.sign(data, ec.ECDSA(hashes.SHA256())))
        return first.to_bytes(32, "big") + second.to_bytes(32, "big")

    def dump_private(self) -> str:
        """The key, PKCS#8 PEM."""
        return self.private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode()
