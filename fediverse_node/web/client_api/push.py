"""Routes of push subscriptions: where an app wants to be told, and of what (Web Push)."""

from __future__ import annotations

from fediverse_node.actors.addresses import Addresses
from fediverse_node.actors.model import Actor
from fediverse_node.kernel.errors import NotFound, NotValid
from fediverse_node.node import Node
from fediverse_node.push import keys, queries
from fediverse_node.push.envelope import recipient
from fediverse_node.push.model import ALERTS, AUDIENCES, Audience, Recipient, Subscription, Wish
from fediverse_node.push.pusher import Pusher
from fediverse_node.storage.tx import Tx
from fediverse_node.web.client_api.entities_account import avatar_of
from fediverse_node.web.client_api.forms import Fields
from fediverse_node.web.client_api.table import Route, acts, gets
from fediverse_node.web.client_api.view import Act, Answer, JsonDict, View

#: Push services give addresses of some hundred characters.
MAX_ENDPOINT = 2048
_PATH = "v1/push/subscription"


def show(view: View) -> Answer:
    """Where this app is told, and of what."""
    return Answer(body=_entity(view.tx, _own(view.tx, view.person.token.id)))


async def subscribe(act: Act) -> Answer:
    """Tell this app from now on; where it was told before, it is no more."""
    caller, bearer = act.person, act.bearer or ""
    to, wish = _recipient(act), _wish(act.fields)

    def unit(tx: Tx) -> JsonDict:
        made = queries.subscribe(
            tx,
            token_id=caller.token.id,
            account_id=caller.account.id,
            actor_id=caller.actor.id,
            to=to,
            token=bearer,
            wish=wish,
        )
        return _entity(tx, made)

    return Answer(body=await act.desk.db.write(unit))


async def change(act: Act) -> Answer:
    """Tell this app of something else from now on."""
    token_id, fields = act.person.token.id, act.fields

    def unit(tx: Tx) -> JsonDict:
        _own(tx, token_id)
        queries.change(tx, token_id, _wish(fields))
        return _entity(tx, _own(tx, token_id))

    return Answer(body=await act.desk.db.write(unit))


async def unsubscribe(act: Act) -> Answer:
    """Tell this app no more."""
    token_id = act.person.token.id
    await act.desk.db.write(lambda tx: queries.unsubscribe(tx, token_id))
    return Answer(body={})


TABLE: tuple[Route, ...] = (
    *gets("push", {_PATH: show}),
    *acts("push", {_PATH: subscribe}),
    *acts("push", {_PATH: change}, method="PUT"),
    *acts("push", {_PATH: unsubscribe}, method="DELETE"),
)


def pusher_of(node: Node, addresses: Addresses) -> Pusher:
    """The worker that tells apps. *addresses* are those for readers: of pictures of others, our copies."""

    def icon(actor: Actor) -> str:
        return avatar_of(actor, addresses)

    contact = node.config.instance.contact
    return Pusher(
        node.db, node.outbound, contact=f"mailto:{contact}" if contact else node.config.origin, icon=icon
    )


def _own(tx: Tx, token_id: int) -> Subscription:
    found = queries.of_token(tx, token_id)
    if found is None:
        raise NotFound("This app has no push subscription.")
    return found


def _recipient(act: Act) -> Recipient:
    sent = act.fields.inner("subscription")
    endpoint, pair = sent.text("endpoint") or "", sent.inner("keys")
    if not endpoint or len(endpoint) > MAX_ENDPOINT:
        raise NotValid(f"subscription[endpoint] must be an address of at most {MAX_ENDPOINT} characters.")
    # Each message is checked again where it is sent to; this only says so early (SSRF-25).
    act.house.policy.check_url(endpoint)
    return recipient(
        endpoint,
        pair.text("p256dh") or "",
        pair.text("auth") or "",
        standard=bool(sent.flag("standard")),
    )


def _wish(fields: Fields) -> Wish:
    data = fields.inner("data")
    asked = data.inner("alerts")
    audience: Audience = "all"
    chosen = data.choice("policy", AUDIENCES) or fields.choice("policy", AUDIENCES)
    for known in AUDIENCES:
        audience = known if chosen == known else audience
    return Wish(alerts=frozenset(kind for kind in ALERTS if asked.flag(kind)), audience=audience)


def _entity(tx: Tx, found: Subscription) -> JsonDict:
    """WebPushSubscription."""
    return {
        "id": str(found.id),
        "endpoint": found.recipient.endpoint,
        "standard": found.recipient.standard,
        "alerts": {kind: kind in found.alerts for kind in ALERTS},
        "policy": found.audience,
        "server_key": keys.public(tx),
    }
