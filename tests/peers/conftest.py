"""Programs that nobody here wrote, each in a process of its own on a loopback port, and our node before them.

`scripts/setup-peers` installs them. Where one is missing its tests are skipped, and say why.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator

import aiohttp
import pytest

from tests.fixtures.apps import App
from tests.fixtures.nodes import LiveNode, running_node
from tests.peers.processes import FOLDER, Missing, PeerProcess, node_js, pasture_python

ENGINE_REASON = "the engine makes no difference to a peer: these tests have run on SQLite"


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what needs a program that is not installed. The mark's first word names it."""
    marker = item.get_closest_marker("peers")
    if marker is None:
        return
    if os.environ.get("FEDIVERSE_NODE_TEST_DATABASE", "sqlite") != "sqlite":
        pytest.skip(ENGINE_REASON)
    try:
        if marker.args[0] == "fediverse-pasture":
            pasture_python()
        else:
            node_js(FOLDER / {"@fedify/fedify": "fedify", "@evanp/activitypub-bot": "bots"}[marker.args[0]])
    except Missing as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def fedify(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PeerProcess]:
    """The Fedify server of a run. Each test brings people of its own to it."""
    folder = FOLDER / "fedify"
    log = tmp_path_factory.mktemp("fedify") / "log"
    with PeerProcess([node_js(folder), str(folder / "app.mjs")], log=log) as process:
        yield process


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        yield session


@pytest.fixture
async def alpha(database_url: str) -> AsyncIterator[LiveNode]:
    """A node of ours with its workers."""
    async with running_node(database_url, name="alpha", workers=True) as node:
        yield node


@pytest.fixture
async def alice(alpha: LiveNode) -> App:
    """Somebody on our node, with an app."""
    return App(node=alpha, person=await alpha.add_person("alice", name="Alice"))


@pytest.fixture(scope="session")
def bots(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PeerProcess]:
    """The bots of activitypub-bot, for the whole run."""
    folder = FOLDER / "bots"
    log = tmp_path_factory.mktemp("bots") / "log"
    with PeerProcess([node_js(folder), str(folder / "app.mjs")], log=log) as process:
        yield process


@pytest.fixture(scope="session")
def pasture(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PeerProcess]:
    """The actors of fediverse-pasture, for the whole run."""
    log = tmp_path_factory.mktemp("pasture") / "log"
    with PeerProcess([pasture_python(), str(FOLDER / "pasture" / "app.py")], log=log) as process:
        yield process
