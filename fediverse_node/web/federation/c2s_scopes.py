"""What the scope of an app lets it put into an outbox, `write:sameorigin` among it (FEP-d8c2).

With that scope an app acts for somebody on what its own origin hosts and on nothing else. An activity is cut
down to the ids in it, so that nothing that is only described can lead elsewhere, and what an id stands for
has to live there, too.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from fediverse_node.activitystreams import values
from fediverse_node.activitystreams.load import JsonDict
from fediverse_node.kernel.errors import NotAllowed
from fediverse_node.kernel.urls import same_origin
from fediverse_node.oauth.scopes import SAME_ORIGIN
from fediverse_node.web.bearers import allows
from fediverse_node.web.federation.c2s_door import Act

#: What an activity is about.
_ABOUT: Final = ("object", "target", "origin")
#: What has a post for its object, which is fetched by an address that may lead to another origin.
_ABOUT_POSTS: Final = frozenset({"Like", "EmojiReact", "Announce"})


async def permitted(act: Act, kind: str, scope: str) -> Act:
    """*act*, as far as its app may do it: with *scope*, or in the bounds of its own origin.

    What is created here gets an id of this server, so nothing can be created in those bounds; and what is
    undone is the person's own, so nothing can be undone.

    Raises:
        NotAllowed: it may not.
    """
    token = act.caller.token
    if allows(token, scope):
        return act
    if SAME_ORIGIN not in token.scopes or token.client_id is None:
        raise NotAllowed(f"This needs the scope {scope}, which the access token does not have.")
    home = token.client_id
    named: JsonDict = {
        name: [values.link(each) for each in values.items(act.activity[name])]
        for name in _ABOUT
        if name in act.activity
    }
    ids = [each for several in named.values() for each in several]
    if kind == "Create" or not ids or not all(each is not None and same_origin(each, home) for each in ids):
        raise _elsewhere()
    cut = replace(act, activity={**act.activity, **named})
    if kind not in _ABOUT_POSTS:
        return cut
    post = await cut.post(cut.object_id)
    if not same_origin(post.uri, home):
        raise _elsewhere()
    return replace(cut, activity={**cut.activity, "object": post.uri})


def _elsewhere() -> NotAllowed:
    return NotAllowed(f"With {SAME_ORIGIN} an app acts only on what its own origin hosts.")
