"""The composition root: the one file that knows everybody. It opens what has a lifecycle and joins it.

Closing is the reverse of opening: listener, workers (in-flight work gets up to 25 seconds),
provider, outbound connections, database.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import logging
import os
import resource
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from aiohttp import web

from fediverse_node import __version__
from fediverse_node.accounts import sealing as account_sealing
from fediverse_node.actors import local, sealing
from fediverse_node.actors.addresses import Addresses
from fediverse_node.archive.worker import WishWorker
from fediverse_node.assist.configured import open_provider
from fediverse_node.cards.keeping import Cards
from fediverse_node.config.sections import Config
from fediverse_node.consent.notary import Notary
from fediverse_node.consent.remembered import memory_of
from fediverse_node.credentials import sealing as credential_sealing
from fediverse_node.datasets.herald import Herald
from fediverse_node.datasets.librarian import Librarian
from fediverse_node.federation.delivery.upkeep import Upkeep
from fediverse_node.federation.delivery.worker import DeliveryWorker
from fediverse_node.federation.inbox.catching_up import CatchUpWorker
from fediverse_node.federation.inbox.erasing import Eraser
from fediverse_node.federation.inbox.model import Inbox, open_inbox
from fediverse_node.federation.inbox.process import InboxWorker
from fediverse_node.federation.outbox.desk import open_desk
from fediverse_node.federation.outbox.pollster import Pollster
from fediverse_node.federation.outbox.timekeeper import Timekeeper
from fediverse_node.federation.profiles.worker import ErrandWorker
from fediverse_node.joining.clerk import Clerk
from fediverse_node.joining.sign_up import sender_of
from fediverse_node.kernel.clock import Clock, system_clock
from fediverse_node.kernel.errors import NotValid
from fediverse_node.mail.postman import Postman
from fediverse_node.node import Node
from fediverse_node.oauth.janitor import Janitor
from fediverse_node.oauth.tidying import Patience
from fediverse_node.outbound.client import Outbound
from fediverse_node.outbound.guard import AddressPolicy
from fediverse_node.outbound.smtp import Mailbox, MailServer
from fediverse_node.push import keys as push_keys
from fediverse_node.push import sealing as push_sealing
from fediverse_node.receipts import sealing as log_sealing
from fediverse_node.schema.migrate import backup, migrate
from fediverse_node.search.indexing import Indexer
from fediverse_node.storage import space
from fediverse_node.storage.engine import open_database, sqlite_path
from fediverse_node.storage.vault import Vault
from fediverse_node.trends.worker import Trender
from fediverse_node.uploads.converting import Converter
from fediverse_node.uploads.keeping import Keeper
from fediverse_node.web.application import make_application, readers_addresses
from fediverse_node.web.client_api.push import pusher_of
from fediverse_node.web.control.door import make_control_application
from fediverse_node.web.keys import CARDS, COPIES, INBOX, UPLOADS
from fediverse_node.web.media.tidying import Tidier
from fediverse_node.web.metrics import make_metrics_application, watching
from fediverse_node.web.runner import make_runner
from fediverse_node.witnesses import sealing as witness_sealing
from fediverse_node.witnesses.collect import Collector
from fediverse_node.witnesses.model import Witness

log = logging.getLogger(__name__)

#: Files that are no streams: requests, letters, the database.
_OTHER_FILES = 4096


def prepare_database(config: Config, *, clock: Clock = system_clock) -> None:
    """Back up (SQLite, when a migration is due) and migrate. Blocks; run before the loop serves.

    Raises:
        NotValid: the database was used by a newer version.
        NotNow: another process holds the SQLite file.
    """
    path = sqlite_path(config.database.url)
    if path is not None and path.parent.is_dir():
        space.trim(path, least=config.database.least_free_mib * space.MIB)
    backup(config.database.url, now=clock())
    migrate(config.database.url)


@asynccontextmanager
async def open_node(config: Config, *, clock: Clock = system_clock) -> AsyncIterator[Node]:
    """A node with everything open: database, outbound client, provider, the server's own actor.

    Raises:
        NotValid: private keys in the database are sealed, and the configuration does not hold the key.
    """
    least_free = config.database.least_free_mib * space.MIB
    db = open_database(config.database.url, clock=clock, least_free=least_free)
    db.vault = Vault(config.secrets.sealing_keys())
    outbound = Outbound(
        _policy(config),
        user_agent=f"fediverse-node/{__version__} (+{config.origin})",
        own_origin=config.origin,
        ca_file=config.federation.ca_file or None,
        tallies=db.tallies,
    )
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(db.close)
        await stack.enter_async_context(outbound)
        for room in (sealing, log_sealing, witness_sealing, credential_sealing, push_sealing):
            await db.read(room.require_open)
        await db.read(account_sealing.require_open)
        opening = open_provider(config.assist, ca_file=config.federation.ca_file)
        provider = await stack.enter_async_context(opening)
        node = Node(config=config, clock=clock, db=db, outbound=outbound, provider=provider)
        await _ensure_instance_actor(node)
        await _ensure_push_key(node)
        yield node


async def serve(config: Config, stop: asyncio.Event, *, workers: bool = True) -> None:
    """Open the doors, run the workers, and stay until *stop* is set."""
    _allow_connections(config.streaming.connections)
    async with open_node(config) as node, contextlib.AsyncExitStack() as stack:
        stop_workers = asyncio.Event()
        application = make_application(node)
        if not workers and node.db.sole_writer:
            log.warning("serve.nobody_delivers", extra={"why": "no other process may use a SQLite file"})
        if workers:
            # The door's inbox, so that what one has learnt of other servers the other knows too.
            await stack.enter_async_context(_running_workers(node, application[INBOX], stop_workers))
        await stack.enter_async_context(_listening(node, application))
        keeper = Keeper(node.db, application[UPLOADS].folder)
        converter = Converter(application[UPLOADS])
        tidier = Tidier(application[COPIES])
        await stack.enter_async_context(_tidying(tidier, keeper, converter, stop_workers))
        await stack.enter_async_context(_previewing(application[CARDS], stop_workers))
        await stack.enter_async_context(_control_socket(node))
        await stack.enter_async_context(_metrics(node))
        log.info("serve.ready", extra={"listen": config.server.listen, "origin": config.origin})
        await stop.wait()
        log.info("serve.stopping")
        stop_workers.set()


async def work(config: Config, stop: asyncio.Event) -> None:
    """Only the workers, for a database that several processes share (PostgreSQL)."""
    if sqlite_path(config.database.url) is not None:
        raise NotValid("A separate worker needs PostgreSQL: a SQLite file belongs to one process.")
    async with open_node(config) as node, _running_workers(node, open_inbox(node), stop), _metrics(node):
        log.info("worker.ready")
        await stop.wait()


def control_socket_path(config: Config) -> Path | None:
    """Where a running server listens for the command line; None on PostgreSQL, which needs no such way."""
    path = sqlite_path(config.database.url)
    return None if path is None else path.with_name(f"{path.name}.control")


def _allow_connections(most: int) -> None:
    """Ask the system for as many open files as there may be connections, beside all that are open anyway."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = most + _OTHER_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        within = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, within), hard))


