"""May this sender say this at all? Rules that need nothing but the activity and the sender's id (FEP-fe34).

Origins are compared, never addresses of pages; what an embedded copy says of another origin counts for
nothing. Whether the sender is the owner of the thing itself, the handlers ask the rows.
"""

from __future__ import annotations

from typing import Final

from fediverse_node.activitystreams.documents import Activity
from fediverse_node.activitystreams.load import JsonDict
from fediverse_node.activitystreams.origin import require_canonical
from fediverse_node.activitystreams.values import links
from fediverse_node.federation.inbox.ballots import is_ballot
from fediverse_node.kernel.errors import NotAllowed, NotValid
from fediverse_node.kernel.urls import same_origin

#: Verbs about a thing of the actor's own, which therefore has to be on the actor's server.
_ABOUT_OWN: Final = frozenset({"Create", "Update", "Delete"})
#: Verbs that another server may pass on to us: we believe the origin alone.
_FORWARDED: Final = _ABOUT_OWN
_MAX_LINKS = 1_000


def check_claims(activity: Activity, *, own_origin: str) -> None:
    """Refuse what nobody could have said from elsewhere, whoever signed it.

    Raises:
        NotAllowed: the activity is of an actor of ours, has an id of another origin than its actor, or
            is a Create, Update or Delete of a thing of another origin.
        NotValid: a Create, Update or Delete of several things at once, or without any.
    """
    if same_origin(activity.actor, own_origin):
        raise NotAllowed("Actors of this server do not speak through an inbox.", detail=activity.actor[:200])
    if activity.id is not None and not same_origin(activity.id, activity.actor):
        raise _foreign("id", activity)
    if activity.type not in _ABOUT_OWN:
        return
    if is_ballot(activity) and activity.object_id is not None:
        _check_votes(activity)
        return
    if activity.object_id is None or len(activity.object_ids) != 1:
        raise NotValid(f"A {activity.type} needs exactly one “object” with an “id”.")
    require_canonical(activity.object_id)
    if not same_origin(activity.object_id, activity.actor):
        raise _foreign("object", activity)


def _check_votes(activity: Activity) -> None:
    """Votes may come several at once, and by ids that nobody fetches: Mastodon's have a fragment."""
    for uri in activity.object_ids:
        if not same_origin(uri, activity.actor):
            raise _foreign("object", activity)


def is_forwarded(activity: Activity, signer_uri: str) -> bool:
    """Whether *activity*, signed by somebody else than its actor, is mail passed on (ActivityPub 7.1.2).

    The forwarder is on another server, and either the activity carries a proof of its own or it
    speaks to, or of, something of the forwarder's. A neighbour of the actor has no reason to forward.
    """
    if activity.type not in _FORWARDED or same_origin(signer_uri, activity.actor):
        return False
    if "signature" in activity.raw or "proof" in activity.raw:
        return True
    named = [*activity.to, *activity.cc, *activity.audience, *_replied_to(activity)]
    return any(same_origin(address, signer_uri) for address in named)


def own_object(activity: Activity) -> JsonDict | None:
    """The embedded object, if it is a copy the actor may vouch for: same origin, and more than an id."""
    node = activity.object
    if node is None or activity.object_id is None or len(node) < 3:
        return None
    return node if same_origin(activity.object_id, activity.actor) else None


def _replied_to(activity: Activity) -> tuple[str, ...]:
    return tuple(address for node in activity.objects for address in links(node.get("inReplyTo"), _MAX_LINKS))


def _foreign(part: str, activity: Activity) -> NotAllowed:
    return NotAllowed(
        f"The “{part}” of this activity is of another server than its actor.",
        detail=f"actor={activity.actor[:200]} {part}={(activity.object_id or activity.id or '')[:200]}",
    )
