"""Routes about hashtags on profiles."""

from __future__ import annotations

from fediverse_node.actors import queries as actors
from fediverse_node.federation.outbox import showcase
from fediverse_node.hashtags import queries as hashtags
from fediverse_node.hashtags.model import Featured
from fediverse_node.kernel.errors import NotFound, NotValid
from fediverse_node.kernel.text import find_hashtags
from fediverse_node.posts import tag_figures
from fediverse_node.web.client_api.tags import entities
from fediverse_node.web.client_api.view import Act, Answer, JsonDict, View, path_id

#: Hashtags that are proposed at once, as with Mastodon.
_PROPOSED = 10


def listing(view: View) -> Answer:
    """The hashtags on the caller's profile."""
    return Answer(body=_of(view, view.person.actor.id))


def of_account(view: View) -> Answer:
    """The hashtags on somebody's profile. Those of people elsewhere are not asked for.

    Raises:
        NotFound: there is no such account.
    """
    actor = actors.by_id(view.tx, path_id(view.path, "account"))
    if actor is None or not actor.active:
        raise NotFound("There is no such account.")
    return Answer(body=_of(view, actor.id))


def proposed(view: View) -> Answer:
    """The hashtags that the caller uses most and does not feature."""
    me = view.person.actor.id
    shown = {each.tag for each in hashtags.featured(view.tx, me)}
    used = tag_figures.liked_by(view.tx, me, limit=_PROPOSED + len(shown))
    return Answer(body=entities(view, [tag for tag in used if tag not in shown][:_PROPOSED]))


async def create(act: Act) -> Answer:
    """Show a hashtag (`name`) on the caller's profile."""
    name = (act.fields.text("name") or "").strip().lstrip("#\uff03")
    if find_hashtags(f"#{name}") != [name]:
        raise NotValid("This is no hashtag.")
    made = await showcase.feature(act.desk, act.person.actor, name)

    def entity(view: View) -> Answer:
        return Answer(body=next(each for each in _of(view, made.actor_id) if each["id"] == str(made.id)))

    return await act.look(entity)


async def delete(act: Act) -> Answer:
    """Take a hashtag off the caller's profile."""
    if not await showcase.unfeature(act.desk, act.person.actor, id_=path_id(act.path, "hashtag")):
        raise NotFound("There is no such hashtag on your profile.")
    return Answer(body={})


def _of(view: View, actor_id: int) -> list[JsonDict]:
    found = hashtags.featured(view.tx, actor_id)
    used = tag_figures.by_author(view.tx, actor_id, [each.tag for each in found])
    return [_entity(each, used.get(each.tag), view) for each in found]


def _entity(featured: Featured, used: tag_figures.Own | None, view: View) -> JsonDict:
    return {
        "id": str(featured.id),
        "name": featured.name,
        "url": view.house.addresses.tag(featured.tag),
        "statuses_count": str(used.posts if used is not None else 0),
        "last_status_at": used.last_at.date().isoformat() if used is not None else None,
    }
