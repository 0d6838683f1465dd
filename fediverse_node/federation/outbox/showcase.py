"""Hashtags on a profile: shown there, and told to those who follow its owner."""

from __future__ import annotations

from typing import Literal

from fediverse_node.activitystreams import write
from fediverse_node.actors.model import Actor
from fediverse_node.federation.builders import featured
from fediverse_node.federation.delivery import audience, queue
from fediverse_node.federation.outbox.desk import Desk
from fediverse_node.federation.outbox.own import require_home
from fediverse_node.federation.outbox.seal import seal
from fediverse_node.hashtags import queries as hashtags
from fediverse_node.hashtags.model import Featured
from fediverse_node.kernel.text import hashtag_key
from fediverse_node.signatures.base import SigningKey
from fediverse_node.storage.tx import Tx


async def feature(desk: Desk, owner: Actor, name: str) -> Featured:
    """Show a hashtag, given without its sign, on the profile of *owner*. One that is there stays.

    Raises:
        NotAllowed: the account has moved away.
        NotValid: there are as many as there may be.
    """
    require_home(owner)
    signing = await desk.keys.key_of(owner.id, "ed25519")

    def unit(tx: Tx) -> Featured:
        before = {each.tag for each in hashtags.featured(tx, owner.id)}
        made = hashtags.feature(tx, owner.id, hashtag_key(name), name)
        if made.tag not in before:
            _tell(tx, desk, owner, "Add", made, signing)
        return made

    return await desk.db.write(unit)


async def unfeature(desk: Desk, owner: Actor, *, tag: str | None = None, id_: int | None = None) -> bool:
    """Take a hashtag off the profile of *owner*, by itself (folded) or by its id; False: not there."""
    signing = await desk.keys.key_of(owner.id, "ed25519")

    def unit(tx: Tx) -> bool:
        gone = hashtags.unfeature(tx, owner.id, tag=tag, id_=id_)
        if gone is not None:
            _tell(tx, desk, owner, "Remove", gone, signing)
        return gone is not None

    return await desk.db.write(unit)


def _tell(
    tx: Tx, desk: Desk, owner: Actor, type_: Literal["Add", "Remove"], which: Featured, signing: SigningKey
) -> None:
    tag = write.hashtag(which.name, desk.addresses.tag(which.tag))
    id_ = desk.addresses.activity(tx.new_id())
    document = featured.tag_document(type_, tag, id_=id_, owner=owner)
    queue.enqueue(
        tx,
        actor=owner,
        document=seal(document, signing, now=tx.now),
        inboxes=audience.of_followers(tx, owner),
        public=True,
    )
