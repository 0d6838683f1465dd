"""The author's word: whether a post may be used for training, who may do what with it, and a yes taken back.

Every decision about training use, by whichever door it came, is written down by `write_down`.
"""

from __future__ import annotations

import logging
from dataclasses import replace

from fediverse_node.accounts import queries as accounts
from fediverse_node.actors import queries as actors
from fediverse_node.actors.model import Actor
from fediverse_node.consent import decisions
from fediverse_node.consent.model import PLAIN, Allowance, Entry, Method
from fediverse_node.federation.builders import quoting
from fediverse_node.federation.delivery import audience, queue
from fediverse_node.federation.delivery.restate import restate
from fediverse_node.federation.outbox.desk import Desk
from fediverse_node.federation.outbox.own import own_post
from fediverse_node.kernel.errors import NotFound
from fediverse_node.notifications import queries as notifications
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Post
from fediverse_node.posts.subject import subject_of
from fediverse_node.quotes import queries as quotes
from fediverse_node.quotes.model import SILENT, Audience, Interaction, Permission, Policy
from fediverse_node.storage.tx import Tx
from fediverse_node.visibility.policy import allow

log = logging.getLogger(__name__)


def write_down(
    tx: Tx, post: Post, author: Actor, *, allow: bool, method: Method, to: Allowance = PLAIN
) -> Entry:
    """Write down that *author* allows the use of *post* as it stands, and *to* what, or that they do not.

    Raises:
        NotValid: *allow*, for a post that cannot be allowed, or a sensitive one without saying so.
        NotAllowed: it is somebody else's.
    """
    hashes = {str(item.file_id): item.sha256 for item in post.attachments if item.sha256}
    named = replace(to, media=tuple(hashes.get(name, name) for name in to.media)) if to.media else to
    if allow and named.credit is None:
        account = accounts.by_actor(tx, author.id)
        named = replace(named, credit=account.credit if account is not None else None)
    subject = subject_of(post, author)
    return decisions.choose(tx, subject, actor_uri=author.uri, allow=allow, method=method, to=named)


def write_down_edit(
    tx: Tx, post: Post, author: Actor, *, allow: bool | None, method: Method, to: Allowance = PLAIN
) -> bool:
    """Write down what an edit that made *post* what it is means for its use; whether anything was written.

    A yes to what stood there before has ended; *allow* is what was said along with the edit, if anything.

    Raises:
        As `write_down`.
    """
    before = decisions.states(tx, [post.uri]).get(post.uri)
    entry = decisions.supersede(tx, subject_of(post, author))
    if allow is not None:
        entry = write_down(tx, post, author, allow=allow, method=method, to=to)
    return entry is not None and (before is None or entry.seq != before.seq)


async def set_policy(
    desk: Desk,
    author: Actor,
    post_id: int,
    *,
    reply: Audience | None = None,
    quote: Audience | None = None,
    boost: Audience | None = None,
) -> Post:
    """Change who may do something with a post of *author*, from now on. None: that stays as it is.

    What was allowed and done before stays: a yes to a quote is taken back by `revoke`.

    Raises:
        NotFound: there is no such post; NotAllowed: it is somebody else's.
    """

    def unit(tx: Tx) -> Post:
        post = own_post(tx, author, post_id)
        before = quotes.policies_of(tx, [post.id]).get(post.id, SILENT)
        after = Policy(
            reply=_changed(before.reply, reply, author),
            quote=_changed(before.quote, quote, author),
            boost=_changed(before.boost, boost, author),
        )
        if after != before:
            quotes.set_policy(tx, post.id, after)
            restate(tx, post, author, addresses=desk.addresses)
        return post

    return await desk.db.write(unit)


async def revoke(desk: Desk, author: Actor, post_id: int, quote_id: int) -> Post:
    """*author* takes back the yes to the quote *quote_id* of their post. Done again, it changes nothing.

    Raises:
        NotFound: there is no such post, or it is not quoted by that one.
        NotAllowed: the post is somebody else's.
    """

    def unit(tx: Tx) -> Post:
        post = own_post(tx, author, post_id)
        quote = quotes.of_posts(tx, [quote_id]).get(quote_id, {}).get("quote")
        if quote is None or quote.target_id != post.id:
            raise NotFound("There is no such quote of this post.")
        if quote.state != "revoked":
            _revoke(tx, desk, quote, author)
        return post

    post = await desk.db.write(unit)
    log.info("outbox.quote_revoked", extra={"post": post.id, "quote": quote_id})
    return post


def _revoke(tx: Tx, desk: Desk, quote: Interaction, author: Actor) -> None:
    quotes.decide(tx, quote, "revoked", authorization_uri=quote.authorization_uri)
    quoter = actors.by_id(tx, quote.actor_id)
    if quoter is None:
        return
    notifications.remove(tx, author.id, "quote", from_actor_id=quoter.id, post_id=quote.post_id or 0)
    if quoter.local:
        done = posts.by_id(tx, quote.post_id) if quote.post_id is not None else None
        if done is not None:
            restate(tx, done, quoter, addresses=desk.addresses)
        return
    if quote.authorization_uri is None:
        return
    document = quoting.revocation(
        quote,
        id_=desk.addresses.activity(tx.new_id()),
        quoter=quoter.uri,
        author=author,
        origin=desk.addresses.origin,
    )
    queue.enqueue(tx, actor=author, document=document, inboxes=audience.of_person(quoter))


def _changed(before: Permission | None, wanted: Audience | None, author: Actor) -> Permission | None:
    if wanted is None:
        return before
    return None if wanted == "public" else allow(wanted, author)
