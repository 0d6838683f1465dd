"""Keys that are made once, and a small lab that signs requests and hands them over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import ModuleType

import pytest

from fediverse_node.signatures import cavage, keys, rfc9421, verify
from fediverse_node.signatures.base import (
    ClaimedSignature,
    HttpMessage,
    SignatureRefused,
    SigningKey,
    VerifiedSignature,
    encode_base64,
)

HOST = "alpha.example"
NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
BODY = b'{"type":"Like","id":"https://beta.example/likes/1"}'
AS2 = ("Content-Type", "application/activity+json")


@dataclass(frozen=True, kw_only=True)
class Lab:
    """What the tests of this room do over and over, at one fixed moment."""

    rsa: SigningKey
    ed25519: SigningKey
    host: str = HOST
    now: datetime = NOW
    schemes: tuple[ModuleType, ...] = (cavage, rfc9421)

    def post(self, url: str = f"https://{HOST}/users/alice/inbox", body: bytes = BODY) -> HttpMessage:
        """An unsigned delivery."""
        return HttpMessage.to("POST", url, headers=(AS2,), body=body)

    def get(self, url: str = f"https://{HOST}/users/alice?page=2") -> HttpMessage:
        """An unsigned fetch."""
        return HttpMessage.to("GET", url)

    def deliver(self, message: HttpMessage, scheme: ModuleType, key: SigningKey) -> HttpMessage:
        """*message* as it arrives, signed just now with our own send profile."""
        return self.arrive(message, *scheme.sign(message, key, now=self.now))

    def arrive(self, message: HttpMessage, *added: tuple[str, str]) -> HttpMessage:
        """*message* with its Host and *added* headers, as a receiver sees it."""
        return replace(message, headers=(("Host", message.authority), *message.headers, *added))

    def cavage(
        self,
        message: HttpMessage,
        covered: str,
        *,
        key: SigningKey | None = None,
        parameters: str = 'algorithm="hs2019"',
        values: dict[str, str] | None = None,
    ) -> HttpMessage:
        """*message* with a true draft-cavage signature over just the headers in *covered*.

        *values* gives the text signed for a name when it is not what the message says.
        """
        chosen = key or self.rsa
        lines = []
        for name in covered.split(" "):
            given = {"(request-target)": f"{message.method.lower()} {message.target}", **(values or {})}
            lines.append(
                f"{name}: {given[name] if name in given else ', '.join(message.header_values(name))}"
            )
        signature = encode_base64(chosen.sign("\n".join(lines).encode()))
        stated = f'keyId="{chosen.key_id}",{parameters},headers="{covered}",signature="{signature}"'
        return replace(message, headers=(*message.headers, ("Signature", stated)))

    def rfc9421(
        self,
        message: HttpMessage,
        lines: list[tuple[str, str]],
        parameters: str,
        *,
        key: SigningKey | None = None,
    ) -> HttpMessage:
        """*message* with a true RFC 9421 signature over *lines* (component as written, value)."""
        chosen = key or self.rsa
        stated = f"({' '.join(name for name, _ in lines)}){parameters}"
        base = "\n".join([*(f"{name}: {value}" for name, value in lines), f'"@signature-params": {stated}'])
        signature = encode_base64(chosen.sign(base.encode()))
        return replace(
            message,
            headers=(*message.headers, ("Signature-Input", f"s={stated}"), ("Signature", f"s=:{signature}:")),
        )

    def peek(self, message: HttpMessage) -> ClaimedSignature:
        """What alpha.example reads off *message*."""
        return verify.peek(message, expected_authority=self.host, now=self.now)

    def verify(self, message: HttpMessage, key: SigningKey | None = None) -> VerifiedSignature:
        """What alpha.example believes after it found the key."""
        return verify.check(self.peek(message), message, (key or self.rsa).verification_key())

    def changed(self, message: HttpMessage, name: str, value: str | None) -> HttpMessage:
        """*message* with header *name* replaced, or removed when *value* is None."""
        kept = tuple((n, v) for n, v in message.headers if n.lower() != name.lower())
        return replace(message, headers=kept if value is None else (*kept, (name, value)))


@pytest.fixture(scope="session")
def lab() -> Lab:
    return Lab(
        rsa=keys.generate_rsa("https://beta.example/users/bob#main-key"),
        ed25519=keys.generate_ed25519("https://beta.example/users/bob#ed25519-key"),
    )


@pytest.fixture
def refused() -> Callable[..., str]:
    """Runs what has to be refused and gives the reason."""

    def run(action: Callable[..., object], *arguments: object) -> str:
        with pytest.raises(SignatureRefused) as caught:
            action(*arguments)
        return caught.value.reason

    return run
