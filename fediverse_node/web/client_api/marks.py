"""Routes about what people did with posts: bookmarks, likes, who liked or boosted, muted threads."""

from __future__ import annotations

from collections.abc import Callable

from fediverse_node.federation.outbox.own import visible_post
from fediverse_node.kernel.errors import NotFound
from fediverse_node.posts import liked, roots
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Post
from fediverse_node.reading import queries as reading
from fediverse_node.storage.paging import Page
from fediverse_node.storage.tx import Tx
from fediverse_node.visibility.rule import may_see
from fediverse_node.web.client_api.accounts import people
from fediverse_node.web.client_api.entities_status import one_status, statuses
from fediverse_node.web.client_api.paging import MAX_ACCOUNTS, cursors, page_of
from fediverse_node.web.client_api.view import Act, Answer, View, path_id

#: (id of what relates them, id of the actor), a page of them.
_Whose = Callable[[Tx, int, Page], list[tuple[int, int]]]


def bookmarks(view: View) -> Answer:
    """What the caller put aside, the last one first; of it what they may still see."""
    page = page_of(view.fields)
    return _marked(view, liked.bookmarks_page(view.tx, view.person.actor.id, page), page)


def favourites(view: View) -> Answer:
    """What the caller liked, the last one first; of it what they may still see."""
    page = page_of(view.fields)
    return _marked(view, liked.favourites_page(view.tx, view.person.actor.id, page), page)


def favourited_by(view: View) -> Answer:
    """Who liked a post."""
    return _whose(view, liked.favourited_by)


def reblogged_by(view: View) -> Answer:
    """Who boosted a post, for everybody to see."""
    return _whose(view, liked.boosted_by)


async def bookmark(act: Act) -> Answer:
    """Put a post aside."""
    return await _on_post(act, lambda tx, post: liked.bookmark(tx, act.person.actor.id, post.id))


async def unbookmark(act: Act) -> Answer:
    """Take a bookmark out."""
    return await _on_post(act, lambda tx, post: liked.forget(tx, act.person.actor.id, post.id))


async def mute(act: Act) -> Answer:
    """Hear nothing more of the thread that a post stands in."""

    def quieten(tx: Tx, post: Post) -> None:
        root_id = roots.roots_of(tx, [post.id])[post.id]
        reading.mute_thread(tx, act.person.actor.id, root_id)

    return await _on_post(act, quieten)


async def unmute(act: Act) -> Answer:
    """Hear of that thread again."""

    def listen(tx: Tx, post: Post) -> None:
        root_id = roots.roots_of(tx, [post.id])[post.id]
        reading.unmute_thread(tx, act.person.actor.id, {root_id, post.id})

    return await _on_post(act, listen)


async def _on_post(act: Act, change: Callable[[Tx, Post], None]) -> Answer:
    """Do it with a post that the caller may see; with a boost, to what it boosts."""

    def unit(tx: Tx) -> int:
        post = visible_post(tx, act.person.actor, path_id(act.path, "post"))
        if post.boost_of_id is not None:
            post = visible_post(tx, act.person.actor, post.boost_of_id)
        change(tx, post)
        return post.id

    post_id = await act.desk.db.write(unit)
    return await act.look(lambda view: Answer(body=one_status(view, post_id)))


def _marked(view: View, found: list[tuple[int, Post]], page: Page) -> Answer:
    body = statuses(view, [post for _, post in found])
    return Answer(body=body, cursors=cursors([id_ for id_, _ in found], page))


def _whose(view: View, listing: _Whose) -> Answer:
    post = posts.by_id(view.tx, path_id(view.path, "post"))
    if post is None or not may_see(view.tx, post, view.viewer):
        raise NotFound("There is no such post.")
    page = page_of(view.fields, default=40, most=MAX_ACCOUNTS)
    return people(view, listing(view.tx, post.boost_of_id or post.id, page), page, hushed=True)
