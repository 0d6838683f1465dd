from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from fediverse_node.cli import main

REFERENCE = Path(__file__).parents[3] / "docs" / "reference" / "command-line.md"


def commands(
    group: click.Group, words: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    for name, command in group.commands.items():
        yield (*words, name), command
        if isinstance(command, click.Group):
            yield from commands(command, (*words, name))


ALL = dict(commands(main))


@pytest.mark.parametrize("words", ALL, ids=" ".join)
def test_every_command_has_help_with_an_example(words: tuple[str, ...]) -> None:
    shown = CliRunner().invoke(main, [*words, "--help"])

    assert shown.exit_code == 0
    assert f"Example: fediverse-node {words[0]}" in shown.output


@pytest.mark.parametrize(
    "words", [words for words, command in ALL.items() if not isinstance(command, click.Group)], ids=" ".join
)
def test_the_reference_describes_every_command_and_option(words: tuple[str, ...]) -> None:
    text = REFERENCE.read_text()

    assert f"### `{' '.join(words)}`" in text
    section = text.partition(f"### `{' '.join(words)}`")[2].partition("\n### ")[0]
    for parameter in ALL[words].params:
        if isinstance(parameter, click.Option):
            assert f"`{parameter.opts[-1]}" in section or f"`{parameter.opts[0]}" in section, parameter.opts
