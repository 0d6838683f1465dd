"""Every address of this door. None asks for a signature."""

from __future__ import annotations

from aiohttp import web

from fediverse_node.web.datasets import files, releases, stream, telling

_RELEASE = r"{release:[0-9a-f]{64}}"

ROUTES: list[web.RouteDef] = [
    web.get("/datasets/index.json", releases.index),
    web.get("/datasets/releases.atom", releases.feed),
    web.get("/datasets/terms.md", releases.terms),
    web.get("/datasets/stream", stream.stream, allow_head=False),
    web.get("/datasets/webhook", telling.show, allow_head=False),
    web.put("/datasets/webhook", telling.change),
    web.get(f"/datasets/{_RELEASE}", releases.release),
    web.get(f"/datasets/{_RELEASE}/{{path:.+}}", files.file),
]
