"""What an archive says of itself, for whoever unpacks it years later."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from fediverse_node.actors.addresses import Addresses
from fediverse_node.actors.model import Actor
from fediverse_node.kernel.clock import to_rfc3339

NAME: Final = "README.txt"

_TEXT: Final = """\
The archive of {handle}
made by {origin} on {date}

It holds what is yours, and of others only their addresses. There are no passwords, keys or tokens in it.
Direct and followers-only posts that you wrote are in it: keep it where only you can read it.

actor.json                your profile, as other servers see it
outbox.json               everything you posted, the oldest first; what you passed on (boosts) stands
                          there as its address
media_attachments/files/  the pictures in your posts
likes.json                the addresses of the posts you liked
following_accounts.csv    whom you follow
followers.csv             who follows you; for you to read, no server takes it in
blocked_accounts.csv      whom you block
muted_accounts.csv        whom you mute, and whether their notifications are hidden, too
blocked_domains.csv       the servers of which you hear nothing
consent/decisions.jsonl   each of your decisions about the use of your posts for training, one a line
consent/receipts/         the signed receipt of each, one a file, and beside it the proof that it is in the
                          public log (not of those of the last hour)
consent/key               the key that this log is signed with

The JSON files are ActivityStreams 2.0, in the form of Mastodon's archives; the CSV files are those that
Mastodon takes in under “Import”. A receipt can be checked by anybody, also when {origin} is no more:

    fediverse-node verify consent/receipts --key "$(cat consent/key)" --offline

The number of a receipt is its line in decisions.jsonl. “log_salt” there is what ties it to the public log.
Without --offline the server is asked whether what was allowed still stands.
"""


def guide(actor: Actor, addresses: Addresses, now: datetime) -> bytes:
    """The text of `README.txt`."""
    return _TEXT.format(handle=actor.handle, origin=addresses.origin, date=to_rfc3339(now)).encode()
