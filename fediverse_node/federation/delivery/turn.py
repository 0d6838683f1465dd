"""One turn of the worker, as the database sees it: record what has ended, claim what may begin.

Both run in one transaction, so that a line moves on in the very moment its first envelope is done.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

from fediverse_node.actors import queries as actors
from fediverse_node.deliveries import claims
from fediverse_node.deliveries.model import Envelope, Outcome
from fediverse_node.federation.delivery import breaker
from fediverse_node.federation.delivery.retry import GIVE_UP, Answer, Reach, Verdict, judge
from fediverse_node.federation.delivery.slots import SLOW_AFTER, Slots
from fediverse_node.federation.delivery.telling import Change
from fediverse_node.federation.signing.ways import DEFAULT
from fediverse_node.follows import queries as follows
from fediverse_node.peers import queries as peers
from fediverse_node.peers import signing
from fediverse_node.peers.model import Peer, Signing
from fediverse_node.storage.tx import Tx

#: A claim longer than any exchange with its recording takes; then it is anybody's again.
LEASE = timedelta(seconds=60)
#: How much parked mail of one host becomes due at once.
UNPARKED_AT_ONCE = 500
#: How often "it answered" is written down for a host that always does.
SUCCESS_NOTED_EVERY = timedelta(hours=1)
#: Candidates looked at for each free slot; some belong to hosts that are busy.
_LOOK_AHEAD = 2

#: Gives evenly drawn numbers from 0 to 1.
Chance = Callable[[], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """An exchange that has ended, after *seconds*; *way* is how the letter was signed that was taken."""

    envelope: Envelope
    answer: Answer
    seconds: float
    way: Signing | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """What a turn gave the worker to do.

    Attributes:
        envelopes: leased; the caller sends them, or gives the leases back.
        documents: the bytes of their activities, as far as they were not known, by activity.
        next_due: when something becomes due that is not yet; None when nothing does.
        more: there may be more to send at this moment than was looked at.
    """

    envelopes: list[Envelope] = field(default_factory=list)
    documents: dict[int, bytes] = field(default_factory=dict)
    next_due: datetime | None = None
    more: bool = False


def settle(tx: Tx, finished: Sequence[Finished], chance: Chance) -> list[Change]:
    """Record how exchanges ended, and what that means for their hosts and for the mail behind them.

    Gives what the operator should hear of, once this is committed.
    """
    verdicts = [(item, _verdict(item, tx.now, chance)) for item in finished]
    claims.record(tx, [_outcome(item, verdict) for item, verdict in verdicts])
    for item, verdict in verdicts:
        if verdict.due_at is not None and item.envelope.attempts + 1 < claims.OVERTAKEN:
            claims.postpone_line(tx, item.envelope, verdict.due_at)
        if verdict.inbox_gone:
            _close(tx, item.envelope)
    return _judge_hosts(tx, verdicts)


def claim(tx: Tx, slots: Slots, known: Collection[int]) -> Claimed:
    """Lease what may be sent now, as far as *slots* (a plan: it is changed) has room.

    Args:
        tx: the transaction.
        slots: a copy of the worker's slots.
        known: activities whose bytes the worker still has.
    """
    picked: list[Envelope] = []
    more = False
    for healthy_only in (False, True):
        room = slots.free
        if room <= 0:
            break
        limit = room * _LOOK_AHEAD
        found = claims.candidates(
            tx, without=slots.full_hosts(), healthy_only=healthy_only or not slots.free_for_slow, limit=limit
        )
        picked += _pick(tx, found, slots, taken={envelope.id for envelope in picked})
        more = len(found) == limit and bool(picked)
        if len(found) < limit:
            break
    if slots.free > 0 and _bring_back(tx):
        more = True
    claims.lease(tx, [envelope.id for envelope in picked], tx.now + LEASE)
    wanted = {envelope.activity_id for envelope in picked}.difference(known)
    return Claimed(
        envelopes=picked,
        documents=claims.documents(tx, wanted),
        next_due=claims.next_due(tx),
        more=more,
    )


def _bring_back(tx: Tx) -> bool:
    """Make more parked mail due for hosts that answer again and have none left that is."""
    waiting = [host for host in peers.with_parked_mail(tx) if not claims.count_due(tx, host)]
    for host in waiting:
        peers.set_parked(tx, host, parked=claims.unpark(tx, host, limit=UNPARKED_AT_ONCE))
    return bool(waiting)


def _pick(tx: Tx, found: Sequence[Envelope], slots: Slots, *, taken: Collection[int]) -> list[Envelope]:
    known = peers.failing_among(tx, {envelope.host for envelope in found})
    picked = []
    for envelope in found:
        peer = known.get(envelope.host)
        probing = peer is not None and peer.breaker == "open"
        if peer is not None and peer.probe_at is not None and peer.probe_at > tx.now:
            # Left over from before the breaker opened, or put back since.
            claims.park(tx, peer.host, probe_at=peer.probe_at)
            continue
        suspect = peer is not None
        if envelope.id not in taken and slots.take(
            envelope.host, envelope.id, suspect=suspect, alone=probing
        ):
            picked.append(envelope)
    return picked


def _verdict(item: Finished, now: datetime, chance: Chance) -> Verdict:
    envelope = item.envelope
    return judge(
        item.answer,
        attempt=envelope.attempts + 1,
        created_at=envelope.created_at,
        now=now,
        chance=chance(),
    )


def _outcome(item: Finished, verdict: Verdict) -> Outcome:
    return Outcome(
        envelope_id=item.envelope.id,
        state=verdict.state,
        due_at=verdict.due_at,
        status=item.answer.status,
        error=item.answer.error,
        milliseconds=round(item.seconds * 1000),
    )


def _judge_hosts(tx: Tx, verdicts: Sequence[tuple[Finished, Verdict]]) -> list[Change]:
    before = peers.by_hosts(tx, {item.envelope.host for item, _ in verdicts})
    after: dict[str, Peer] = {}
    for item, verdict in verdicts:
        host = item.envelope.host
        if host not in after and host in before and _as_ever(before[host], item, verdict, tx.now):
            continue
        peer = after.get(host) or before.get(host) or Peer(host=host)
        if verdict.reach is Reach.ANSWERED:
            peer = breaker.after_success(peer, tx.now)
        elif verdict.reach is Reach.FAILED:
            peer = breaker.after_failure(peer, tx.now, item.answer.error or f"HTTP {item.answer.status}")
        if verdict.reach is not Reach.BUSY:
            peer = replace(peer, slow=item.seconds >= SLOW_AFTER)
        after[host] = peer if item.way is None else replace(peer, signing=item.way)
    changes = [change for host, peer in after.items() for change in _turn_breaker(tx, before.get(host), peer)]
    for item, verdict in verdicts:
        if verdict.hold_host_until is not None:
            claims.postpone_host(tx, item.envelope.host, verdict.hold_host_until)
    return changes


def _as_ever(peer: Peer, item: Finished, verdict: Verdict, now: datetime) -> bool:
    """Whether nothing has to be written down of its host: by far most exchanges end so."""
    well = verdict.reach is Reach.ANSWERED and item.seconds < SLOW_AFTER
    same = item.way is None or item.way == peer.signing
    before = peer.breaker == "closed" and not peer.failures and not peer.slow and peer.last_error is None
    noted = peer.last_success_at
    return well and same and before and noted is not None and now - noted < SUCCESS_NOTED_EVERY


def _turn_breaker(tx: Tx, before: Peer | None, peer: Peer) -> list[Change]:
    """Save what is known of the host, and put its mail aside or bring it back."""
    changes: list[Change] = []
    if peer.breaker == "open" and (before is None or before.probe_at != peer.probe_at):
        assert peer.probe_at is not None
        if before is None or before.breaker == "closed":
            changes.append(Change(host=peer.host, kind="opened", until=peer.probe_at))
        forgotten = breaker.forgotten(peer, tx.now)
        overdue = None if forgotten else tx.now - GIVE_UP
        letters = claims.give_up(tx, peer.host, created_before=overdue)
        if letters:
            kind: Literal["forgotten", "gave-up"] = "forgotten" if forgotten else "gave-up"
            changes.append(Change(host=peer.host, kind=kind, letters=letters))
        claims.park(tx, peer.host, probe_at=peer.probe_at)
        peer = replace(peer, parked=True)
    elif before is not None and before.breaker == "open" and peer.breaker == "closed":
        peer = replace(peer, parked=claims.unpark(tx, peer.host, limit=UNPARKED_AT_ONCE))
        changes.append(Change(host=peer.host, kind="closed"))
    if _differs(before or Peer(host=peer.host), peer):
        peers.save(tx, peer)
        if (peer.signing or DEFAULT) != ((before and before.signing) or DEFAULT):
            tx.ring(signing.BELL)
    return changes


def _differs(before: Peer, after: Peer) -> bool:
    if replace(before, last_success_at=after.last_success_at) != after:
        return True
    noted = before.last_success_at
    if after.last_success_at == noted:
        return False
    return noted is None or (after.last_success_at or noted) - noted >= SUCCESS_NOTED_EVERY


def _close(tx: Tx, envelope: Envelope) -> None:
    """410: nothing will be taken there again. Followers who had a shared inbox keep their own."""
    claims.close_inbox(tx, envelope.inbox)
    gone = follows.at_inbox(tx, envelope.actor_id, envelope.inbox)
    people = actors.by_ids(tx, [follow.follower_id for follow in gone])
    for follow in gone:
        if people[follow.follower_id].shared_inbox == envelope.inbox:
            actors.change(tx, follow.follower_id, {"shared_inbox": None})
        else:
            follows.remove(tx, follow)
