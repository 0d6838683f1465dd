"""A dead mail server delays letters and loses none."""

from __future__ import annotations

import asyncio

import pytest

from fediverse_node.kernel.errors import NotNow, NotValid
from fediverse_node.mail import queries
from fediverse_node.mail.postman import Postman
from fediverse_node.storage.engine import open_database
from fediverse_node.storage.tx import Tx
from tests.fixtures.outbox import TurnedClock


class Server:
    """Takes letters, or refuses them with `error`."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, str, str]] = []
        self.error: Exception | None = None

    async def send(self, recipient: str, subject: str, body: str) -> None:
        if self.error is not None:
            raise self.error
        self.taken.append((recipient, subject, body))


def put(tx: Tx, subject: str = "Hello") -> None:
    queries.put(tx, recipient="carol@mail.example", subject=subject, body="A link")


async def test_letters_go_out_in_their_order_and_once(database_url: str) -> None:
    database, server = open_database(database_url), Server()
    postman = Postman(database, server.send)
    for subject in ("One", "Two"):
        await database.write(lambda tx, subject=subject: put(tx, subject))  # type: ignore[misc]  # one for each
    assert await postman.run_once() == 2
    assert await postman.run_once() == 0
    assert [subject for _, subject, _ in server.taken] == ["One", "Two"]
    assert server.taken[0] == ("carol@mail.example", "One", "A link")
    await database.close()


async def test_what_is_not_taken_now_is_tried_again_and_given_up_after_days(
    database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    clock, server = TurnedClock(), Server()
    database = open_database(database_url, clock=clock)
    postman = Postman(database, server.send)
    await database.write(put)
    server.error = NotNow("Away")
    assert await postman.run_once() == 0
    # Not again at once.
    server.error = None
    assert await postman.run_once() == 0
    clock.turn(minutes=2)
    assert await postman.run_once() == 1
    await database.write(put)
    server.error = NotNow("Away")
    for _ in range(5):
        await postman.run_once()
        clock.turn(days=1)
    assert await database.read(queries.waiting) == []
    assert [record.getMessage() for record in caplog.records if "given_up" in record.getMessage()]
    # PRI-17: nobody reads addresses in a log.
    assert "carol@" not in caplog.text
    await database.close()


async def test_what_is_refused_for_good_keeps_nothing_from_going_out(database_url: str) -> None:
    database, server = open_database(database_url), Server()
    postman = Postman(database, server.send)
    await database.write(put)
    server.error = NotValid("Never")
    assert await postman.run_once() == 0
    assert await database.read(queries.waiting) == []
    await database.close()


async def test_a_letter_that_somebody_is_sending_nobody_else_takes(database_url: str) -> None:
    clock = TurnedClock()
    database = open_database(database_url, clock=clock)
    await database.write(put)
    assert await database.write(queries.take) is not None
    assert await database.write(queries.take) is None
    # Until they have been gone for too long.
    clock.turn(minutes=6)
    assert await database.write(queries.take) is not None
    await database.close()


async def test_it_runs_until_it_is_told_to_stop(database_url: str) -> None:
    database, server, stop = open_database(database_url), Server(), asyncio.Event()
    await database.write(put)

    async def send(recipient: str, subject: str, body: str) -> None:
        await server.send(recipient, subject, body)
        stop.set()

    async with asyncio.timeout(60):
        await Postman(database, send).run(stop)
    assert len(server.taken) == 1
    await database.close()
