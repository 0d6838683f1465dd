"""This server as a stranger sees it: by its public name, through the proxy, with nothing of our own help.

Each finding says what is wrong, why it matters and what to do. Most of it is what proxies do: they
answer with a page of theirs, drop `Host` or a query, rewrite addresses, cut off bodies.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from typing import Any, Final
from urllib.parse import quote

import msgspec

from fediverse_node import __version__
from fediverse_node.activitystreams.load import MAX_INBOX_BODY
from fediverse_node.activitystreams.vocabulary import ACTIVITY_JSON, AP_ACCEPT, AS2, JRD_JSON
from fediverse_node.actors import local
from fediverse_node.actors.addresses import Addresses
from fediverse_node.federation.inbox.self_check import TYPE
from fediverse_node.federation.signing.keys import KeyRing
from fediverse_node.kernel.errors import NodeError, NotFound
from fediverse_node.node import Node
from fediverse_node.outbound.client import Outbound, Response
from fediverse_node.outbound.errors import Refused, Unreachable
from fediverse_node.signatures import cavage
from fediverse_node.signatures.base import HttpMessage, SigningKey
from fediverse_node.web.control import certificate
from fediverse_node.web.control.finding import Finding

#: An address for documentation (RFC 5737): whoever is told that we come from it believed a forged header.
FORGED: Final = "203.0.113.77"
#: As large as what we take ourselves, nearly: others send that much.
LARGE: Final = MAX_INBOX_BODY - 2048
#: Characters that proxies like to decode.
_TRICKY: Final = "?check=a%2Fb%20c"
_NODEINFO: Final = "http://nodeinfo.diaspora.software/ns/schema/"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stranger:
    node: Node
    outbound: Outbound
    addresses: Addresses
    key: SigningKey = field(repr=False)


async def look(node: Node, *, running: bool) -> AsyncIterator[Finding]:
    """What a stranger finds. *running*: whether anybody is there to be found."""
    addresses = Addresses(node.config.origin)
    try:
        key = await _own_key(node, addresses)
    except NotFound:
        return  # said elsewhere
    # The node's own client refuses its own origin; a stranger's does not.
    outbound = Outbound(
        node.outbound.policy,
        user_agent=f"fediverse-node/{__version__} doctor",
        ca_file=node.config.federation.ca_file or None,
    )
    async with outbound:
        stranger = _Stranger(node=node, outbound=outbound, addresses=addresses, key=key)
        found = await _actor(stranger, running=running)
        yield found
        if found.state != "well":
            return
        if node.config.origin.startswith("https:"):
            yield await certificate.look(node)
        for check in (_webfinger, _host_meta, _nodeinfo):
            try:
                yield await check(stranger)
            except NodeError as error:
                yield Finding(check.__name__.strip("_"), "ill", f"no answer: {error} {error.detail}".strip())
        async for each in _deliveries(stranger):
            yield each


async def _own_key(node: Node, addresses: Addresses) -> SigningKey:
    actor = await node.db.read(lambda tx: local.instance_actor(tx, addresses))
    if actor is None:
        raise NotFound
    return await KeyRing(node.db).key_of(actor.id, "rsa")


async def _actor(stranger: _Stranger, *, running: bool) -> Finding:
    what, url = "seen from outside", stranger.addresses.instance_actor
    try:
        answer = await stranger.outbound.get(url, accept=AP_ACCEPT)
    except Refused as error:
        return Finding(what, "remark", f"{url} is not looked at: {error.detail or error}")
    except Unreachable as error:
        return _unreachable(what, url, error, running=running)
    except NodeError as error:
        return Finding(what, "ill", f"{url}: {error} {error.detail}".strip())
    return _document(what, url, answer)


def _document(what: str, url: str, answer: Response) -> Finding:
    if answer.status != 200:
        advice = "Does the proxy pass every path on to this server, with Host and Accept as they come?"
        return Finding(
            what, "ill", f"{url} answered {answer.status}, so nobody can find this server. {advice}"
        )
    kind = _kind(answer)
    if kind not in {ACTIVITY_JSON, "application/ld+json"}:
        return Finding(
            what,
            "ill",
            f"{url} is answered as {kind or 'nothing in particular'} and not as {ACTIVITY_JSON}; other "
            "servers "
            "refuse that. The proxy must pass Accept on and leave Content-Type alone, and a cache must "
            "obey Vary.",
        )
    if _json(answer).get("id") != url:
        return Finding(
            what,
            "ill",
            f"{url} says that it is {str(_json(answer).get('id'))[:200]}. Ids must be equal to the byte: is "
            "another server behind this name, or does the proxy rewrite what it passes on?",
        )
    return Finding(what, "well", f"{url} answers with its own id")


def _unreachable(what: str, url: str, error: Unreachable, *, running: bool) -> Finding:
    if not running:
        return Finding(
            what, "remark", f"{url} does not answer, as no server is running. Start it and ask again"
        )
    detail = error.detail or str(error)
    if "ertificate" in detail or "SSL" in detail:
        advice = "The certificate is not good: renew it, for exactly this name, with the whole chain."
    else:
        advice = "Do the name, the firewall and the proxy lead here? From inside, some networks cannot reach "
        advice += "their own public address; then look from elsewhere."
    return Finding(what, "ill", f"{url} cannot be reached ({detail}), so no other server can. {advice}")


async def _webfinger(stranger: _Stranger) -> Finding:
    what, addresses = "WebFinger", stranger.addresses
    resource = f"acct:{addresses.domain}@{addresses.domain}"
    url = f"{addresses.origin}/.well-known/webfinger?resource={quote(resource, safe='')}"
    answer = await stranger.outbound.get(url, accept=JRD_JSON)
    if answer.status == 400:
        return Finding(
            what,
            "ill",
            "the question after “?” does not arrive here, so nobody can be found by name. The proxy must "
            "pass "
            "the query on (in nginx: proxy_pass without a path, or with $request_uri).",
        )
    if answer.status != 200 or _kind(answer) not in {JRD_JSON, "application/json"}:
        return Finding(
            what,
            "ill",
            f"{url} answered {answer.status} {_kind(answer)}, so nobody can be found by name. Does the proxy "
            "keep /.well-known/ for itself?",
        )
    document = _json(answer)
    own = [link.get("href") for link in document.get("links", []) if link.get("rel") == "self"]
    if document.get("subject") != resource or own != [addresses.instance_actor]:
        return Finding(what, "ill", f"{url} names somebody else: {str(document.get('subject'))[:200]}")
    return Finding(what, "well", f"{resource} is found")


async def _host_meta(stranger: _Stranger) -> Finding:
    what, origin = "host-meta", stranger.addresses.origin
    answer = await stranger.outbound.get(f"{origin}/.well-known/host-meta", accept="application/xrd+xml")
    if answer.status == 200 and f"{origin}/.well-known/webfinger?resource=".encode() in answer.body:
        return Finding(what, "well", "points to WebFinger")
    return Finding(
        what, "remark", f"answered {answer.status} {_kind(answer)}; some older servers look there first"
    )


async def _nodeinfo(stranger: _Stranger) -> Finding:
    what, origin = "NodeInfo", stranger.addresses.origin
    answer = await stranger.outbound.get(f"{origin}/.well-known/nodeinfo", accept="application/json")
    links = _json(answer).get("links", []) if answer.status == 200 else []
    found = [link.get("href") for link in links if str(link.get("rel")).startswith(_NODEINFO)]
    if not found or not all(str(href).startswith(f"{origin}/") for href in found):
        return Finding(
            what,
            "ill",
            f"{origin}/.well-known/nodeinfo answered {answer.status} without this server's documents; "
            "clients "
            "and other servers learn there what runs here. Does the proxy keep /.well-known/ for itself?",
        )
    document = await stranger.outbound.get(str(found[-1]), accept="application/json")
    if _json(document).get("software", {}).get("name") != "fediverse-node":
        return Finding(what, "ill", f"{found[-1]} answered {document.status} and is not this server's")
    return Finding(what, "well", "says what runs here")


async def _deliveries(stranger: _Stranger) -> AsyncIterator[Finding]:
    """A signed letter to the shared inbox, as others send it: plain, tricky, large, and forged."""
    what = "signed delivery"
    answer = await _deliver(stranger, headers={"X-Forwarded-For": FORGED})
    if answer.status != 202:
        yield Finding(
            what,
            "ill",
            f"a letter with a good signature is answered {answer.status} {_problem(answer)}, so nothing that "
            "others send arrives. The proxy must pass Host, the path, Date, Digest, Signature and the body "
            "on "
            "exactly as they come.",
        )
        return
    forged = await _deliver(stranger, spoil=True)
    if forged.status != 401:
        yield Finding(
            what, "ill", f"a letter with a broken signature is answered {forged.status} and not 401"
        )
        return
    yield Finding(what, "well", "a good signature is believed, a broken one is not")
    yield _addresses_of_clients(stranger, _json(answer))
    tricky = await _deliver(stranger, query=_TRICKY)
    if tricky.status == 202:
        yield Finding("paths", "well", "arrive as they were sent")
    else:
        yield Finding(
            "paths",
            "ill",
            f"with “{_TRICKY}” in the address the signature no longer holds ({tricky.status}): the proxy "
            "decodes "
            "or drops a part of it. Turn that off (in nginx: proxy_pass without a path).",
        )
    large = await _deliver(stranger, size=LARGE)
    if large.status == 202:
        yield Finding("large letters", "well", f"{LARGE // 1024} KiB arrive")
    else:
        yield Finding(
            "large letters",
            "ill",
            f"a letter of {LARGE // 1024} KiB is answered {large.status}; long posts will be lost. Let the "
            "proxy "
            "pass bodies of 256 KiB at least (in nginx: client_max_body_size 1m).",
        )


async def _deliver(
    stranger: _Stranger,
    *,
    query: str = "",
    size: int = 0,
    spoil: bool = False,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Give back the answer; one that never came, or broke off, counts as status 0."""
    addresses = stranger.addresses
    document = {
        "@context": AS2,
        "type": TYPE,
        "actor": addresses.instance_actor,
        "object": addresses.instance_actor,
        "summary": "x" * size,
    }
    url = f"{addresses.shared_inbox}{query}"
    sent = (("Content-Type", ACTIVITY_JSON),)
    message = HttpMessage.to("POST", url, headers=sent, body=msgspec.json.encode(document))
    signed = dict(await asyncio.to_thread(cavage.sign, message, stranger.key, now=stranger.node.clock()))
    body = message.body[:-1] + b" }" if spoil else message.body

    async def sign(*_: object) -> Mapping[str, str]:
        return signed

    try:
        return await stranger.outbound.post(url, body, headers={**dict(sent), **(headers or {})}, sign=sign)
    except NodeError as error:
        return Response(status=0, url=url, headers={}, body=(error.detail or str(error)).encode())


