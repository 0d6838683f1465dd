"""What this server is and how many live here (NodeInfo 2.0 and 2.1, FEP-f1d5, FEP-0151, FEP-2677)."""

from __future__ import annotations

from datetime import timedelta

from aiohttp import web

from fediverse_node import __version__
from fediverse_node.activitystreams.load import JsonDict
from fediverse_node.activitystreams.vocabulary import AS2
from fediverse_node.activitystreams.write import dump
from fediverse_node.actors import queries as actors
from fediverse_node.config.sections import Config
from fediverse_node.posts import figures
from fediverse_node.posts import queries as posts
from fediverse_node.storage.tx import Tx
from fediverse_node.web.caching import Document, headers, respond
from fediverse_node.web.keys import ADDRESSES, DOCUMENTS, NODE

SCHEMA = "http://nodeinfo.diaspora.software/ns/schema/"
APPLICATION = f"{AS2}#Application"
VERSIONS = ("2.0", "2.1")
#: The figures need not be of this second, and counting costs.
KEEP_SECONDS = 600.0

_HEADERS = headers(vary="Accept-Encoding", more={"Access-Control-Allow-Origin": "*"})


async def discovery(request: web.Request) -> web.Response:
    """Where the documents are, and the server's own actor."""
    addresses = request.app[ADDRESSES]
    links = [
        {"rel": f"{SCHEMA}{version}", "href": f"{addresses.origin}/nodeinfo/{version}"}
        for version in VERSIONS
    ]
    links.append({"rel": APPLICATION, "href": addresses.instance_actor})
    document = Document(body=dump({"links": links}), content_type="application/json", headers=_HEADERS)
    return respond(request, document)


async def nodeinfo(request: web.Request) -> web.Response:
    """NodeInfo in the version of the path. Elk asks for 2.0 without looking for it."""
    version, node = request.match_info["version"], request.app[NODE]

    async def make() -> Document:
        usage = await node.db.read(_usage)
        return Document(
            body=dump(_nodeinfo(version, node.config, usage)),
            content_type=f'application/json; profile="{SCHEMA}{version}#"',
            headers=_HEADERS,
        )

    key = f"nodeinfo {version}"
    return respond(request, await request.app[DOCUMENTS].get(key, make, keep_seconds=KEEP_SECONDS))


def _usage(tx: Tx) -> JsonDict:
    return {
        "users": {
            "total": actors.count_local(tx),
            "activeMonth": figures.active_authors(tx, tx.now - timedelta(days=30)),
            "activeHalfyear": figures.active_authors(tx, tx.now - timedelta(days=180)),
        },
        "localPosts": posts.count_local(tx),
    }


def _nodeinfo(version: str, config: Config, usage: JsonDict) -> JsonDict:
    return {
        "version": version,
        "software": {"name": "fediverse-node", "version": __version__},
        "protocols": ["activitypub"],
        "services": {"inbound": [], "outbound": []},
        "openRegistrations": config.registration.mode != "closed",
        "usage": usage,
        "metadata": {
            "nodeName": config.instance.name,
            "nodeDescription": config.instance.description,
            "federation": {"enabled": config.federation.enabled},
        },
    }
