"""Which addresses may be reached: a positive rule, and nothing about sockets.

A list of forbidden networks is always one entry short (CVE-2026-22245, -33693, -50131 were three
such lists), and `ipaddress.is_global` calls NAT64, 6to4 and site-local addresses global. So
IPv6 must lie inside the one block from which public addresses are given out, and IPv4 outside
the whole IANA special-purpose registry. The check belongs to the address that is connected
to; `client` and `resolver` ask it there, `check_url` only refuses early and says why.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import SplitResult, quote

from fediverse_node.kernel.errors import NotValid
from fediverse_node.kernel.urls import canonical_host, split_http
from fediverse_node.outbound.errors import Refused

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

#: IANA IPv4 Special-Purpose Address Registry, multicast, reserved, and one address more.
_SPECIAL_V4 = tuple(
    IPv4Network(text)
    for text in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "168.63.129.16/32",  # Azure's host agent: routed only inside a virtual machine's own host
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)
_PUBLIC_V6 = IPv6Network("2000::/3")
#: The parts of 2000::/3 in the IANA IPv6 Special-Purpose Address Registry.
_SPECIAL_V6 = tuple(
    IPv6Network(text)
    for text in (
        "2001::/23",  # Teredo, benchmarking, ORCHID and other protocol assignments
        "2001:db8::/32",
        "2002::/16",  # 6to4 carries any IPv4 address inside
        "2620:4f:8000::/48",
        "3fff::/20",
    )
)
#: ISATAP (RFC 5214, 6.1): the lower half is [02]00:5efe and an IPv4 address.
_ISATAP = frozenset({0x00005EFE, 0x02005EFE})

_LOOPBACK = (IPv4Network("127.0.0.0/8"), IPv6Network("::1/128"))
_DEFAULT_PORTS = {"https": 443, "http": 80}
_HOST_NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*", re.ASCII)
#: What WHATWG URL calls "ends in a number": `getaddrinfo` reads such a host as an address.
_NUMERIC_END = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)", re.ASCII)
_DOTTED_QUAD = re.compile(r"(?:0|[1-9][0-9]{0,2})(?:\.(?:0|[1-9][0-9]{0,2})){3}", re.ASCII)
_LOCAL_SUFFIXES = (".localhost", ".local", ".internal", ".home.arpa", ".lan")
_PRINTABLE_ASCII = "".join(map(chr, range(0x21, 0x7F)))


def is_public_address(ip: Address) -> bool:
    """Whether *ip* is an address of the open internet, whatever this machine's routes say.

    Refuses every IPv6 address that carries an IPv4 address inside (mapped, compatible,
    translated, NAT64, 6to4, Teredo), also when the inner one is public: no honest name
    resolves to one. ISATAP hides in ordinary networks, so its inner address is looked at.
    """
    if isinstance(ip, IPv4Address):
        return not any(ip in net for net in _SPECIAL_V4)
    if ip.scope_id is not None or ip not in _PUBLIC_V6 or any(ip in net for net in _SPECIAL_V6):
        return False
    if (int(ip) >> 32) & 0xFFFFFFFF in _ISATAP:
        return is_public_address(IPv4Address(int(ip) & 0xFFFFFFFF))
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressPolicy:
    """What the operator lets this node connect to. The default is the open internet over https.

    Attributes:
        allow_private_networks: networks reachable in spite of not being public, on any port.
        allow_http: a lab switch: plain http, and any port.
        ports: the ports that public addresses may be asked on.
    """

    allow_private_networks: tuple[Network, ...] = ()
    allow_http: bool = False
    ports: frozenset[int] = frozenset({443})

    def permits(self, ip: Address, port: int) -> bool:
        """Whether a connection to *ip* on *port* may be opened."""
        if isinstance(ip, IPv6Address) and ip.scope_id is not None:
            return False
        if any(ip in net for net in self.allow_private_networks):
            return True
        return is_public_address(ip) and (self.allow_http or port in self.ports)

    def check_url(self, url: str) -> SplitResult:
        """*url* taken apart, with its scheme, host and port found acceptable.

        A host name that passes says nothing yet about the addresses it leads to.

        Raises:
            Refused: it is no http(s) address, carries credentials, or its scheme, host
                or port is not permitted.
        """
        try:
            parts = split_http(url)
            raw_host = parts.hostname or ""
            host = canonical_host(raw_host)
        except NotValid as error:
            raise Refused(str(error), detail="not an address we can use") from error
        if parts.scheme != "https" and not self.allow_http:
            raise _refusal(host, "only https is used")
        if raw_host.endswith(".") or ("[" in parts.netloc and ":" not in host):
            raise _refusal(host, "not the plain spelling of a host")
        port = parts.port or _DEFAULT_PORTS[parts.scheme]
        literal = literal_address(host)
        if literal is None:
            self._check_name(host, port)
        elif not self.permits(literal, port):
            raise _refusal(host, f"address or port {port} is not permitted")
        return parts

    def _check_name(self, host: str, port: int) -> None:
        if not _HOST_NAME.fullmatch(host):
            raise _refusal(host, "not a host name")
        if host.endswith(".onion"):
            raise _refusal(host, "onion services are not reachable from here")
        in_lab = bool(self.allow_private_networks)
        if not in_lab and ("." not in host or host.endswith(_LOCAL_SUFFIXES)):
            raise _refusal(host, "name of a local network")
        if not (in_lab or self.allow_http or port in self.ports):
            raise _refusal(host, f"port {port} is not permitted")

    def trusting(self, url: str) -> AddressPolicy:
        """This policy, widened by what the operator said by writing *url* into the configuration.

        `http://127.0.0.1:11434/v1` as the address of a local model is a listing of that one
        address; `localhost` lists the loopback networks. A name that leads to a private
        address (`http://ollama:11434`) is not widened: its network must be listed.

        Raises:
            NotValid: *url* is no http(s) address.
        """
        parts = split_http(url)
        host = canonical_host(parts.hostname or "")
        if host == "localhost":
            networks: tuple[Network, ...] = _LOOPBACK
        elif (literal := literal_address(host)) is not None:
            networks = (ip_network(literal),)
        else:
            networks = ()
        return replace(
            self,
            allow_private_networks=self.allow_private_networks + networks,
            allow_http=self.allow_http or parts.scheme == "http",
            ports=self.ports | {parts.port or _DEFAULT_PORTS[parts.scheme]},
        )


def wire_form(parts: SplitResult, url: str) -> tuple[str, str]:
    """What goes over the wire for *url*: the absolute address and the `Host` header.

    Signatures are made over exactly these bytes. The host becomes canonical, the fragment goes,
    an empty path becomes `/`, characters outside ASCII are percent-encoded as UTF-8; path
    and query are otherwise left as they were written.

    Args:
        parts: what `AddressPolicy.check_url` gave for *url*.
        url: the same, whole.
    """
    host = canonical_host(parts.hostname or "")
    host = f"[{host}]" if ":" in host else host
    if parts.port is not None and parts.port != _DEFAULT_PORTS[parts.scheme]:
        host = f"{host}:{parts.port}"
    start = url.index("//") + 2 + len(parts.netloc)
    rest = url[start:].partition("#")[0]
    if not rest.startswith("/"):
        rest = "/" + rest
    if not rest.isascii():
        rest = quote(rest, safe=_PRINTABLE_ASCII)
    return f"{parts.scheme}://{host}{rest}", host


def literal_address(host: str) -> Address | None:
    """The address that *host* spells, or None when it is a name.

    Raises:
        Refused: it spells an address in a way that programs read differently
            (`127.1`, `0x7f.1`, `2130706433`, `0177.0.0.1`).
    """
    if ":" not in host:
        if not _NUMERIC_END.fullmatch(host):
            return None
        if not _DOTTED_QUAD.fullmatch(host):
            raise _refusal(host, "not the plain spelling of an address")
    try:
        return ip_address(host)
    except ValueError:
        raise _refusal(host, "not an address") from None


def _refusal(host: str, reason: str) -> Refused:
    return Refused(f"We do not connect to “{host[:100]}”.", detail=f"{host[:253]}: {reason}")
