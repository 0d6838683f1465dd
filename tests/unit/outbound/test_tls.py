from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web

from fediverse_node.outbound.errors import Refused, Unreachable
from fediverse_node.outbound.guard import AddressPolicy
from fediverse_node.outbound.tls import validity
from tests.fixtures.certificates import certificate, tls_server
from tests.unit.outbound.exchanges import LAB

DAY = timedelta(days=1)


async def test_when_a_certificate_begins_and_ends_is_read(tmp_path: Path) -> None:
    shown = certificate(tmp_path, life=90 * DAY, left=60 * DAY)
    async with tls_server(shown, web.Application()) as origin:
        found = await validity(origin, LAB, ca_file=shown.ca_file)

    assert (found.begins, found.ends) == (shown.ends - 90 * DAY, shown.ends)


async def test_one_that_has_ended_or_that_nobody_vouches_for_is_not_good(tmp_path: Path) -> None:
    ended = certificate(tmp_path, life=90 * DAY, left=-DAY)
    async with tls_server(ended, web.Application()) as origin:
        with pytest.raises(Unreachable) as refused:
            await validity(origin, LAB, ca_file=ended.ca_file)
        assert "expired" in refused.value.detail
    good = certificate(tmp_path, life=90 * DAY, left=60 * DAY)
    async with tls_server(good, web.Application()) as origin:
        with pytest.raises(Unreachable):
            await validity(origin, LAB)


async def test_what_the_policy_forbids_is_not_connected_to(tmp_path: Path) -> None:
    shown = certificate(tmp_path, life=90 * DAY, left=60 * DAY)
    async with tls_server(shown, web.Application()) as origin:
        for url in (origin, "https://localhost:1/", "https://127.0.0.1"):
            with pytest.raises(Refused):
                await validity(url, AddressPolicy(), ca_file=shown.ca_file)


async def test_where_nobody_speaks_tls_nothing_is_learnt() -> None:
    with pytest.raises(Unreachable):
        await validity("https://127.0.0.1:9", LAB)