@asynccontextmanager
async def _running_workers(node: Node, inbox: Inbox, stop: asyncio.Event) -> AsyncIterator[None]:
    async with asyncio.TaskGroup() as group:
        group.create_task(DeliveryWorker(node.db, node.outbound, alone=node.db.sole_writer).run(stop))
        group.create_task(InboxWorker(node, inbox).run(stop))
        group.create_task(Eraser(node.db).run(stop))
        group.create_task(Pollster(open_desk(inbox.discovery)).run(stop))
        characters = node.config.limits.post_characters
        group.create_task(Timekeeper(open_desk(inbox.discovery, post_characters=characters)).run(stop))
        group.create_task(Indexer(node.db).run(stop))
        group.create_task(WishWorker(open_desk(inbox.discovery)).run(stop))
        group.create_task(Notary(node.db, memory_of(node.config)).run(stop))
        asked = node.config.consent.asked() if node.config.federation.enabled else []
        witnesses = [Witness(key=key, url=url) for key, url in asked]
        group.create_task(Collector(node.db, node.outbound, witnesses).run(stop))
        group.create_task(Janitor(node.db, _patience(node.config)).run(stop))
        group.create_task(Librarian(node.db, node.config).run(stop))
        group.create_task(Herald(node.db, node.outbound, Addresses(node.config.origin)).run(stop))
        group.create_task(Trender(node.db, own_origin=node.config.origin).run(stop))
        group.create_task(CatchUpWorker(node, inbox).run(stop))
        group.create_task(ErrandWorker(inbox.discovery, node.outbound).run(stop))
        group.create_task(_tell_apps(node, stop))
        group.create_task(Clerk(node.db, sender_of(node.config)).run(stop))
        if node.config.mail.host:
            group.create_task(Postman(node.db, mailbox_of(node.config, node.clock).send).run(stop))
        curious, scheme = node.config.federation.enabled, inbox.discovery.scheme
        group.create_task(Upkeep(node.db, node.outbound, scheme=scheme, curious=curious).run(stop))
        try:
            yield
        finally:
            stop.set()


