from __future__ import annotations

import socket
import ssl
from asyncio.selector_events import BaseSelectorEventLoop
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.fakes.hostile_server import (
    HostileServer,
    replies,
)
from tests.unit.outbound.exchanges import (
    OK,
    Dialled,
    Tls,
)


@pytest.fixture(scope="session")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Tls:
    """A certificate for remote.example, and the file that makes it trusted."""
    folder: Path = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "remote.example")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("remote.example")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    chain, private = folder / "chain.pem", folder / "key.pem"
    chain.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, private)
    return Tls(server=context, ca_file=str(chain))


@pytest.fixture
async def peer() -> AsyncIterator[HostileServer]:
    async with HostileServer(replies(OK)) as server:
        yield server


@pytest.fixture
def dialled(monkeypatch: pytest.MonkeyPatch) -> Dialled:
    log = Dialled()
    original = BaseSelectorEventLoop.sock_connect

    async def sock_connect(
        loop: BaseSelectorEventLoop, sock: socket.socket, address: tuple[str, int]
    ) -> None:
        if address[1] in log.real_ports:
            return await original(loop, sock, address)
        log.addresses.append(str(ip_address(address[0])))
        raise ConnectionRefusedError

    monkeypatch.setattr(BaseSelectorEventLoop, "sock_connect", sock_connect)
    return log
