"""`verify`: check a receipt or a node's log with nothing but what everybody can read."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Final

import click

from fediverse_node.cli.desk import JsonDict, json_option, show

_SIGNS: Final = {"held": "yes", "broken": "NO ", "open": "?  ", "noted": "   "}
_SUMS: Final = {0: "Everything held.", 1: "Something did not hold.", 2: "Something could not be checked."}


@click.command()
@click.argument("target")
@click.option("--proof", type=click.Path(path_type=Path), help="The receipt's .tlog-proof (else beside it).")
@click.option("--key", help="The log's key, from a source you trust (else the log is asked).")
@click.option("--known", type=click.Path(path_type=Path), help="A file that remembers the log between looks.")
@click.option("--witness", "witnesses", multiple=True, metavar="KEY", help="Its word is demanded, too.")
@click.option("--offline", is_flag=True, help="Ask nobody: only check the files at hand.")
@click.option("--lab", is_flag=True, help="Also addresses of this machine, and without TLS.")
@json_option
def verify(  # noqa: PLR0913 one for each option
    target: str,
    *,
    proof: Path | None,
    key: str | None,
    known: Path | None,
    witnesses: tuple[str, ...],
    offline: bool,
    lab: bool,
    as_json: bool,
) -> None:
    """Check TARGET: a receipt or a picture (file or address), a folder of receipts, an export, or a node.

    Exit code 0: everything held. 1: something did not. 2: something could not be checked.

    Example: fediverse-node verify https://example.org --known example.org.log
    """
    from fediverse_node.verify import targets  # noqa: PLC0415 --help need not wait for the network's client

    means = targets.Means(proof=proof, key=key, known=known, witnesses=witnesses, offline=offline, lab=lab)
    report = asyncio.run(targets.check(target, means))
    found = {
        "held": report.exit_code == 0,
        "findings": [{"verdict": each.verdict, "text": each.text} for each in report.findings],
    }
    show(found, as_json=as_json, otherwise=lambda made: _in_words(made, report.exit_code))
    click.get_current_context().exit(report.exit_code)


def _in_words(found: JsonDict, code: int) -> str:
    lines = [f"{_SIGNS[each['verdict']]}  {each['text']}" for each in found["findings"]]
    return "\n".join([*lines, _SUMS[code]])
