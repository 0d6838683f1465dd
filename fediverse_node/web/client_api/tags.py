"""Routes about hashtags."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, time

from fediverse_node.actors.addresses import Addresses
from fediverse_node.federation.outbox import showcase
from fediverse_node.hashtags import queries as hashtags
from fediverse_node.kernel.errors import NotFound, NotValid
from fediverse_node.kernel.text import find_hashtags, hashtag_key
from fediverse_node.posts import tag_figures, tagged
from fediverse_node.storage.tx import Tx
from fediverse_node.timelines import by_tag
from fediverse_node.visibility import quiet
from fediverse_node.web.client_api.entities_status import statuses
from fediverse_node.web.client_api.paging import cursors, ids_of, page_of
from fediverse_node.web.client_api.view import Act, Answer, JsonDict, View

#: Further hashtags of each kind, as with Mastodon.
_MOST = 4
_MOST_FOLLOWED = 200


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
    """A hashtag, how it was used in the last days, and how the caller stands to it."""
    return Answer(body=_whole(view, _key(view.path["tag"])))


def followed(view: View) -> Answer:
    """The hashtags that the caller follows. How they are used is not counted here."""
    page = page_of(view.fields, default=100, most=_MOST_FOLLOWED)
    found = hashtags.followed_page(view.tx, view.person.actor.id, page)
    tags = [tag for _, tag in found]
    return Answer(body=entities(view, tags), cursors=cursors([id_ for id_, _ in found], page))


async def follow(act: Act) -> Answer:
    """Follow a hashtag: public posts with it stand in the home timeline from now on."""
    tag, me = _key(act.path["tag"]), act.person.actor.id
    await act.desk.db.write(lambda tx: hashtags.follow(tx, me, tag))
    return await act.look(show)


async def unfollow(act: Act) -> Answer:
    """Follow a hashtag no longer: what stood in the home timeline for it alone is taken out."""
    tag, me = _key(act.path["tag"]), act.person.actor.id

    def unit(tx: Tx) -> None:
        hashtags.unfollow(tx, me, tag)
        by_tag.withdraw(tx, me, tag)

    await act.desk.db.write(unit)
    return await act.look(show)


async def feature(act: Act) -> Answer:
    """Show a hashtag on the caller's profile."""
    await showcase.feature(act.desk, act.person.actor, _bare(act.path["tag"]))
    return await act.look(show)


async def unfeature(act: Act) -> Answer:
    """Take a hashtag off the caller's profile."""
    await showcase.unfeature(act.desk, act.person.actor, tag=_key(act.path["tag"]))
    return await act.look(show)


def entities(view: View, tags: Sequence[str]) -> list[JsonDict]:
    """Tags, given folded, with how the caller stands to each; in three statements at the most."""
    me, followed_ones, shown = view.viewer.actor_id, set[str](), set[str]()
    if me is not None and tags:
        followed_ones = hashtags.followed_among(view.tx, me, tags)
        shown = {each.tag for each in hashtags.featured(view.tx, me)}
    return [
        {
            **entity(tag, view.house.addresses),
            "following": tag in followed_ones,
            "featuring": tag in shown,
        }
        for tag in tags
    ]


def entity(key: str, addresses: Addresses) -> JsonDict:
    """Tag, as it looks to nobody in particular."""
    return {
        "id": key,
        "name": key,
        "url": addresses.tag(key),
        "history": [],
        "following": False,
        "featuring": False,
    }


def days(found: Iterable[tag_figures.Day]) -> list[JsonDict]:
    """History: numbers are texts, and a day is a number of seconds."""
    return [
        {
            "day": str(int(datetime.combine(each.day, time(), UTC).timestamp())),
            "uses": str(each.uses),
            "accounts": str(each.people),
        }
        for each in found
    ]


def _whole(view: View, tag: str) -> JsonDict:
    return {**entities(view, [tag])[0], "history": days(tag_figures.history(view.tx, tag))}


def _further(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(_key(name) for name in list(names)[:_MOST])


def _key(name: str) -> str:
    """The hashtag that *name* is, folded; it may have its sign. Raises what `_bare` raises."""
    return hashtag_key(_bare(name))


def _bare(name: str) -> str:
    """The hashtag that *name* is, as it is written, without its sign.

    Raises:
        NotFound: it is none.
    """
    bare = name.lstrip("#\uff03")
    if find_hashtags(f"#{bare}") != [bare]:
        raise NotFound("There is no such hashtag.")
    return bare
