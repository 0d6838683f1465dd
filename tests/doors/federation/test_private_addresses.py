"""Nothing that anybody sends makes this server connect to a private address, by whichever way in.

SSRF-01 to SSRF-20, SSRF-22 to SSRF-24 and SSRF-26, R8. How an address is judged is tested in the outbound
room with every address there is; here each way in is tried with each kind of trick, against a running node.
It may reach 127.0.0.1, where the other server lives, and nothing else: a canary listens on 127.0.0.2, and
whatever tries to leave this machine fails the test (tests/fixtures/network.py).
"""

from __future__ import annotations

import asyncio
import html
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from fediverse_node.actors import errands
from fediverse_node.actors import queries as actors
from fediverse_node.consent.notary import Notary
from fediverse_node.datasets import users
from fediverse_node.datasets.herald import Herald
from fediverse_node.datasets.tables import dataset_users
from fediverse_node.federation.delivery.worker import DeliveryWorker
from fediverse_node.federation.discovery import software
from fediverse_node.federation.discovery.memory import OneAtATime
from fediverse_node.federation.inbox.catching_up import CatchUpWorker
from fediverse_node.federation.inbox.process import InboxWorker
from fediverse_node.federation.outbox.edit import set_training_use
from fediverse_node.federation.outbox.publish import Draft, publish
from fediverse_node.federation.profiles.worker import ErrandWorker
from fediverse_node.kernel.errors import NodeError
from fediverse_node.notifications import queries as notifications
from fediverse_node.oauth import tokens
from fediverse_node.push import queries as subscriptions
from fediverse_node.push.envelope import recipient
from fediverse_node.push.model import Wish
from fediverse_node.push.pusher import Pusher
from fediverse_node.push.tables import push_subscriptions
from fediverse_node.receipts import queries as receipts
from fediverse_node.signatures.notes import COSIGNATURE, NoteKey
from fediverse_node.storage.tx import Tx
from fediverse_node.web.control.routes import OPERATIONS
from fediverse_node.witnesses.collect import Collector
from fediverse_node.witnesses.model import Witness
from tests.doors.federation.conftest import Street
from tests.fakes.push_service import Device
from tests.fakes.remote_server import Answer, JsonDict, RemoteActor, RemoteServer, rsa_key
from tests.fixtures.nodes import running_node
from tests.fixtures.sign_in import signed_in_browser
from tests.fixtures.waiting import wait_until

pytestmark = pytest.mark.one_engine

ONLY_NEIGHBOUR = {"FEDIVERSE_NODE_FEDERATION__ALLOW_PRIVATE_NETWORKS": "127.0.0.1/32"}


