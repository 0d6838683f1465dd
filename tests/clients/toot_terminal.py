"""A terminal of toot's own: reads what is typed, a line of JSON each, and gives what was printed.

Half a second goes by until toot has started, and what it loads with itself stays out of the tests' process.
"""

from __future__ import annotations

import json
import sys

from click.testing import CliRunner
from toot.cli import cli


def main() -> None:
    # Where there is more, it waits for a key: a blank for the next page, q to end.
    keys = " " * 4 + "q" * 20
    for line in sys.stdin:
        done = CliRunner().invoke(cli, json.loads(line), input=keys)
        sys.stdout.write(f"{json.dumps({'code': done.exit_code, 'printed': done.output})}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
