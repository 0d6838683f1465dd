"""Who signs the pictures of this node: nobody, its own key, or the operator's."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

from fediverse_node.credentials import process, queries
from fediverse_node.credentials.signer import Signer
from fediverse_node.kernel.errors import NotValid
from fediverse_node.storage.database import Database

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the operator wants.

    Attributes:
        enabled: pictures are signed.
        key_file, certificate_file: the operator's own, PEM; empty: the node makes its own.
    """

    enabled: bool = False
    key_file: str = ""
    certificate_file: str = ""


class Keeper:
    """Has the key of one node, from the moment somebody needs it.

    Args:
        host: what our own certificate names.
    """

    def __init__(self, db: Database, *, host: str, wish: Wish) -> None:
        self._db = db
        self._host = host
        self._wish = wish
        self._found: Signer | None = None

    async def signer(self) -> Signer | None:
        """The signer; None where pictures are not signed.

        Raises:
            NotValid: the operator's key or certificate is no good.
        """
        if not self._wish.enabled:
            return None
        if not process.is_installed():
            log.warning("credentials.missing_extra", extra={"extra": "credentials"})
            return None
        if self._found is None:
            self._found = await self._opened()
        return self._found

    async def _opened(self) -> Signer:
        wish = self._wish
        if wish.key_file or wish.certificate_file:
            return from_files(wish)
        found = await self._db.read(queries.own)
        if found is None:
            from fediverse_node.credentials import certificates  # noqa: PLC0415 see there

            made = certificates.make(self._host, now=self._db.clock())
            found = await self._db.write(lambda tx: queries.keep(tx, self._host, made))
            log.info("credentials.key_made", extra={"host": self._host})
        return found


def from_files(wish: Wish) -> Signer:
    """The operator's own signer.

    Raises:
        NotValid: one of the files cannot be read, or they do not belong together.
    """
    try:
        key, certificates = (Path(each).read_text("ascii") for each in (wish.key_file, wish.certificate_file))
    except (OSError, UnicodeDecodeError) as error:
        raise NotValid(
            f"media.credentials_key or media.credentials_certificate cannot be read: {error}."
        ) from error
    from fediverse_node.credentials.certificates import load  # noqa: PLC0415 as above

    return load(key, certificates)
