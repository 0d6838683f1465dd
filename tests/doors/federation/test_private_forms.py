"""Every address that nobody may reach, in each way that it can be named, by each way into this server (R8).

The tricks are in test_private_addresses.py, beside the ways in and what they may reach; here is the mass.
No canary has to listen: whatever asks the machine for a connection, to anywhere else than the other server
of the lab, is written down.
"""

from __future__ import annotations

import shutil
import socket
from collections.abc import AsyncIterator, Iterator
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest

from fediverse_node.schema.migrate import migrate
from tests.doors.federation.conftest import Street
from tests.doors.federation.test_private_addresses import WAYS_IN, Resolver, open_lane
from tests.fakes.addresses import FORBIDDEN_V4, FORBIDDEN_V6
from tests.fakes.remote_server import Answer

#: In both spellings, where the other server of the lab is.
NEIGHBOUR = {"127.0.0.1", "::ffff:127.0.0.1", "::ffff:7f00:1"}
FORMS = [form for form in (*FORBIDDEN_V4, *FORBIDDEN_V6) if form not in NEIGHBOUR]
#: Where an address is fetched that a redirect can lead away from.
REDIRECTED = {"key", "object", "looked_up", "link", "proxy", "relay"}
#: Where only the host of an address counts.
HOST_ONLY = {"webfinger", "handle_of_an_actor", "nodeinfo"}
#: Where a redirect is not followed, or no address that others name is fetched.
NOT_REDIRECTED = {"picture", "delivery"}
WAYS = sorted(REDIRECTED | HOST_ONLY | NOT_REDIRECTED)
PORT = 8080

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database. No engine makes a difference to where a request goes, so this one is SQLite's."""
    file = tmp_path_factory.mktemp("forms") / "template.db"
    migrate(f"sqlite:///{file}")
    return file


@pytest.fixture
async def lane(template: Path, tmp_path: Path) -> AsyncIterator[Street]:
    shutil.copyfile(template, tmp_path / "node.db")
    async with open_lane(f"sqlite:///{tmp_path / 'node.db'}") as street:
        yield street


@pytest.fixture
def reached(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every address that a connection was asked for, but the neighbour's."""
    found: list[str] = []

    def guard(name: str) -> None:
        original = getattr(socket.socket, name)

        def guarded(self: socket.socket, address: Any) -> Any:
            if self.family != socket.AF_UNIX and address[0] != "127.0.0.1":
                found.append(address[0])
                raise ConnectionRefusedError
            return original(self, address)

        monkeypatch.setattr(socket.socket, name, guarded)

    guard("connect")
    guard("connect_ex")
    return found


def hosts(names: Resolver, way: str) -> Iterator[str]:
    """Every form as it stands in an address: by its number, and by names that lead there."""
    for number, form in enumerate(FORMS):
        yield f"[{form}]" if ":" in form else form
        leads_to = {f"a{number}.{way}.example".replace("_", "-"): form}
        if ":" not in form:
            leads_to[f"aaaa{number}.{way}.example".replace("_", "-")] = f"::ffff:{IPv4Address(form)}"
        for name, address in leads_to.items():
            names.answers[name] = [[address]]
            yield name


def redirects(street: Street) -> Iterator[str]:
    """Paths at the neighbour that lead to every form."""
    for number, form in enumerate(FORMS):
        path = f"/away/{number}"
        host = f"[{form}]" if ":" in form else form
        street.there.answers[path] = Answer(status=302, headers={"Location": f"http://{host}:{PORT}/"})
        yield path


@pytest.mark.parametrize("way", WAYS)
async def test_no_form_of_a_private_address_is_reached(
    lane: Street, reached: list[str], way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = Resolver(monkeypatch)
    for number, host in enumerate(hosts(names, way)):
        await WAYS_IN[way](lane, f"http://{host}:{PORT}/{way}/{number}")
    assert reached == []
    assert names.asked == set(names.answers), "a name was refused before anybody looked where it leads"


@pytest.mark.parametrize("way", sorted(REDIRECTED))
async def test_no_redirect_leads_to_a_form_of_a_private_address(
    lane: Street, reached: list[str], way: str
) -> None:
    for path in redirects(lane):
        await WAYS_IN[way](lane, f"{lane.there.origin}{path}")
        assert lane.there.asked_for(path), f"{path} was not even asked"
    assert reached == []


async def test_what_is_asked_for_is_written_down(lane: Street, reached: list[str]) -> None:
    with socket.socket() as plain, pytest.raises(ConnectionRefusedError):
        plain.connect(("127.0.0.2", 9))
    assert reached == ["127.0.0.2"]
    await lane.meet(lane.bob)


def test_the_mass_is_as_large_as_it_should_be() -> None:
    named = sum(3 if ":" not in form else 2 for form in FORMS)  # no A record leads to IPv6
    assert len(WAYS) >= 9
    assert len(FORMS) >= 60
    assert len(WAYS) * named + len(REDIRECTED) * len(FORMS) >= 60 * 9 * 4
