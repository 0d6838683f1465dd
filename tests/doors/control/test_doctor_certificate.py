"""What `doctor` says of the certificate of its own address."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from aiohttp import web

from fediverse_node.activitystreams.vocabulary import ACTIVITY_JSON
from fediverse_node.actors.addresses import Addresses
from fediverse_node.web.control import stranger
from tests.fixtures.certificates import Certificate, certificate, tls_server
from tests.fixtures.nodes import LiveNode

DAY = timedelta(days=1)


async def findings(alpha: LiveNode, shown: Certificate) -> dict[str, tuple[str, str]]:
    """What is found where *alpha* is a node with an https origin that shows this certificate."""

    async def actor(request: web.Request) -> web.Response:
        body = msgspec.json.encode({"id": f"{origin}{request.path}"})
        return web.Response(body=body, content_type=ACTIVITY_JSON)

    application = web.Application()
    application.router.add_get("/actor", actor)
    async with tls_server(shown, application) as origin:
        await alpha.change(alpha.instance_actor, uri=Addresses(origin).instance_actor)
        config = alpha.node.config
        node = replace(
            alpha.node,
            config=msgspec.structs.replace(
                config,
                instance=msgspec.structs.replace(config.instance, origin=origin),
                federation=msgspec.structs.replace(config.federation, ca_file=shown.ca_file),
            ),
        )
        found = [each async for each in stranger.look(node, running=True)]
    return {each.what: (each.state, each.says) for each in found}


@pytest.mark.parametrize(
    ("life", "left", "state"),
    [
        (90, timedelta(days=30), "well"),
        (90, timedelta(days=13), "remark"),
        (6, timedelta(days=5), "well"),
        (6, timedelta(days=1), "remark"),
    ],
)
async def test_a_certificate_that_ends_soon_is_remarked_on(
    alpha: LiveNode, tmp_path: Path, life: int, left: timedelta, state: str
) -> None:
    shown = certificate(tmp_path, life=life * DAY, left=left)

    found = await findings(alpha, shown)

    assert found["seen from outside"][0] == "well"
    assert found["certificate"][0] == state
    assert f"{shown.ends:%Y-%m-%d}" in found["certificate"][1]


async def test_a_certificate_that_has_ended_is_ill(alpha: LiveNode, tmp_path: Path) -> None:
    found = await findings(alpha, certificate(tmp_path, life=90 * DAY, left=-DAY))

    state, says = found["seen from outside"]
    assert state == "ill"
    assert "renew" in says
    assert "expired" in says


async def test_without_tls_there_is_no_certificate_to_look_at(alpha: LiveNode) -> None:
    found = [each.what async for each in stranger.look(alpha.node, running=True)]

    assert "seen from outside" in found
    assert "certificate" not in found
