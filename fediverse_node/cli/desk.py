"""What every command needs: the configuration, a way to the node, and a way to say things.

Exit codes: 0 it was done, 1 it could not be done (the reason is printed), 2 the command was not understood.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NoReturn

import click
import msgspec

from fediverse_node.cli import logs
from fediverse_node.config.loading import load
from fediverse_node.config.sections import Config
from fediverse_node.kernel.errors import NodeError
from fediverse_node.kernel.text import clean_text

JsonDict = dict[str, Any]
DEFAULT_CONFIG = Path("config.toml")


class Refusal(click.ClickException):
    """An error of ours, said at a terminal: exit code 1."""

    exit_code = 1

    def show(self, file: Any = None) -> None:
        """One line on standard error."""
        click.echo(f"fediverse-node: {clean_text(self.format_message())}", file=file or sys.stderr)


@dataclass
class Desk:
    """One invocation."""

    config_path: Path | None

    @cached_property
    def config(self) -> Config:
        """The configuration; read when a command first needs it."""
        try:
            config = load(self._path(), os.environ)
        except NodeError as error:
            raise Refusal(str(error)) from error
        logs.set_up(level=config.log.level, style=config.log.format)
        return config

    def ask(self, operation: str, **arguments: Any) -> JsonDict:
        """Run an operation in the server, or here. An error of ours ends the command."""
        from fediverse_node.cli import reach  # noqa: PLC0415 loads the whole house, which --help need not wait for

        config = self.config
        try:
            return reach.run(config, operation, arguments, progress=note)
        except NodeError as error:
            refuse(error)

    def _path(self) -> Path | None:
        if self.config_path is not None:
            return self.config_path
        return DEFAULT_CONFIG if DEFAULT_CONFIG.exists() else None


def refuse(error: NodeError) -> NoReturn:
    """End the command with an error's words."""
    raise Refusal(f"{error} ({error.detail})" if error.detail else str(error)) from error


def note(text: str) -> None:
    """Progress and remarks go to standard error, so that standard output stays data."""
    click.echo(clean_text(text), err=True)


def show(result: JsonDict, *, as_json: bool, otherwise: Callable[[JsonDict], str]) -> None:
    """Print a result: as JSON for a program, or in words.

    Names, contacts and answers among the words are of strangers, and must not act on a terminal.
    """
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(result), indent=2).decode())
    else:
        click.echo(clean_text(otherwise(result)))


def table(rows: Sequence[tuple[str, ...]], *, head: tuple[str, ...]) -> str:
    """Columns, as wide as what stands in them."""
    widths = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head))]
    lines = [[cell.ljust(width) for cell, width in zip(row, widths, strict=True)] for row in [head, *rows]]
    return "\n".join("  ".join(line).rstrip() for line in lines)


json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of words.")
pass_desk = click.make_pass_decorator(Desk)
