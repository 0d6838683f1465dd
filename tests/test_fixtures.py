from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.fixtures.databases import Databases, folder_of_a_run
from tests.fixtures.network import NetworkRefused


def test_sockets_lead_to_this_machine_only(no_network_but_loopback: list[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as client:
        client.connect(server.getsockname())
    with socket.socket() as client, pytest.raises(NetworkRefused):
        client.connect(("192.0.2.1", 80))
    with socket.socket(type=socket.SOCK_DGRAM) as client, pytest.raises(NetworkRefused):
        client.sendto(b"x", ("192.0.2.1", 53))
    assert len(no_network_but_loopback) == 2
    no_network_but_loopback.clear()


async def test_names_of_other_machines_are_not_looked_up(no_network_but_loopback: list[str]) -> None:
    loop = asyncio.get_running_loop()
    assert await loop.getaddrinfo("localhost", 80)
    assert await loop.getaddrinfo("192.0.2.1", 80)  # a literal address asks nobody
    with pytest.raises(NetworkRefused):
        await loop.getaddrinfo("example.org", 80)
    assert no_network_but_loopback == ["the address of 'example.org'"]
    no_network_but_loopback.clear()


def test_what_a_killed_run_left_is_taken_away_and_what_is_in_use_is_not(tmp_path: Path) -> None:
    killed = tmp_path / "fediverse-node-tests.killed"
    begun = tmp_path / "fediverse-node-tests.begun"
    others = tmp_path / "other"
    for folder in (killed, begun, others):
        folder.mkdir()
    for folder in (killed, others):
        (folder / "in-use").touch()
        (folder / "1.db").touch()

    with folder_of_a_run(tmp_path) as ours:
        (ours / "1.db").touch()
        with folder_of_a_run(tmp_path) as beside:
            assert {*tmp_path.iterdir()} == {ours, beside, begun, others}
        assert (ours / "1.db").exists()

    assert {*tmp_path.iterdir()} == {begun, others}
    assert (others / "1.db").exists()


def test_a_copied_database_has_the_rows_of_its_template_and_goes_its_own_way(databases: Databases) -> None:
    template = databases.empty()
    _run(template, "CREATE TABLE pebble (n INTEGER)", "INSERT INTO pebble VALUES (1)")
    copy = databases.copy(template)
    _run(copy, "INSERT INTO pebble VALUES (2)")
    assert _run(template, "SELECT n FROM pebble") == [1]
    assert _run(copy, "SELECT n FROM pebble ORDER BY n") == [1, 2]
    databases.drop(copy)
    databases.drop(template)


def test_what_was_lent_before_is_lent_again_as_if_nobody_had_used_it(databases: Databases) -> None:
    template = databases.empty()
    _run(template, "CREATE TABLE pebble (n INTEGER PRIMARY KEY)", "CREATE TABLE dust (n INTEGER)")
    _run(template, "CREATE TABLE shard (n INTEGER REFERENCES pebble)", "INSERT INTO dust VALUES (7)")
    for spoil in (
        ("INSERT INTO pebble VALUES (1)", "INSERT INTO shard VALUES (1)"),
        ("DELETE FROM dust",),
        ("ALTER TABLE pebble ADD COLUMN colour TEXT",),
        ("CREATE INDEX shards ON shard (n)",),
        ("DROP TABLE shard",),
        ("SELECT 1",),
    ):
        lent = databases.lend(template)
        for question in ("SELECT n FROM pebble", "SELECT n FROM shard"):
            assert _run(lent, question) == [], spoil
        assert _run(lent, "SELECT n FROM dust") == [7]
        _run(lent, "INSERT INTO pebble VALUES (3)", "CREATE INDEX shards ON shard (n)", "DELETE FROM pebble")
        databases.take_back(lent)
        lent = databases.lend(template)
        _run(lent, *spoil)
        databases.take_back(lent)
    databases.drop(template)


def _run(url: str, *statements: str) -> list[int]:
    engine = sa.create_engine(sa.make_url(url).set(drivername=_driver(url)), poolclass=sa.NullPool)
    rows: list[int] = []
    with engine.begin() as connection:
        for statement in statements:
            result = connection.execute(sa.text(statement))
            rows = list(result.scalars()) if result.returns_rows else []
    return rows


def _driver(url: str) -> str:
    return "sqlite" if url.startswith("sqlite") else "postgresql+psycopg"
