"""Routes about hashtags."""

from __future__ import annotations

from collections.abc import Iterable

from fediverse_node.actors.addresses import Addresses
from fediverse_node.kernel.errors import NotFound, NotValid
from fediverse_node.kernel.text import find_hashtags, hashtag_key
from fediverse_node.posts import tagged
from fediverse_node.visibility import quiet
from fediverse_node.web.client_api.entities_status import statuses
from fediverse_node.web.client_api.paging import cursors, ids_of, page_of
from fediverse_node.web.client_api.view import Answer, JsonDict, View

#: Further hashtags of each kind, as with Mastodon.
_MOST = 4


def timeline(view: View) -> Answer:
    """Public posts with a hashtag, or one of `any[]`, with each of `all[]` and without those of `none[]`."""
    local, remote = view.fields.flag("local"), view.fields.flag("remote")
    if local and remote:
        raise NotValid("A post is from here or from elsewhere, not both.")
    page = page_of(view.fields)
    wanted = tagged.Tags(
        any=(_key(view.path["tag"]), *_further(view.fields.texts("any"))),
        all=_further(view.fields.texts("all")),
        none=_further(view.fields.texts("none")),
        local=True if local else False if remote else None,
        media_only=bool(view.fields.flag("only_media")),
    )
    found = tagged.page(view.tx, wanted, page)
    heard = quiet.heard(view.tx, found, view.viewer, in_public=True)
    return Answer(body=statuses(view, heard), cursors=cursors(ids_of(found), page))


def show(view: View) -> Answer:
    """A hashtag."""
    return Answer(body=entity(_key(view.path["tag"]), view.house.addresses))


def entity(key: str, addresses: Addresses) -> JsonDict:
    """Tag. How often it is used is not counted, and none can be followed."""
    return {
        "id": key,
        "name": key,
        "url": addresses.tag(key),
        "history": [],
        "following": False,
        "featuring": False,
    }


def _further(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(_key(name) for name in list(names)[:_MOST])


def _key(name: str) -> str:
    """The hashtag that *name* is, with its sign or without.

    Raises:
        NotFound: it is none.
    """
    bare = name.lstrip("#\uff03")
    if find_hashtags(f"#{bare}") != [bare]:
        raise NotFound("There is no such hashtag.")
    return hashtag_key(bare)
