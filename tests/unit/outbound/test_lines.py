from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from ipaddress import ip_network

import pytest

from fediverse_node.outbound.answers import Answer
from fediverse_node.outbound.client import Outbound
from fediverse_node.outbound.errors import AddressRefused, Garbled, Refused, Unreachable
from fediverse_node.outbound.guard import AddressPolicy
from fediverse_node.outbound.limits import Limits
from fediverse_node.outbound.lines import Line, Lines, Place, letter_of
from fediverse_node.outbound.resolver import Resolver
from fediverse_node.outbound.tls import tls_context
from tests.fakes.hostile_server import HostileServer, Seen, answer, replies, stalls
from tests.fixtures.waiting import wait_until
from tests.unit.outbound.exchanges import HTTP, LAB, OK, Tls, client

LETTER = letter_of("POST", "http://remote.example/inbox", {"Host": "remote.example"}, b"{}")


@asynccontextmanager
async def opened(
    policy: AddressPolicy = LAB, *, limits: Limits | None = None, addresses: tuple[str, ...] = ("127.0.0.1",)
) -> AsyncIterator[Lines]:
    resolver = Resolver(policy, lookup=lambda host: addresses, seconds=5, threads=1)
    lines = Lines(policy, resolver, context=tls_context(None), limits=limits or Limits())
    try:
        yield lines
    finally:
        await lines.close()
        await resolver.close()


def place(server: HostileServer, host: str = "127.0.0.1") -> Place:
    return Place(host, server.port, encrypted=False)


async def until(what: str, true: Callable[[], bool]) -> None:
    async def look() -> bool:
        return true()

    await wait_until(what, look, every=0.001)


def test_a_letter_is_written_as_its_signature_says() -> None:
    letter = letter_of("POST", "https://a.example/in?x=%7e", {"Host": "a.example", "Date": "now"}, b"{}")
    head, _, body = letter.partition(b"\r\n\r\n")
    assert head.split(b"\r\n") == [
        b"POST /in?x=%7e HTTP/1.1",
        b"Host: a.example",
        b"Date: now",
        b"Content-Length: 2",
    ]
    assert body == b"{}"


@pytest.mark.parametrize("value", ["x\r\nEvil: 1", "x\nEvil: 1", "x\rEvil: 1", "x\0"])
def test_a_header_holds_no_more_than_its_value(value: str) -> None:
    with pytest.raises(Refused):
        letter_of("POST", "https://a.example/", {"Host": "a.example", "X": value}, b"")
    assert letter_of("POST", "https://a.example/", {"Host": "a.example", "X": "x"}, b"")


async def test_one_connection_carries_letter_after_letter_and_two_carry_two_at_once() -> None:
    async with HostileServer(replies(OK)) as server, opened() as lines:
        for _ in range(3):
            assert (await lines.ask(place(server), LETTER)).status == 200
        assert server.connections == 1
        await asyncio.gather(*(lines.ask(place(server), LETTER) for _ in range(2)))
        assert server.connections == 2


