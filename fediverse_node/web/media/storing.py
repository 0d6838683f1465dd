"""The pictures of our own people, as the configuration says."""

from __future__ import annotations

from fediverse_node.actors.addresses import Addresses
from fediverse_node.config.sections import Config
from fediverse_node.credentials.keeper import Keeper, Wish
from fediverse_node.node import Node
from fediverse_node.storage.folder import Folder
from fediverse_node.uploads.decoding import Bounds
from fediverse_node.uploads.intake import Uploads
from fediverse_node.uploads.marking import House
from fediverse_node.uploads.place import folder_of


def uploads_of(node: Node) -> Uploads:
    """The pictures of *node*."""
    media = node.config.media
    return Uploads(
        node.db,
        folder=Folder(folder_of(node.config), free_at_least=node.config.database.least_free_mib << 20),
        bounds=Bounds(
            pixels=media.upload_megapixels * 1_000_000,
            size=media.upload_megabytes << 20,
            play_size=media.film_megabytes << 20,
            play_seconds=media.film_seconds,
        ),
        budget=media.account_megabytes << 20,
        house=House(origin=node.config.origin, terms=Addresses(node.config.origin).terms),
        keeper=keeper_of(node),
    )


def keeper_of(node: Node) -> Keeper:
    """Who signs the pictures of *node*."""
    return Keeper(node.db, host=node.config.domain, wish=wish_of(node.config))


def wish_of(config: Config) -> Wish:
    """What the operator says of Content Credentials."""
    media = config.media
    return Wish(
        enabled=media.credentials,
        key_file=media.credentials_key,
        certificate_file=media.credentials_certificate,
    )
