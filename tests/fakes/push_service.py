"""A push service on loopback, and the app behind it, which opens what arrives with an independent reader."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import http_ece
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """One message as it came."""

    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """An app with keys of its own."""

    private: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    auth: bytes = field(default_factory=lambda: os.urandom(16))

    @property
    def keys(self) -> dict[str, str]:
        """As it hands them to us."""
        point = self.private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return {"p256dh": encoded(point), "auth": encoded(self.auth)}

    def open(self, arrived: Arrived) -> dict[str, Any]:
        """What a message says, by whichever of the two schemes it was closed."""
        how: dict[str, Any] = {"version": arrived.headers["Content-Encoding"]}
        if how["version"] == "aesgcm":
            how["salt"] = decoded(arrived.headers["Encryption"].removeprefix("salt="))
            named = dict(part.split("=", 1) for part in arrived.headers["Crypto-Key"].split(";"))
            how["dh"] = decoded(named["dh"])
        plain = http_ece.decrypt(arrived.body, private_key=self.private, auth_secret=self.auth, **how)
        found: dict[str, Any] = json.loads(plain)
        return found


@dataclass(kw_only=True)
class PushService:
    """Takes messages, and answers with `status`."""

    status: int = 201
    headers: dict[str, str] = field(default_factory=dict)
    judge: Callable[[Arrived], int] | None = None
    port: int = 0
    arrived: list[Arrived] = field(default_factory=list)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def answer(self, request: web.Request) -> web.Response:
        came = Arrived(path=request.path, headers=dict(request.headers), body=await request.read())
        self.arrived.append(came)
        return web.Response(status=self.judge(came) if self.judge else self.status, headers=self.headers)


@asynccontextmanager
async def push_service() -> AsyncIterator[PushService]:
    """A service that listens."""
    service = PushService()
    app = web.Application()
    app.router.add_post("/{path:.*}", service.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.01)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        service.port = runner.addresses[0][1]
        yield service
    finally:
        await runner.cleanup()


def vouched(jwt: str, public: str) -> dict[str, Any]:
    """The claims of a JSON Web Token, once its signature by *public* was checked (RFC 7515, ES256).

    Raises:
        InvalidSignature: somebody else signed.
    """
    head, claims, signature = jwt.split(".")
    assert json.loads(decoded(head)) == {"typ": "JWT", "alg": "ES256"}
    raw = decoded(signature)
    pair = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decoded(public))
    key.verify(pair, f"{head}.{claims}".encode(), ec.ECDSA(SHA256()))
    found: dict[str, Any] = json.loads(decoded(claims))
    return found