@asynccontextmanager
async def _tidying(
    tidier: Tidier, keeper: Keeper, converter: Converter, stop: asyncio.Event
) -> AsyncIterator[None]:
    """Where the doors are, as the files lie beside them; not where only workers run."""
    async with asyncio.TaskGroup() as group:
        group.create_task(tidier.run(stop))
        group.create_task(keeper.run(stop))
        group.create_task(converter.run(stop))
        try:
            yield
        finally:
            stop.set()


@asynccontextmanager
async def _previewing(cards: Cards, stop: asyncio.Event) -> AsyncIterator[None]:
    """Where the doors are: what is looked at is what somebody reads there."""
    async with asyncio.TaskGroup() as group:
        group.create_task(cards.run(stop))
        try:
            yield
        finally:
            stop.set()


@asynccontextmanager
async def _listening(node: Node, application: web.Application) -> AsyncIterator[None]:
    runner = make_runner(application)
    await runner.setup()
    host, _, port = node.config.server.listen.rpartition(":")
    try:
        await web.TCPSite(runner, host.strip("[]"), int(port)).start()
        yield
    finally:
        await runner.cleanup()


@asynccontextmanager
async def _metrics(node: Node) -> AsyncIterator[None]:
    listen = node.config.metrics.listen
    if not listen:
        yield
        return
    runner = web.AppRunner(make_metrics_application(node), access_log=None)
    await runner.setup()
    host, _, port = listen.rpartition(":")
    try:
        await web.TCPSite(runner, host.strip("[]"), int(port)).start()
        async with watching(node.db.tallies):
            yield
    finally:
        await runner.cleanup()


@asynccontextmanager
async def _control_socket(node: Node) -> AsyncIterator[None]:
    path = control_socket_path(node.config)
    if path is None:
        yield
        return
    path.unlink(missing_ok=True)
    runner = web.AppRunner(make_control_application(node), access_log=None)
    await runner.setup()
    # Whoever may read the database may command it; nobody else may connect, not even for a moment.
    previous = os.umask(0o177)
    try:
        await web.UnixSite(runner, str(path)).start()
    finally:
        os.umask(previous)
    try:
        yield
    finally:
        await runner.cleanup()
        path.unlink(missing_ok=True)


async def _tell_apps(node: Node, stop: asyncio.Event) -> None:
    await pusher_of(node, await readers_addresses(node)).run(stop)


async def _ensure_push_key(node: Node) -> None:
    if not await node.db.read(push_keys.public):
        await node.db.write(push_keys.ensure)


async def _ensure_instance_actor(node: Node) -> None:
    addresses = Addresses(node.config.origin)
    if await node.db.read(lambda tx: local.instance_actor(tx, addresses)) is None:
        new_keys = await asyncio.to_thread(local.generate_keys)
        await node.db.write(lambda tx: local.ensure_instance_actor(tx, addresses, new_keys))


def mailbox_of(config: Config, clock: Clock) -> Mailbox:
    """The way to the operator's mail server."""
    mail = config.mail
    server = MailServer(
        host=mail.host,
        port=mail.port,
        tls=mail.tls,
        user=mail.user,
        password=mail.password,
        sender=mail.sender,
        name=config.instance.name,
        ca_file=config.federation.ca_file,
    )
    return Mailbox(server, clock)


def _patience(config: Config) -> Patience:
    token, app = config.sign_in.unused_token_days, config.sign_in.unused_app_days
    return Patience(token=timedelta(days=token) if token else None, app=timedelta(days=app) if app else None)


def _policy(config: Config) -> AddressPolicy:
    networks = tuple(ipaddress.ip_network(text) for text in config.federation.allow_private_networks)
    return replace(AddressPolicy(), allow_private_networks=networks, allow_http=config.federation.allow_http)
