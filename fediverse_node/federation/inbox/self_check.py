"""Our own server at its own door, as a stranger: how an operator finds out what a proxy does on the way.

Nobody but us has the key. What comes by it is looked at as any delivery is, and has no effect at all; with
what is learnt, whoever asked can tell a proxy that changes requests from one that does not.
"""

from __future__ import annotations

from typing import Final

from fediverse_node.activitystreams.documents import Activity
from fediverse_node.actors import local
from fediverse_node.actors import queries as actors
from fediverse_node.federation.inbox.model import Ignored, Inbox
from fediverse_node.kernel.errors import NotAllowed
from fediverse_node.signatures import verify
from fediverse_node.signatures.base import ClaimedSignature, HttpMessage
from fediverse_node.signatures.keys import load_public
from fediverse_node.storage.tx import Tx

#: A type that no handler knows, so that there is nothing for it to do.
TYPE: Final = "View"
#: What is answered inside the house to a check that was in order.
IN_ORDER: Final = Ignored("this server looks at itself")
_REFUSAL: Final = "Actors of this server do not speak through an inbox."


async def own_knock(
    inbox: Inbox, claimed: ClaimedSignature, activity: Activity, message: HttpMessage
) -> Ignored:
    """`IN_ORDER`, if this server's own actor signed a `View` of its own.

    Raises:
        NotAllowed: anything else that is signed in our own name. Actors of this server do not speak here.
        SignatureRefused: the signature does not hold.
    """
    if activity.type != TYPE or activity.actor != inbox.addresses.instance_actor:
        raise NotAllowed(_REFUSAL)
    pem = await inbox.db.read(lambda tx: _own_key(tx, inbox, claimed.key_id))
    if pem is None:
        raise NotAllowed(_REFUSAL)
    verify.check(claimed, message, load_public(pem, claimed.key_id))
    return IN_ORDER


def _own_key(tx: Tx, inbox: Inbox, key_id: str) -> str | None:
    actor = local.instance_actor(tx, inbox.addresses)
    found = actors.keys_of(tx, actor.id) if actor is not None else []
    return next((key.public_key for key in found if key.key_id == key_id and key.kind == "rsa"), None)