def _addresses_of_clients(stranger: _Stranger, seen: dict[str, Any]) -> Finding:
    what, peer = "who is asking", seen.get("peer")
    hops = [hop.strip() for hop in str(seen.get("forwarded_for") or "").split(",") if hop.strip()]
    trusted = _is_trusted(stranger.node, str(peer))
    # A proxy that appends whom it saw is in order, also where we and it have the same address.
    if trusted and hops == [FORGED] and not _is_direct(stranger.node):
        return Finding(
            what,
            "ill",
            "whoever sends X-Forwarded-For chooses the address they are counted by. The proxy must replace "
            "the "
            "header, or append to it; and server.trusted_proxies must hold the proxy's address only.",
        )
    if not trusted and hops not in ([], [FORGED]):
        return Finding(
            what,
            "ill",
            f"every visitor is counted as {peer}, the proxy, and one of them can use up the limits of all. "
            "Add "
            f"the proxy's address to server.trusted_proxies, such as “{peer}/32”.",
        )
    if not trusted and stranger.node.config.origin.startswith("https:"):
        return Finding(
            what,
            "remark",
            f"the proxy at {peer} does not say who asks, so every visitor is counted as one. Let it set "
            "X-Forwarded-For, and add its address to server.trusted_proxies.",
        )
    return Finding(what, "well", f"visitors are told apart; this one came from {seen.get('client')}")


def _is_direct(node: Node) -> bool:
    """Whether the origin is where this server itself listens, as in a lab: nothing stands in between."""
    origin, listen = node.config.origin, node.config.server.listen
    return origin.startswith("http:") and origin.rpartition(":")[2] == listen.rpartition(":")[2]


def _is_trusted(node: Node, peer: str) -> bool:
    try:
        address = ip_address(peer)
    except ValueError:
        return False
    return any(address in ip_network(network) for network in node.config.server.trusted_proxies)


def _kind(answer: Response) -> str:
    return answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()


def _json(answer: Response) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(answer.body)
    except msgspec.DecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def _problem(answer: Response) -> str:
    """What the answer says of itself, in a few printable words."""
    text = str(_json(answer).get("detail") or answer.body[:100].decode("utf-8", "replace"))
    return "(" + "".join(letter for letter in text if letter.isprintable())[:200] + ")" if text else ""
