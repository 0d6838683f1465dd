"""`demo`: two nodes on this machine, really federating, and a table of what happened."""

from __future__ import annotations

import signal
import sys
import tempfile
import threading
from pathlib import Path

import click

from fediverse_node.cli.desk import Refusal, note


@click.command()
@click.option("--check", is_flag=True, help="Stop when done, with exit code 0 when everything held, else 1.")
@click.option("--keep", is_flag=True, help="Go on serving until interrupted.")
def demo(*, check: bool, keep: bool) -> None:
    """Start two servers on loopback, let them federate, publish a dataset, and show what happened.

    Uses the provider of OPENAI_API_KEY (and OPENAI_BASE_URL) where one is set, else a practice one.

    Example: fediverse-node demo --keep
    """
    from fediverse_node.cli.demo_nodes import DemoFailed, running_nodes  # noqa: PLC0415 as in `Desk.ask`
    from fediverse_node.cli.demo_story import tell  # noqa: PLC0415 as above

    # A terminated demo must take its nodes with it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with tempfile.TemporaryDirectory(prefix="fediverse-node-demo-") as folder:
        try:
            with running_nodes(Path(folder)) as nodes:
                report = tell(nodes, Path(folder))
                click.echo(report.text())
                if keep and not check:
                    _wait(nodes.pages)
        except DemoFailed as error:
            raise Refusal(str(error)) from error
    if not report.held:
        raise Refusal("Not everything held; see the table above.")


def _wait(pages: list[str]) -> None:
    note(
        "\nServing on. Have a look:\n  "
        + "\n  ".join(pages)
        + "\nInterrupt (Ctrl-C) to stop and remove everything."
    )
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        note("Stopping.")
