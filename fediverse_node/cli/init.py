"""`init`: writes a first configuration."""

from __future__ import annotations

import os
from pathlib import Path

import click

from fediverse_node.cli.desk import DEFAULT_CONFIG, Desk, Refusal, note, pass_desk, refuse
from fediverse_node.config.loading import load
from fediverse_node.kernel.errors import NodeError
from fediverse_node.kernel.urls import authority_of

_ONLINE = """\
# All keys, with their defaults and a line of meaning each: config.example.toml
[instance]
origin = "{origin}"
name = "{name}"

[server]
listen = "{listen}"
# Your reverse proxy, so that the addresses of clients are seen:
trusted_proxies = ["127.0.0.1/32"]

[database]
url = "sqlite:///data/node.db"
"""
_LAB = """
# Without TLS no server on the internet will talk to this one. For a lab on one machine:
[federation]
allow_http = true
allow_private_networks = ["127.0.0.0/8", "::1/128"]

[limits]
rate_limits = false
"""


@click.command()
@click.option(
    "--origin", default="http://127.0.0.1:8080", show_default=True, help="https:// and your host name."
)
@click.option("--name", default="fediverse-node", show_default=True, help="What your server is called.")
@pass_desk
def init(desk: Desk, origin: str, name: str) -> None:
    """Write a first configuration file. Nothing that exists is touched.

    Example: fediverse-node init --origin https://example.org --name "Our corner"
    """
    path = desk.config_path or DEFAULT_CONFIG
    lab = origin.startswith("http:")
    listen = _place(origin) if lab else "127.0.0.1:8080"
    text = _ONLINE.format(origin=_quoted(origin), name=_quoted(name), listen=_quoted(listen))
    if lab:
        text += _LAB
    _write_new(path, text)
    try:
        load(path, os.environ)
    except NodeError as error:
        path.unlink()
        refuse(error)
    note(
        f"Wrote {path}. Next: fediverse-node --config {path} serve, then account create NAME --password-stdin"
    )


def _place(origin: str) -> str:
    """Without TLS there is no proxy in between: the server listens where its origin says."""
    try:
        authority = authority_of(origin)
    except NodeError as error:
        refuse(error)
    return authority if authority.rpartition(":")[2].isdigit() and ":" in authority else f"{authority}:80"


def _write_new(path: Path, text: str) -> None:
    try:
        # A provider's key may be written into it later: nobody else may read it from the start.
        with os.fdopen(
            os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
        ) as file:
            file.write(text)
    except FileExistsError as error:
        raise Refusal(f"{path} exists already, and was left as it is.") from error
    except OSError as error:
        raise Refusal(f"{path} cannot be written: {error.strerror}.") from error


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
