"""Values the cards room hands out."""

from __future__ import annotations

from datetime import datetime

import msgspec


class Page(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a page says of itself; everything is plain text, and addresses are of the web.

    Attributes:
        image: where its picture is, on whatever server; *width* and *height* as the page says.
        creator: the handle of its author on the fediverse (`fediverse:creator`), as the page says: to be
            believed only where the author names the site, too (`attributionDomains`).
        author_id: the actor with this handle, where one was known when the page was looked at.
    """

    title: str
    description: str = ""
    language: str | None = None
    image: str | None = None
    image_description: str = ""
    width: int = 0
    height: int = 0
    provider: str = ""
    author: str = ""
    author_url: str = ""
    creator: str | None = None
    author_id: int | None = None
    published_at: str | None = None


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """A page that was looked at.

    Attributes:
        url: as posts link to it, without a fragment.
        page: None where there is nothing to show.
        expires_at: when it is looked at again, should anybody be interested then.
    """

    id: int
    url: str
    page: Page | None
    expires_at: datetime
