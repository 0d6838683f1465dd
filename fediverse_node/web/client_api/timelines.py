"""Routes of timelines."""

from __future__ import annotations

from fediverse_node.kernel.errors import NotValid
from fediverse_node.lists import queries as lists
from fediverse_node.posts import lists as post_lists
from fediverse_node.timelines import home as homes
from fediverse_node.timelines import listed
from fediverse_node.visibility import quiet
from fediverse_node.web.client_api.entities_status import statuses
from fediverse_node.web.client_api.paging import cursors, ids_of, page_of
from fediverse_node.web.client_api.view import Answer, View


def home(view: View) -> Answer:
    """What those said whom the caller follows, and what they said themselves."""
    page, me = page_of(view.fields), view.person.actor.id
    thinned = lists.has_exclusive(view.tx, me)
    found = listed.home_page(view.tx, me, page) if thinned else homes.page(view.tx, me, page)
    heard = quiet.heard(view.tx, found, view.viewer)
    return Answer(body=statuses(view, heard), cursors=cursors(ids_of(found), page))


def public(view: View) -> Answer:
    """Public posts: all that are known, or those from here (`local`), or from elsewhere (`remote`)."""
    local, remote = view.fields.flag("local"), view.fields.flag("remote")
    if local and remote:
        raise NotValid("A post is from here or from elsewhere, not both.")
    page = page_of(view.fields)
    media_only = bool(view.fields.flag("only_media"))
    where = True if local else False if remote else None
    found = post_lists.public(view.tx, page, local=where, media_only=media_only)
    heard = quiet.heard(view.tx, found, view.viewer, in_public=True)
    return Answer(body=statuses(view, heard), cursors=cursors(ids_of(found), page))
