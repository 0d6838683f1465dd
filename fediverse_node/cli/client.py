"""`client`: a web client, made for Mastodon, that people use at `/app/`."""

from __future__ import annotations

from pathlib import Path

import click

from fediverse_node.cli.desk import Desk, Refusal, json_option, note, pass_desk, refuse, show
from fediverse_node.kernel.errors import NodeError


@click.group()
def client() -> None:
    """A web client for the people of this server, at /app/.

    Example: fediverse-node client show
    """


@client.command()
@click.argument("path", type=click.Path(path_type=Path))
@pass_desk
def add(desk: Desk, path: Path) -> None:
    """Install the client in PATH, a folder or a zip file, in the place of any other.

    It must be made of files alone, and be built to live at /app/. It acts for whoever signs in with it: take
    one that you trust. A running server hands it out at once.

    Example: fediverse-node client add ~/phanpy/dist
    """
    from fediverse_node.webclient import install, place  # noqa: PLC0415 --help need not wait for it

    folder = place.folder_of(desk.config)
    try:
        made = install.install(path, folder)
    except NodeError as error:
        refuse(error)
    note(f"Installed {made.files} files, {made.size / (1 << 20):.1f} MiB, in {folder}.")
    click.echo(f"{desk.config.origin}{place.BASE}")


@client.command()
@pass_desk
def remove(desk: Desk) -> None:
    """Take the client away.

    Example: fediverse-node client remove
    """
    from fediverse_node.webclient import install, place  # noqa: PLC0415 as above

    folder = place.folder_of(desk.config)
    if not install.remove(folder):
        raise Refusal(f"There is no client in {folder}.")
    note("Removed.")


@client.command(name="show")
@json_option
@pass_desk
def show_(desk: Desk, *, as_json: bool) -> None:
    """Show where the client lies, and how large it is.

    Example: fediverse-node client show --json
    """
    from fediverse_node.webclient import install, place  # noqa: PLC0415 as above

    folder = place.folder_of(desk.config)
    found = install.describe(folder)
    show(
        {
            "folder": str(folder),
            "address": f"{desk.config.origin}{place.BASE}" if found else None,
            "files": found.files if found else 0,
            "bytes": found.size if found else 0,
        },
        as_json=as_json,
        otherwise=lambda said: (
            f"{said['address']}: {said['files']} files in {said['folder']}"
            if said["address"]
            else f"None is installed ({said['folder']})."
        ),
    )