@dataclass
class Canary:
    """Listens, and counts who comes."""

    host: str
    port: int = 0
    visits: int = 0
    _open: list[asyncio.StreamWriter] = field(default_factory=list)

    async def visit(self, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.visits += 1
        writer.close()


@asynccontextmanager
async def canary(host: str) -> AsyncIterator[Canary]:
    made = Canary(host)
    server = await asyncio.start_server(made.visit, host, 0)
    made.port = server.sockets[0].getsockname()[1]
    async with server:
        yield made


@pytest.fixture
async def lane(database_url: str) -> AsyncIterator[Street]:
    async with open_lane(database_url) as street:
        yield street


@asynccontextmanager
async def open_lane(database_url: str) -> AsyncIterator[Street]:
    """A street whose node may speak to 127.0.0.1 only."""
    async with running_node(database_url, settings=ONLY_NEIGHBOUR) as node, RemoteServer() as there:
        yield Street(
            node=node,
            there=there,
            alice=await node.add_person("alice"),
            bob=there.add_actor("bob"),
            carol=there.add_actor("carol"),
            worker=InboxWorker(node.node),
            catching_up=CatchUpWorker(node.node),
        )


class Resolver:
    """Names that lead where a test wants, differently each time; which of them were looked up."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.answers: dict[str, list[list[str]]] = {}
        self.asked: set[str] = set()
        usual = socket.getaddrinfo

        def getaddrinfo(host: Any, *args: Any, **options: Any) -> Any:
            planned = self.answers.get(host)
            if planned is None:
                return usual(host, *args, **options)
            self.asked.add(host)
            found = planned.pop(0) if len(planned) > 1 else planned[0]
            return [
                (socket.AF_INET6 if ":" in each else socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, 0))
                for each in found
            ]

        monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)


def somebody(street: Street, **extra: Any) -> RemoteActor:
    """Somebody new on the other server. Their key is everybody's: a new one takes a tenth of a second."""
    dave = RemoteActor(street.there, f"dave{len(street.there.actors)}", rsa_key("dave"), extra)
    street.there.actors[dave.name] = dave
    return dave


async def befriended(street: Street) -> None:
    """Let alice follow bob."""
    if await street.actor(street.bob) is None or await street.follow_of(street.bob) is None:
        await street.befriend(street.bob)


# Ways in: each makes the node look at *url*, which stands for a thing of the kind it expects there.


async def key(street: Street, url: str) -> None:
    await street.bob.send(street.inbox, street.bob.create(), key_id=url.replace("\r\n", "%0d%0a"))


async def object_(street: Street, url: str) -> None:
    await befriended(street)
    await street.bob.send(street.inbox, street.bob.announce(url))
    await street.work()


async def looked_up(street: Street, url: str) -> None:
    await search(street, url)


async def webfinger(street: Street, url: str) -> None:
    host = url.partition("://")[2].partition("/")[0]
    await search(street, f"@bob@{host}")


async def handle_of_an_actor(street: Street, url: str) -> None:
    host = url.partition("://")[2].partition("/")[0]
    dave = somebody(street)
    dave.extra["webfinger"] = f"{dave.name}@{host}"
    await search(street, dave.uri)


async def parent(street: Street, url: str) -> None:
    await befriended(street)
    await street.bob.send(street.inbox, street.bob.create(street.bob.note(inReplyTo=url)))
    await street.work()
    await street.catch_up()


async def collection(street: Street, url: str) -> None:
    await befriended(street)
    dave = somebody(street, featured=url, endpoints={"sharedInbox": url})
    known = await street.meet(dave)
    note = dave.note(context=url, replies=url)
    await dave.send(street.inbox, dave.create(note))
    await street.write(lambda tx: errands.ask(tx, known.id, "featured"))
    await run_errands(street)
    await open_status(street, note)
    await street.catch_up()


async def delivery(street: Street, url: str) -> None:
    dave = somebody(street, endpoints={"sharedInbox": url}, followers=url, outbox=url)
    known = await street.meet(dave)
    # Whatever was let in once, by an older version or another policy, is looked at again when it is sent.
    await street.write(lambda tx: actors.change(tx, known.id, {"shared_inbox": url, "inbox": url}))
    await dave.send(street.inbox, dave.follow(street.alice.actor.uri))
    await deliver(street)


async def quote(street: Street, url: str) -> None:
    await befriended(street)
    note = street.bob.note(quote=url, quoteUrl=url, quoteAuthorization=url)
    await street.bob.send(street.inbox, street.bob.create(note))
    await street.work()
    await street.catch_up()


async def moved(street: Street, url: str) -> None:
    dave = somebody(street, movedTo=url)
    await street.befriend(dave)
    await dave.send(street.inbox, dave.activity("Move", dave.uri, target=url))
    await street.work()


async def link(street: Street, url: str) -> None:
    await street.write(
        lambda tx: actors.change(tx, street.alice.actor.id, {"fields": [["Page", page_link(url)]]})
    )
    await street.write(lambda tx: errands.ask(tx, street.alice.actor.id, "links"))
    await run_errands(street)


async def relay(street: Street, url: str) -> None:
    try:
        await OPERATIONS["relay.add"](street.node.node, {"url": url}, lambda _: None)
    except NodeError:
        return


async def nodeinfo(street: Street, url: str) -> None:
    host = url.partition("://")[2].partition("/")[0]
    await software_of(street, host)


async def picture(street: Street, url: str) -> None:
    dave = somebody(street, icon={"type": "Image", "url": url})
    known = await street.meet(dave)
    async with street.node.http.get(f"/api/v1/accounts/{known.id}", headers=street.alice.bearer) as answer:
        shown = (await answer.json())["avatar"]
    if shown.startswith(street.node.base_url):
        async with street.node.http.get(shown.removeprefix(street.node.base_url)) as answer:
            await answer.read()


async def app(street: Street, url: str) -> None:
    browser = await signed_in_browser(street.node, street.alice)
    sent = {"client_id": url, "redirect_uri": "https://app.example/", "response_type": "code"}
    assert (await browser.get(f"/oauth/authorize?{urlencode(sent)}")).status == 400


async def sent_here(street: Street, url: str) -> None:
    browser = await signed_in_browser(street.node, street.alice)
    answer = await browser.send("/authorize_interaction", do="look", uri=url)
    assert answer.status in {303, 400, 403, 404, 410, 422, 503}


async def answered(street: Street, url: str) -> None:
    browser = await signed_in_browser(street.node, street.alice)
    answer = await browser.send("/compose", do="fetch", answering=url, visibility="public")
    assert answer.status in {200, 403, 404, 410, 422, 503}


async def webhook(street: Street, url: str) -> None:
    if not await street.read(lambda tx: receipts.last_endings(tx, 1)):
        post = await publish(street.node.desk, street.alice.actor, Draft(text="Use this.", training_use=True))
        await set_training_use(street.node.desk, street.alice.actor, post.id, allow=False, method="page")

    def let_in_once(tx: Tx) -> None:
        user, _ = users.add(tx, name="Lab", contact="data@lab.example", webhook="https://lab.example/")
        row = dataset_users.update().where(dataset_users.c.id == user.id)
        tx.execute(row.values(webhook=url, told=-1))

    # As of an older version or another policy: it is looked at again when something is sent.
    await street.write(let_in_once)
    await Herald(street.node.node.db, street.node.node.outbound, street.node.addresses).run_once()


async def push_message(street: Street, url: str) -> None:
    alice = street.alice

    def subscribe_and_tell(tx: Tx) -> None:
        token = tokens.find(tx, alice.token)
        assert token is not None
        # As of an older version or another policy: it is looked at again when something is sent.
        subscriptions.subscribe(
            tx,
            token_id=token.id,
            account_id=alice.account.id,
            actor_id=alice.actor.id,
            to=recipient("https://push.example/", **Device().keys, standard=True),
            token=alice.token,
            wish=Wish(alerts=frozenset({"follow"}), audience="all"),
        )
        tx.execute(push_subscriptions.update().values(endpoint=url))
        whom = street.node.instance_actor.id
        notifications.remove(tx, alice.actor.id, "follow", from_actor_id=whom)
        assert notifications.add(tx, alice.actor.id, "follow", from_actor_id=whom)

    await street.write(subscribe_and_tell)
    pusher = Pusher(
        street.node.node.db,
        street.node.node.outbound,
        contact="mailto:admin@node.example",
        icon=lambda _: "",
        settling=timedelta(),
    )
    assert await pusher.run_once() == 1


async def proxy(street: Street, url: str) -> None:
    path = "/users/alice/proxy"
    async with street.node.http.post(path, data={"id": url}, headers=street.alice.bearer) as answer:
        assert answer.status < 500 or answer.status == 503
        await answer.read()


async def link_preview(street: Street, url: str) -> None:
    text = f'<p><a href="{html.escape(url)}">a page</a></p>'
    post = await street.write_post(text=text)
    async with street.node.http.get(f"/api/v1/statuses/{post.id}") as answer:
        assert answer.status == 200
    await street.node.cards.run_once()


async def witness(street: Street, url: str) -> None:
    db = street.node.node.db
    if await db.read(receipts.last_checkpoint) is None:
        await publish(street.node.desk, street.alice.actor, Draft(text="Use this.", training_use=True))
        await Notary(db).run_once()
    key = NoteKey(name="witness.example", public=bytes(32), kind=COSIGNATURE)
    await Collector(db, street.node.node.outbound, [Witness(key=key, url=url)]).run_once()


WAYS_IN: dict[str, Callable[[Street, str], Awaitable[None]]] = {
    way.__name__.strip("_"): way
    for way in (
        key,
        object_,
        looked_up,
        webfinger,
        handle_of_an_actor,
        parent,
        collection,
        delivery,
        quote,
        moved,
        link,
        relay,
        nodeinfo,
        picture,
        app,
        sent_here,
        answered,
        webhook,
        push_message,
        proxy,
        link_preview,
        witness,
    )
}
#: Asks for nothing that an honest server of the lab has, so its twin is the way beside it.
_ONLY_REFUSES = {"collection", "picture"}
#: Where a redirect is never followed, or the address is a host and not an address.
_NO_REDIRECT = {
    "delivery",
    "webhook",
    "push_message",
    "webfinger",
    "handle_of_an_actor",
    "nodeinfo",
    "witness",
}


async def search(street: Street, text: str) -> None:
    params = {"q": text, "resolve": "true"}
    async with street.node.http.get("/api/v2/search", params=params, headers=street.alice.bearer) as answer:
        assert answer.status < 500 or answer.status == 503
        await answer.read()


async def open_status(street: Street, note: JsonDict) -> None:
    post = await street.post(note["id"])
    if post is not None:
        path = f"/api/v1/statuses/{post.id}/context"
        async with street.node.http.get(path, headers=street.alice.bearer) as answer:
            await answer.read()


async def run_errands(street: Street) -> None:
    await ErrandWorker(street.node.desk.discovery, street.node.node.outbound).run_once()


async def deliver(street: Street) -> None:
    """Send what is in the post, each letter once."""
    from fediverse_node.deliveries.tables import envelopes  # noqa: PLC0415 beside its one use

    stop = asyncio.Event()
    worker = DeliveryWorker(street.node.node.db, street.node.node.outbound, alone=False)

    def tried(tx: Tx) -> bool:
        rows = tx.all(envelopes.select())
        return all(row.attempts > 0 or row.state != "waiting" for row in rows)

    async with asyncio.TaskGroup() as group:
        group.create_task(worker.run(stop))
        await wait_until("each letter to be tried", lambda: street.read(tried))
        stop.set()


def page_link(url: str) -> str:
    return f'<a rel="me nofollow noopener" href="{html.escape(url)}">a page</a>'


async def software_of(street: Street, host: str) -> None:
    await software.software_of(street.node.node.outbound, host, scheme="http")


def tricks(bird: Canary, names: Resolver, neighbour: RemoteServer) -> dict[str, str]:
    """Hosts that all stand for the canary, or for worse."""
    names.answers = {
        "private.example": [["127.0.0.2"]],
        "both.example": [["127.0.0.2", "::1"]],
        "rebinding.example": [["127.0.0.1"], ["127.0.0.2"]],
        "metadata.example": [["169.254.169.254"], ["fd00:ec2::254"]],
    }
    return {
        "literal": f"127.0.0.2:{bird.port}",  # SSRF-01
        "unspecified": f"0.0.0.0:{bird.port}",  # SSRF-02
        "ten": "10.0.0.1",  # SSRF-03
        "metadata": "169.254.169.254",  # SSRF-04
        "v6 loopback": f"[::1]:{bird.port}",  # SSRF-05
        "mapped": f"[::ffff:127.0.0.2]:{bird.port}",  # SSRF-06
        "nat64": f"[64:ff9b::7f00:2]:{bird.port}",  # SSRF-07
        "compatible": f"[::127.0.0.2]:{bird.port}",  # SSRF-08
        "short": f"127.2:{bird.port}",  # SSRF-09
        "decimal": f"2130706434:{bird.port}",  # SSRF-09
        "circled": f"①②⑦.⓪.⓪.②:{bird.port}",  # SSRF-10
        "name": f"private.example:{bird.port}",  # SSRF-11
        "two names": f"both.example:{bird.port}",  # SSRF-11
        "rebinding": f"rebinding.example:{bird.port}",  # SSRF-12
        "metadata by name": "metadata.example",
        "onion": "abcdefghij234567.onion",  # SSRF-20
        "credentials": f"{neighbour.domain}@127.0.0.2:{bird.port}",  # SSRF-22
        "backslash": f"{neighbour.domain}\\@127.0.0.2:{bird.port}",  # SSRF-22
        "line break": f"127.0.0.2:{bird.port}\r\nX: y",  # SSRF-22
        "path in a handle": f"127.0.0.2:{bird.port}/path?x#",  # SSRF-24, SSRF-26
    }


@pytest.mark.parametrize("way", WAYS_IN)
async def test_no_way_in_leads_to_a_private_address(
    lane: Street, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.2:9")  # SSRF-23
    monkeypatch.setenv("http_proxy", "http://127.0.0.2:9")
    names = Resolver(monkeypatch)
    async with canary("127.0.0.2") as bird:
        for number, host in enumerate(tricks(bird, names, lane.there).values()):
            await WAYS_IN[way](lane, f"http://{host}/{way}/{number}")
        assert bird.visits == 0


@pytest.mark.parametrize("way", [way for way in WAYS_IN if way not in _NO_REDIRECT | _ONLY_REFUSES])
async def test_no_redirect_leads_to_a_private_address(lane: Street, way: str) -> None:  # SSRF-13 to SSRF-16
    async with canary("127.0.0.2") as bird:
        aims = {
            "/hop/1": f"http://127.0.0.2:{bird.port}/",
            "/hop/2": "/hop/1",
            "/hop/3": "/hop/2",  # the third hop is the private one
            "/hop/file": "file:///etc/passwd",
            "/hop/gopher": f"gopher://127.0.0.2:{bird.port}/",
            "/hop/data": "data:application/activity+json,{}",
            "/hop/loop": "/hop/loop",
        }
        for path, target in aims.items():
            lane.there.answers[path] = Answer(status=302, headers={"Location": target})
        for path in aims:
            await WAYS_IN[way](lane, f"{lane.there.origin}{path}")
        assert bird.visits == 0
        assert lane.there.asked_for("/hop/3"), "the first hop was not even asked"
        assert len(lane.there.asked_for("/hop/loop")) <= 8


@pytest.mark.parametrize("way", [way for way in WAYS_IN if way not in _ONLY_REFUSES])
async def test_each_way_in_does_ask_where_it_may(lane: Street, way: str) -> None:
    async with canary("127.0.0.1") as bird:
        await WAYS_IN[way](lane, f"http://127.0.0.1:{bird.port}/{way}")
        assert bird.visits > 0


async def test_addresses_inside_documents_are_not_asked_for_their_own_sake(
    lane: Street,
) -> None:  # SSRF-18, 19
    await befriended(lane)
    async with canary("127.0.0.2") as bird:
        url = f"http://127.0.0.2:{bird.port}/x"
        extra: JsonDict = {
            "icon": {"type": "Image", "url": url},
            "image": {"type": "Image", "url": url},
            "url": url,
            "followers": url,
            "following": url,
            "outbox": url,
            "endpoints": {"sharedInbox": url, "proxyUrl": url},
        }
        dave = somebody(lane, **extra)
        await lane.meet(dave)
        note = lane.bob.note(
            f'<p><a href="{url}">a link</a><img src="{url}"></p>',
            url=url,
            attachment=[{"type": "Image", "mediaType": "image/png", "url": url}],
            tag=[{"type": "Emoji", "name": ":a:", "icon": {"type": "Image", "url": url}}],
            likes=url,
            shares=url,
            replies=url,
            context=url,
        )
        assert await lane.bob.send(lane.inbox, lane.bob.create(note)) == 202
        await lane.work()
        await lane.catch_up()
        await run_errands(lane)
        assert bird.visits == 0


async def test_our_own_address_is_not_asked(lane: Street) -> None:  # SSRF-20
    before = await lane.rows()
    for uri in (lane.node.base_url + "/users/alice/x", lane.node.base_url.upper() + "/X"):
        await search(lane, uri)
    assert await lane.rows() == before


async def test_a_key_and_its_actor_are_one_fetch_from_one_budget(
    lane: Street, monkeypatch: pytest.MonkeyPatch
) -> None:  # SSRF-27
    both, wanted = asyncio.Event(), 0
    lane.there.answers["/users/bob"] = Answer(document=lane.bob.document(), after=both)
    run = OneAtATime.run

    def run_counted(self: OneAtATime[str, Any], key: str, work: Callable[[], Awaitable[Any]]) -> Any:
        nonlocal wanted
        wanted += key == lane.bob.uri
        if wanted == 2:  # whoever searches and whoever needs the key; the answer comes when both are waiting
            both.set()
        return run(self, key, work)

    monkeypatch.setattr(OneAtATime, "run", run_counted)
    follow = lane.bob.follow(lane.alice.actor.uri)
    followed, created, _ = await asyncio.gather(
        lane.bob.send(lane.inbox, follow),
        lane.bob.send(lane.shared, lane.bob.create()),
        search(lane, lane.bob.uri),
    )
    assert (followed, created) == (202, 202)
    assert len(lane.there.asked_for("/users/bob")) == 1
