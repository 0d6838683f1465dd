"""What we ask of an encrypted connection, and until when a server's certificate is good."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from fediverse_node.kernel.urls import authority_of
from fediverse_node.outbound.errors import AddressRefused, Refused, Unreachable
from fediverse_node.outbound.guard import AddressPolicy
from fediverse_node.outbound.resolver import Resolver

_SECONDS: Final = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Validity:
    """From when to when a certificate is good."""

    begins: datetime
    ends: datetime


def tls_context(ca_file: str | None) -> ssl.SSLContext:
    """The system's authorities, and those of *ca_file* (PEM); TLS 1.2 at least."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    if ca_file:
        context.load_verify_locations(cafile=ca_file)
    return context


async def validity(url: str, policy: AddressPolicy, *, ca_file: str | None = None) -> Validity:
    """When the certificate that the server of *url* shows began and will end. Nothing is asked of it.

    Raises:
        Refused: the policy forbids it.
        Unreachable: it was not reached within ten seconds, or its certificate is not good.
    """
    parts = policy.check_url(url)
    host, port, name = parts.hostname or "", parts.port or 443, authority_of(url)
    resolver = Resolver(policy, seconds=_SECONDS, threads=1)
    try:
        async with asyncio.timeout(_SECONDS):
            # A literal address is looked up like a name: so it is checked by the policy, too.
            address = (await resolver.resolve(host, port))[0]["host"]
            context = await asyncio.to_thread(tls_context, ca_file)
            _, writer = await asyncio.open_connection(address, port, ssl=context, server_hostname=host)
    except AddressRefused as error:
        raise Refused(f"We do not connect to “{name}”.", detail=f"{name}: {error}") from error
    except (OSError, TimeoutError) as error:
        detail = f"{name}: {type(error).__name__}: {error}"
        raise Unreachable(f"“{name}” could not be reached.", detail=detail) from error
    finally:
        await resolver.close()
    shown: dict[str, str] = writer.get_extra_info("peercert")
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
    return Validity(begins=_moment(shown["notBefore"]), ends=_moment(shown["notAfter"]))


def _moment(text: str) -> datetime:
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(text), UTC)