@pytest.mark.parametrize(
    "content",
    [answer(headers={"Connection": "close"}), OK + b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"],
    ids=["closing", "said twice"],
)
async def test_a_connection_is_left_where_the_next_answer_could_be_another(content: bytes) -> None:
    async with HostileServer(replies(content)) as server, opened() as lines:
        for _ in range(2):
            assert (await lines.ask(place(server), LETTER)).status == 200
        assert server.connections == 2


async def test_what_is_said_without_being_asked_is_no_answer_to_the_next_letter() -> None:
    said = asyncio.Event()

    async def behave(seen: Seen, writer: asyncio.StreamWriter) -> bool:
        writer.write(OK)
        if not said.is_set():
            await writer.drain()
            await asyncio.sleep(0)  # the answer is taken before the rest is said
            writer.write(answer("410 Gone"))
            said.set()
        return True

    async with HostileServer(behave) as server, opened() as lines:
        assert (await lines.ask(place(server), LETTER)).status == 200
        await said.wait()
        assert (await lines.ask(place(server), LETTER)).status == 200


async def test_a_connection_that_the_other_side_closed_is_not_used_again() -> None:
    async with HostileServer(replies(OK, keep=False)) as server, opened() as lines:
        await lines.ask(place(server), LETTER)
        await until("the end", lambda: not any(x.usable for host in lines._hosts.values() for x in host.idle))
        await lines.ask(place(server), LETTER)
        assert server.connections == 2


async def test_a_connection_that_nobody_used_for_a_while_is_closed_and_forgotten() -> None:
    async with HostileServer(replies(OK)) as server, opened(limits=Limits(keepalive=0.01)) as lines:
        await lines.ask(place(server), LETTER)
        await until("nothing to be left", lambda: not lines._hosts and not server._open)


async def test_an_exchange_that_is_given_up_takes_its_connection_with_it() -> None:
    patience = asyncio.Event()

    async def hesitate(seen: Seen, writer: asyncio.StreamWriter) -> bool:
        await patience.wait()
        writer.write(OK)
        return True

    async with HostileServer(hesitate) as server, opened() as lines:
        asking = asyncio.ensure_future(lines.ask(place(server), LETTER))
        await until("the letter", lambda: bool(server.requests))
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        assert not lines._hosts
        patience.set()
        assert (await lines.ask(place(server), LETTER)).status == 200
        assert server.connections == 2


async def test_closing_ends_what_is_on_its_way() -> None:
    async with HostileServer(stalls()) as server, opened() as lines:
        asking = asyncio.ensure_future(lines.ask(place(server), LETTER))
        await until("the letter", lambda: bool(server.requests))
        await lines.close()
        with pytest.raises(Garbled):
            await asking


async def test_the_address_is_checked_where_the_socket_is_made_and_a_listed_one_is_asked() -> None:
    async with HostileServer(replies(OK)) as server:
        for host in ("127.0.0.1", "remote.example"):
            async with opened(HTTP) as lines:
                with pytest.raises(AddressRefused):
                    await lines.ask(place(server, host), LETTER)
            assert server.connections == 0
        async with opened() as lines:
            assert (await lines.ask(place(server), LETTER)).status == 200


async def test_the_next_address_is_tried_where_the_first_refuses() -> None:
    async with HostileServer(replies(OK)) as server, opened(addresses=("127.0.0.88", "127.0.0.1")) as lines:
        assert (await lines.ask(place(server, "remote.example"), LETTER)).status == 200


async def test_an_address_of_the_newer_kind_is_checked_too() -> None:
    async with opened() as lines:
        with pytest.raises(AddressRefused):
            await lines.ask(Place("::1", 1, encrypted=False), LETTER)


async def test_a_name_is_looked_up_once_for_a_while_and_few_names_are_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("fediverse_node.outbound.lines._NAMES", 1)
    asked: list[str] = []

    def lookup(host: str) -> tuple[str, ...]:
        asked.append(host)
        return ("127.0.0.1",)

    resolver = Resolver(LAB, lookup=lookup, seconds=5, threads=1)
    lines = Lines(LAB, resolver, context=tls_context(None), limits=Limits())
    async with HostileServer(replies(answer(headers={"Connection": "close"}))) as server:
        for host in ("a.example", "a.example", "b.example", "a.example"):
            await lines.ask(place(server, host), LETTER)
    await lines.close()
    await resolver.close()
    assert asked == ["a.example", "b.example", "a.example"]


async def test_only_what_was_not_used_for_a_while_is_closed() -> None:
    async with HostileServer(replies(OK)) as server, opened() as lines:
        await asyncio.gather(*(lines.ask(place(server), LETTER) for _ in range(2)))
        (host,) = lines._hosts.values()
        used, unused = host.idle
        unused.idle_until = 0.0
        lines._sweep()
        assert host.idle == [used]
        assert (used.usable, unused.usable) == (True, False)


class Wire(asyncio.Transport):
    """A connection that leads nowhere; what it is told to send is kept."""

    def __init__(self) -> None:
        super().__init__()
        self.sent = b""
        self.closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.sent += bytes(data)

    def abort(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed


async def asked() -> tuple[Line, Wire, asyncio.Future[Answer]]:
    line, wire = Line(Limits()), Wire()
    line.connection_made(wire)
    asking = asyncio.ensure_future(line.ask(LETTER))
    await until("the letter", lambda: wire.sent == LETTER)
    return line, wire, asking


async def test_what_comes_when_nobody_has_asked_ends_the_connection() -> None:
    line, wire, asking = await asked()
    line.data_received(OK)
    assert ((await asking).status, line.usable) == (200, True)
    line.data_received(OK)
    assert (wire.closed, line.usable) == (True, False)


@pytest.mark.parametrize(
    "cause", [ConnectionResetError("reset"), RuntimeError("of the loop")], ids=["reset", "of the loop"]
)
async def test_a_connection_that_breaks_ends_the_exchange_with_an_error_of_the_network(
    cause: Exception,
) -> None:
    line, _, asking = await asked()
    line.connection_lost(cause)
    with pytest.raises(OSError, match=str(cause)):
        await asking
    line.abort()
    with pytest.raises(Garbled):
        await line.ask(LETTER)


async def test_an_answer_may_end_with_its_connection_but_not_without_having_begun() -> None:
    line, _, asking = await asked()
    line.data_received(b"HTTP/1.1 200 OK\r\n\r\nall")
    line.connection_lost(None)
    assert (await asking).body == b"all"
    line, _, asking = await asked()
    line.connection_lost(None)
    with pytest.raises(Garbled):
        await asking


async def test_a_letter_goes_only_to_whom_the_certificate_names(tls: Tls) -> None:
    async with HostileServer(replies(OK), tls=tls.server) as server:
        async with client(ca_file=tls.ca_file) as outbound:
            for _ in range(2):
                url = server.url("/inbox", host="remote.example")
                assert (await outbound.post(url, b"{}", headers={})).status == 200
            with pytest.raises(Unreachable):
                await outbound.post(server.url(host="other.example"), b"{}", headers={})
        async with client() as outbound:
            with pytest.raises(Unreachable):
                await outbound.post(server.url(host="remote.example"), b"{}", headers={})
    assert (len(server.requests), server.connections) == (2, 1)


def test_letters_go_over_the_loop_of_an_installation_too() -> None:
    uvloop = pytest.importorskip("uvloop")

    async def exchange() -> list[int]:
        async with HostileServer(replies(OK)) as server:
            policy = AddressPolicy(allow_http=True, allow_private_networks=(ip_network("127.0.0.0/8"),))
            async with Outbound(policy, user_agent="x") as outbound:
                found = [await outbound.post(server.url(), b"{}", headers={}) for _ in range(2)]
            assert server.connections == 1
        return [response.status for response in found]

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        assert runner.run(exchange()) == [200, 200]
