"""`keys`: what our actors sign with."""

from __future__ import annotations

import click

from fediverse_node.cli.desk import Desk, JsonDict, json_option, pass_desk, show, table


@click.group()
def keys() -> None:
    """The keys that this server and its people sign with.

    Example: fediverse-node keys list
    """


@keys.command("list")
@json_option
@pass_desk
def list_keys(desk: Desk, *, as_json: bool) -> None:
    """Show every key that is published here.

    Example: fediverse-node keys list --json
    """
    show(desk.ask("keys.list"), as_json=as_json, otherwise=_keys)


@keys.command()
@click.argument("name", required=False)
@click.option("--server", is_flag=True, help="The server's own keys, instead of somebody's.")
@click.option("--blind", is_flag=True, help="Tell nobody: other servers find the new keys by themselves.")
@json_option
@pass_desk
def rotate(desk: Desk, name: str | None, *, server: bool, blind: bool, as_json: bool) -> None:
    """Give the account NAME new keys, or the server itself with --server.

    Followers are told by an Update that the old key signs. What waits to be delivered gets the new key.

    Example: fediverse-node keys rotate alice
    """
    if (name is None) is not server:
        raise click.UsageError("Say whose keys: a NAME, or --server.")
    made = desk.ask("keys.rotate", name=name, blind=blind)
    show(made, as_json=as_json, otherwise=_rotated)


@keys.command()
@click.option("--undo", is_flag=True, help="Store them as they are again, before secrets.key is taken away.")
@json_option
@pass_desk
def seal(desk: Desk, *, undo: bool, as_json: bool) -> None:
    """Seal every private key in the database with secrets.key, also those sealed with the previous one.

    New keys are sealed anyway. Older backups of the database still hold the keys as they were.

    Example: fediverse-node keys seal
    """
    made = desk.ask("keys.seal", undo=undo)
    show(made, as_json=as_json, otherwise=_sealed)


def _sealed(made: JsonDict) -> str:
    return f"{made['changed']} private keys were {'sealed' if made['sealed'] else 'unsealed'}."


def _keys(found: JsonDict) -> str:
    rows = [
        (row["handle"], row["kind"], row["id"], row["fingerprint"], row["replaced_at"] or "")
        for row in found["keys"]
    ]
    return table(rows, head=("whose", "kind", "id", "fingerprint", "replaced"))


def _rotated(made: JsonDict) -> str:
    told = "Followers are being told." if made["told"] else "Nobody is told; other servers will look again."
    return f"{made['handle']} signs with new keys now. {told}"
