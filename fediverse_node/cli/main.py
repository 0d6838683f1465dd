"""The command group and the commands that run the server."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
import threading
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import click

from fediverse_node import __version__
from fediverse_node.cli import (
    account,
    announcing,
    archives,
    client,
    consent,
    datasets,
    demo,
    federate,
    init,
    inspect,
    joining,
    keys,
    media,
    moderate,
    profile,
    relay,
    searching,
    sign_in,
    verifying,
)
from fediverse_node.cli import emoji as emoji_commands
from fediverse_node.cli.desk import Desk, note, pass_desk, refuse
from fediverse_node.config.sections import Config
from fediverse_node.kernel.errors import NodeError

_COLLECT_AFTER = (20_000, 20, 20)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--config",
    "config_path",
    type=click.Path(dir_okay=False, path_type=Path),
    envvar="FEDIVERSE_NODE_CONFIG",
    help="The configuration file (else FEDIVERSE_NODE_CONFIG, else ./config.toml).",
)
@click.version_option(__version__, prog_name="fediverse-node")
@click.pass_context
def main(context: click.Context, config_path: Path | None) -> None:
    """A social server that asks before anything is used for training.

    Example: fediverse-node demo
    """
    context.obj = Desk(config_path)


@main.command()
@click.option("--no-workers", is_flag=True, help="Only answer requests; `worker` delivers (PostgreSQL).")
@pass_desk
def serve(desk: Desk, *, no_workers: bool) -> None:
    """Back up and migrate the database, then serve until interrupted.

    Example: fediverse-node serve
    """
    asked = _heard_from_now_on()
    _run(desk.config, asked, lambda app, stop: app.serve(desk.config, stop, workers=not no_workers))


@main.command()
@pass_desk
def worker(desk: Desk) -> None:
    """Deliver and process without answering requests (PostgreSQL only).

    Example: fediverse-node worker
    """
    asked = _heard_from_now_on()
    _run(desk.config, asked, lambda app, stop: app.work(desk.config, stop))


@main.command()
@click.argument("revision", default="head")
@pass_desk
def migrate(desk: Desk, revision: str) -> None:
    """Move the database to REVISION: head, -1 (one back), or a name.

    Example: fediverse-node migrate head
    """
    from fediverse_node.schema import migrate as schema  # noqa: PLC0415 --help need not wait for Alembic

    config = desk.config
    try:
        schema.migrate(config.database.url, revision)
        note(f"The database is at revision {schema.current(config.database.url)}.")
    except NodeError as error:
        refuse(error)


def _heard_from_now_on() -> threading.Event:
    """Set when we are asked to stop before the loop listens for that itself; a second time ends us at once.

    A migration is not torn: whoever stops us while it runs waits for its end.
    """
    asked = threading.Event()

    def hear(number: int, frame: object) -> None:
        del frame
        signal.signal(number, signal.SIG_DFL)
        asked.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, hear)
    return asked


def _run(
    config: Config,
    asked: threading.Event,
    run: Callable[[Any, asyncio.Event], Coroutine[Any, Any, None]],
) -> None:
    gc.disable()
    from fediverse_node import app  # noqa: PLC0415 --help need not wait for the whole house

    # What was loaded stays loaded: the collector need not look at it again and again. And a server
    # makes so many short-lived objects that it need not look at those after every 700.
    gc.freeze()
    gc.set_threshold(*_COLLECT_AFTER)
    gc.enable()
    try:
        app.prepare_database(config)
        with _runner() as runner:
            runner.run(_until_signalled(asked, lambda stop: run(app, stop)))
    except NodeError as error:
        refuse(error)
    except OSError as error:
        refuse(NodeError(f"Cannot listen on {config.server.listen}: {error.strerror or error}."))


def _runner() -> asyncio.Runner:
    try:
        import uvloop  # noqa: PLC0415 an extra, used where it is installed
    except ImportError:
        return asyncio.Runner()
    return asyncio.Runner(loop_factory=uvloop.new_event_loop)


async def _until_signalled(
    asked: threading.Event, run: Callable[[asyncio.Event], Coroutine[Any, Any, None]]
) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(number, stop.set)
    if not asked.is_set():
        await run(stop)


for command in (
    init.init,
    account.account,
    account.token,
    joining.invite,
    federate.post,
    federate.review,
    federate.vote,
    emoji_commands.emoji,
    emoji_commands.like,
    federate.follow,
    federate.lookup,
    profile.profile,
    profile.requests,
    profile.accept,
    profile.reject,
    profile.pin,
    profile.unpin,
    relay.relay,
    announcing.announcement,
    consent.consent,
    datasets.dataset,
    archives.export,
    archives.import_file,
    verifying.verify,
    inspect.trace,
    inspect.hosts,
    inspect.deliveries,
    inspect.doctor,
    keys.keys,
    media.media,
    searching.search,
    client.client,
    moderate.block,
    moderate.unblock,
    moderate.report,
    moderate.reports,
    moderate.domain,
    moderate.ai_filter,
    demo.demo,
):
    main.add_command(command)
for command in (sign_in.list_sessions, sign_in.second_factor, sign_in.passkeys):
    account.account.add_command(command)
