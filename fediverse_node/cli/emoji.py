"""`emoji` and `like`: the server's own emoji, and liking a post, maybe with one."""

from __future__ import annotations

import base64
from pathlib import Path

import click

from fediverse_node.cli.desk import Desk, JsonDict, json_option, pass_desk, show


@click.group()
def emoji() -> None:
    """The emoji of this server, used in posts as :code:.

    Example: fediverse-node emoji list
    """


@emoji.command("add")
@click.argument("code")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@json_option
@pass_desk
def add(desk: Desk, code: str, file: Path, *, as_json: bool) -> None:
    """Add the emoji CODE with the picture in FILE (PNG, GIF or WebP), or change its picture.

    Example: fediverse-node emoji add blobcat blobcat.png
    """
    picture = base64.b64encode(file.read_bytes()).decode("ascii")
    made = desk.ask("emoji.add", code=code, picture=picture)
    show(made, as_json=as_json, otherwise=lambda found: f":{found['code']}: is at {found['url']}")


@emoji.command("list")
@json_option
@pass_desk
def listing(desk: Desk, *, as_json: bool) -> None:
    """List the emoji of this server.

    Example: fediverse-node emoji list
    """
    show(desk.ask("emoji.list"), as_json=as_json, otherwise=_lines)


@emoji.command("remove")
@click.argument("code")
@json_option
@pass_desk
def remove(desk: Desk, code: str, *, as_json: bool) -> None:
    """Remove the emoji CODE. Posts that use it show its code from then on.

    Example: fediverse-node emoji remove blobcat
    """
    gone = desk.ask("emoji.remove", code=code)
    show(gone, as_json=as_json, otherwise=lambda found: f"Removed :{found['code']}:.")


@click.command()
@click.argument("name")
@click.argument("post")
@click.option("--emoji", default="", help="Put this emoji under it instead of a plain like.")
@click.option("--undo", is_flag=True, help="Take it back.")
@json_option
@pass_desk
def like(desk: Desk, name: str, post: str, *, emoji: str, undo: bool, as_json: bool) -> None:
    """Let the account NAME like POST (its address or number), maybe with an emoji.

    Example: fediverse-node like alice https://example.org/@bob/1 --emoji 🎉
    """
    found = desk.ask("like", name=name, post=post, emoji=emoji, undo=undo)
    show(found, as_json=as_json, otherwise=_standing)


def _lines(found: JsonDict) -> str:
    return "\n".join(f":{each['code']}:  {each['url']}" for each in found["emojis"]) or "There are none."


def _standing(found: JsonDict) -> str:
    emojis = " ".join(f"{each['emoji']} {each['count']}" for each in found["reactions"])
    return f"{found['uri']}: likes {found['favourites']}{f', {emojis}' if emojis else ''}"
