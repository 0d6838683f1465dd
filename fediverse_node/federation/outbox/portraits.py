"""The pictures of a profile: which are shown from now on, and which go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

from fediverse_node.accounts import queries as accounts
from fediverse_node.actors.addresses import Addresses
from fediverse_node.actors.model import Actor, Picture
from fediverse_node.kernel.errors import NotFound
from fediverse_node.storage.tx import Tx
from fediverse_node.uploads import queries as uploads
from fediverse_node.uploads.model import Role

#: In place of the id of a picture: none at all.
NONE: Final = 0
#: Where an actor has the picture of each role.
COLUMNS: Final[dict[Role, str]] = {"avatar": "icon", "header": "image"}


def worn(tx: Tx, before: Actor, chosen: Mapping[Role, int], addresses: Addresses) -> dict[str, Any]:
    """The columns of the actor that differ, once *chosen* uploads (or `NONE`) are what its profile shows.

    What it showed before goes. Each picture has an address of its own, so that nobody shows an old copy.

    Raises:
        NotFound: there is no such upload of this account's.
        Conflict: it is in a post meanwhile.
    """
    account = accounts.by_actor(tx, before.id)
    if account is None:
        raise NotFound("There is no such account here.")
    values: dict[str, Any] = {}
    for role, upload_id in chosen.items():
        column = COLUMNS[role]
        if upload_id == NONE:
            uploads.take_off(tx, account.id, role)
            if getattr(before, column) is not None:
                values[column] = None
            continue
        upload = uploads.own(tx, account.id, upload_id)
        if upload is None:
            raise NotFound("There is no such picture.")
        uploads.wear(tx, upload, role)
        still = addresses.origin + upload.small_path if upload.small_name is not None else None
        picture = Picture(url=addresses.origin + upload.path, media_type=upload.media_type, still=still)
        values[column] = asdict(picture)
    return values
