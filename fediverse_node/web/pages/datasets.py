"""The page of the open dataset: what there is, how to check it, and, where the operator says so, a key."""

from __future__ import annotations

import logging
from typing import Any, Final

from aiohttp import web

from fediverse_node.datasets import queries, users
from fediverse_node.datasets.model import File, Release
from fediverse_node.kernel.errors import NodeError, NotFound
from fediverse_node.storage.tx import Tx
from fediverse_node.web.bodies import read_form
from fediverse_node.web.caching import Document, respond
from fediverse_node.web.keys import ADDRESSES, CLIENT, DOCUMENTS, NODE, RATE_LIMITS
from fediverse_node.web.pages.dataset_strings import words
from fediverse_node.web.pages.private import private_page
from fediverse_node.web.pages.rendering import Head, language, page
from fediverse_node.web.pages.strings import Strings
from fediverse_node.web.pages.views import moment
from fediverse_node.web.rate_limits import DATASET_KEYS, address_key
from fediverse_node.web.sessions import require_own_form

log = logging.getLogger(__name__)

PATH: Final = "/datasets/"
_MAX_FORM: Final = 16_384
_LISTED: Final = 20


async def show(request: web.Request) -> web.Response:
    """`GET /datasets/`."""
    _require_published(request)
    strings, db = language(request), request.app[NODE].db

    def read(tx: Tx) -> Document:
        return page(request, "datasets.html", _head(request), **_values(tx, request, strings))

    key = f"{PATH} {strings.language}"
    return respond(request, await request.app[DOCUMENTS].get(key, lambda: db.read(read)))


async def register(request: web.Request) -> web.Response:
    """`POST /datasets/users` (`name`, `contact`, `webhook`, `accept`): a key, shown this once."""
    _require_published(request)
    node, strings = request.app[NODE], language(request)
    if node.config.datasets.access != "gated":
        raise NotFound
    require_own_form(request)
    if request[CLIENT]:
        request.app[RATE_LIMITS].take(DATASET_KEYS, address_key(request[CLIENT]))
    sent = await read_form(request, _MAX_FORM)
    try:
        key = await _added(request, sent)
    except NodeError as error:
        return await _refused(request, strings, sent, str(error))
    if key is None:
        return await _refused(request, strings, sent, words(strings.language).must_accept)
    says = words(strings.language)
    return private_page(request, "dataset_key.html", Head(title=says.key_title), None, s=says, key=key)


async def _added(request: web.Request, sent: dict[str, str]) -> str | None:
    """The key of a new user; None where the terms were not accepted."""
    node, webhook = request.app[NODE], sent.get("webhook") or None
    if not sent.get("accept"):
        return None
    if webhook is not None:
        await node.outbound.check(webhook)
    name, contact = sent.get("name", ""), sent.get("contact", "")
    user, key = await node.db.write(lambda tx: users.add(tx, name=name, contact=contact, webhook=webhook))
    log.info("dataset.user_added", extra={"user": user.id})
    return key


async def _refused(
    request: web.Request, strings: Strings, sent: dict[str, str], problem: str
) -> web.Response:
    values = await request.app[NODE].db.read(lambda tx: _values(tx, request, strings, sent=sent))
    values |= {"problem": problem}
    return private_page(request, "datasets.html", _head(request), None, status=422, **values)


def _values(
    tx: Tx, request: web.Request, strings: Strings, *, sent: dict[str, str] | None = None
) -> dict[str, Any]:
    addresses, says = request.app[ADDRESSES], words(strings.language)
    published = queries.published(tx, _LISTED)
    now = next((release for release in published if release.state == "current"), None)
    files = queries.files_of(tx, now.id) if now is not None else []
    return {
        "s": says,
        "release": _shown(now, strings) if now is not None else None,
        "files": files,
        "downloads": _downloads(files),
        "earlier": [_shown(each, strings) for each in published if each.state != "current"],
        "access": request.app[NODE].config.datasets.access,
        "log": addresses.consent_log,
        "sent": sent or {},
        "problem": None,
    }


def _shown(release: Release, strings: Strings) -> dict[str, Any]:
    return {
        "sha256": release.sha256,
        "made": moment(release.made_at, strings),
        "rows": release.rows,
        "authors": release.authors,
        "state": words(strings.language).states[release.state],
    }


def _downloads(files: list[File]) -> int:
    """How often the data was fetched: of what comes in several files, the most that one was."""
    return max((file.downloads for file in files if file.path.startswith("data/")), default=0)


def _head(request: web.Request) -> Head:
    says = words(language(request).language)
    return Head(title=says.title, description=says.lead, canonical=f"{request.app[ADDRESSES].datasets}/")


def _require_published(request: web.Request) -> None:
    if not request.app[NODE].config.datasets.publish:
        raise NotFound
