"""Gives birth to nodes: `fediverse-node serve`, each life in a process of its own, within milliseconds.

What costs seconds when a node is started by hand is the loading of its modules. They are loaded once
here, before the first birth, so that a test can afford to kill fifty nodes. It says 0 when it is ready.
Each line on standard input is a birth; the answer is the number of the process, and when that has ended,
how: a line each.
"""

from __future__ import annotations

import os
import sys

from fediverse_node import app
from fediverse_node.cli.main import main
from fediverse_node.config.loading import load


def live(log: int) -> None:
    """The life of a node, which says what it has to say to *log*."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    for here, there in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(here, there)
    main(["serve"], prog_name="fediverse-node")


def bear(log: int) -> None:
    """A birth for each line, one life after the other."""
    print(0, flush=True)  # noqa: T201 this is how it answers
    for _ in sys.stdin:
        pid = os.fork()
        if pid == 0:
            live(log)
        print(pid, flush=True)  # noqa: T201 as above
        _, status = os.waitpid(pid, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201 as above


if __name__ == "__main__":
    # There is nothing to migrate any more. What is needed to find that out is loaded by it.
    app.prepare_database(load(None, os.environ))
    bear(os.open(sys.argv[1], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600))
