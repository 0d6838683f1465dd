"""Routes about polls, and what a form says of one."""

from __future__ import annotations

from fediverse_node.federation.discovery.polls import refresh
from fediverse_node.federation.outbox.polling import DraftPoll
from fediverse_node.federation.outbox.vote import vote
from fediverse_node.kernel.errors import NotFound, NotValid
from fediverse_node.posts import queries as posts
from fediverse_node.visibility.rule import may_see
from fediverse_node.web.client_api.entities_poll import poll_entities
from fediverse_node.web.client_api.forms import Fields
from fediverse_node.web.client_api.view import Act, Answer, JsonDict, View, path_id

#: A number that no poll is open for, so that a wrong one is refused and not brought back into bounds.
_ANY_NUMBER = 10**9


async def show(act: Act) -> Answer:
    """A poll. For people of ours its counts are asked for at its origin, once a minute at the most."""
    shown = await act.look(_shown)
    if act.caller is None:
        return Answer(body=shown)
    await refresh(act.desk.discovery, int(shown["id"]))
    return Answer(body=await act.look(_shown))


async def cast(act: Act) -> Answer:
    """Vote: `choices[]` are the numbers of the answers, from 0."""
    # A boost has no poll of its own, and looks here as if there were none.
    shown = await act.look(_shown)
    choices = [_number(text) for text in act.fields.texts("choices")]
    await vote(act.desk, act.person.actor, int(shown["id"]), choices)
    return Answer(body=await act.look(_shown))


def draft_of(fields: Fields) -> DraftPoll | None:
    """What the form asks: `poll[options][]`, `poll[expires_in]`, `poll[multiple]`, `poll[hide_totals]`.

    Raises:
        NotValid: one of them is of another kind.
    """
    if not fields.has("poll"):
        return None
    inner = fields.inner("poll")
    return DraftPoll(
        options=tuple(inner.texts("options")),
        expires_in=inner.number("expires_in", default=0, most=_ANY_NUMBER),
        multiple=bool(inner.flag("multiple")),
        hide_totals=bool(inner.flag("hide_totals")),
    )


def _shown(view: View) -> JsonDict:
    post_id = path_id(view.path, "poll")
    post = posts.by_id(view.tx, post_id)
    if post is None or not may_see(view.tx, post, view.viewer):
        raise NotFound("There is no such poll.")
    found = poll_entities(view, [post]).get(post_id)
    if found is None:
        raise NotFound("There is no such poll.")
    return found


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 4):
        raise NotValid("choices must be numbers of answers, from 0.")
    return int(text)
