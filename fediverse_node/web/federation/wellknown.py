"""Where other servers begin: WebFinger (RFC 7033), host-meta (RFC 6415), and TDMRep."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit
from xml.sax.saxutils import quoteattr

from aiohttp import web

from fediverse_node.activitystreams.load import JsonDict
from fediverse_node.activitystreams.read_discovery import SUBSCRIBE
from fediverse_node.activitystreams.vocabulary import ACTIVITY_JSON, AS2, JRD_JSON
from fediverse_node.activitystreams.write import dump
from fediverse_node.actors import local
from fediverse_node.actors import queries as actors
from fediverse_node.actors.addresses import Addresses
from fediverse_node.actors.model import Actor
from fediverse_node.kernel.errors import Gone, NotFound, NotValid
from fediverse_node.kernel.urls import MAX_URL, authority_of, canonical_host, origin_of
from fediverse_node.storage.tx import Tx
from fediverse_node.web.caching import Document, headers, respond
from fediverse_node.web.keys import ADDRESSES, DOCUMENTS, NODE

SERVICE = f"{AS2}#Service"
PROFILE_PAGE = "http://webfinger.net/rel/profile-page"
AVATAR = "http://webfinger.net/rel/avatar"
#: Activity intents (FEP-3b86): which of our pages takes somebody's people further.
INTENTS = "https://w3id.org/fep/3b86/"
_OFFERED = ("Object", "Follow", "Like", "Announce")
_CREATE = "content={content}&name={name}&summary={summary}&inReplyTo={inReplyTo}"

_OPEN = {"Access-Control-Allow-Origin": "*"}


async def webfinger(request: web.Request) -> web.Response:
    """Who `acct:user@host`, an actor's id or a profile's address is.

    The bare origin names the server's own actor (FEP-d556).
    """
    resources = request.query.getall("resource", [])
    if len(resources) != 1 or not 0 < len(resources[0]) <= MAX_URL:
        raise NotValid("Say who you are looking for, once: ?resource=acct:user@host.")
    if any(ord(character) < 0x21 for character in resources[0]):
        raise NotValid("No address has blanks or control characters in it.")
    resource, wanted = resources[0], request.query.getall("rel", [])
    addresses, node = request.app[ADDRESSES], request.app[NODE]

    async def make() -> Document:
        name = _local_name(resource, addresses)
        found = await node.db.read(lambda tx: _find(tx, addresses, name))
        if found is not None and found.deleted_at is not None:
            raise Gone("This account was deleted.")
        if found is None or not found.active:
            raise NotFound("Nobody of this name is here.")
        document = (
            _about_server(addresses) if _is_origin(resource, addresses) else _descriptor(found, addresses)
        )
        return Document(
            body=dump(_only(document, wanted)),
            content_type=JRD_JSON,
            headers=headers(modified=found.updated_at, vary="Accept-Encoding", more=_OPEN),
        )

    key = f"webfinger {' '.join(wanted)[:500]} {resource}"
    return respond(request, await request.app[DOCUMENTS].get(key, make))


async def host_meta(request: web.Request) -> web.Response:
    """Where WebFinger is, as XRD."""
    template = quoteattr(_template(request.app[ADDRESSES]))
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<XRD xmlns="http://docs.oasis-open.org/ns/xri/xrd-1.0">\n'
        f'  <Link rel="lrdd" type="{JRD_JSON}" template={template}/>\n'
        "</XRD>\n"
    )
    return _fixed(request, body.encode(), "application/xrd+xml; charset=utf-8")


async def host_meta_json(request: web.Request) -> web.Response:
    """Where WebFinger is, as JSON."""
    link = {"rel": "lrdd", "type": JRD_JSON, "template": _template(request.app[ADDRESSES])}
    return _fixed(request, dump({"links": [link]}), JRD_JSON)


async def tdmrep(request: web.Request) -> web.Response:
    """Text and data mining is reserved, unless a page's own headers say otherwise (W3C TDMRep).

    The more specific place overrides the file, so posts whose authors allow training say so there.
    """
    rule = {"location": "/", "tdm-reservation": 1, "tdm-policy": request.app[ADDRESSES].terms}
    return _fixed(request, b"[" + dump(rule) + b"]", "application/json")


def _fixed(request: web.Request, body: bytes, content_type: str) -> web.Response:
    return respond(
        request,
        Document(body=body, content_type=content_type, headers=headers(vary="Accept-Encoding", more=_OPEN)),
    )


def _template(addresses: Addresses) -> str:
    return f"{addresses.origin}/.well-known/webfinger?resource={{uri}}"


def _local_name(resource: str, addresses: Addresses) -> str:
    """The user name that *resource* stands for; the domain for the server's own actor.

    Raises:
        NotValid: it is neither an acct: nor an http(s) address.
        NotFound: it is of another server, or no actor's address.
    """
    scheme, colon, rest = resource.partition(":")
    if colon and scheme.lower() in {"http", "https"}:
        return _name_of_url(resource, addresses)
    handle = rest if colon and scheme.lower() == "acct" else resource
    user, at, host = handle.removeprefix("@").rpartition("@")
    if not at or not user or "/" in handle:
        raise NotValid("This is neither acct:user@host nor an address of this server.")
    if _canonical(host) != addresses.domain:
        raise NotFound("This server speaks for other names only.")
    return user


def _name_of_url(url: str, addresses: Addresses) -> str:
    if origin_of(url) != addresses.origin:
        raise NotFound("This server speaks for other names only.")
    path = urlsplit(url).path
    if path in {"", "/", "/actor", "/about"}:
        return addresses.domain
    for prefix in ("/users/", "/@"):
        if path.startswith(prefix):
            return path.removeprefix(prefix)
    raise NotFound("Nobody has this address.")


def _canonical(host: str) -> str:
    """*host*, which may have a port, in the form of our domain."""
    try:
        return authority_of(f"https://{host}") if ":" in host else canonical_host(host)
    except NotValid as error:
        raise NotFound("This server speaks for other names only.") from error


def _is_origin(resource: str, addresses: Addresses) -> bool:
    return resource.rstrip("/").lower() == addresses.origin


def _find(tx: Tx, addresses: Addresses, name: str) -> Actor | None:
    if name.lower() == addresses.domain:
        return local.instance_actor(tx, addresses)
    return actors.local_by_name(tx, name)


def _descriptor(actor: Actor, addresses: Addresses) -> JsonDict:
    """The subject in its one canonical form, whatever was asked: peers loop back by it."""
    links: list[JsonDict] = [
        {"rel": "self", "type": ACTIVITY_JSON, "href": actor.uri},
        {"rel": PROFILE_PAGE, "type": "text/html", "href": actor.url},
    ]
    if actor.icon is not None:
        media_type = {"type": actor.icon.media_type} if actor.icon.media_type else {}
        links.append({"rel": AVATAR, **media_type, "href": actor.icon.url})
    if actor.type != "Application":
        links.extend(_ways_in(addresses))
    return {
        "subject": f"acct:{actor.username}@{actor.domain}",
        "aliases": [actor.uri, *([actor.url] if actor.url else [])],
        "links": links,
    }


def _ways_in(addresses: Addresses) -> list[JsonDict]:
    """Where another site sends our people who want to follow or answer something there."""
    page = addresses.interaction
    intents = [{"rel": f"{INTENTS}{name}", "template": f"{page}?uri={{object}}"} for name in _OFFERED]
    write = {"rel": f"{INTENTS}Create", "template": f"{addresses.origin}/compose?{_CREATE}"}
    return [{"rel": SUBSCRIBE, "template": f"{page}?uri={{uri}}"}, *intents, write]


def _about_server(addresses: Addresses) -> JsonDict:
    return {
        "subject": addresses.origin,
        "links": [{"rel": SERVICE, "type": ACTIVITY_JSON, "href": addresses.instance_actor}],
    }


def _only(document: JsonDict, wanted: Sequence[str]) -> JsonDict:
    """With `rel` asked for, only those links (RFC 7033, 4.3)."""
    if not wanted:
        return document
    return {**document, "links": [link for link in document["links"] if link["rel"] in wanted]}
