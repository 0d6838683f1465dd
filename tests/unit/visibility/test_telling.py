from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from fediverse_node.actors.model import Actor
from fediverse_node.follows.tables import follows
from fediverse_node.moderation import servers
from fediverse_node.moderation.model import DomainBlock
from fediverse_node.notifications import holding
from fediverse_node.notifications import queries as notifications
from fediverse_node.notifications.model import Policy, Treatment
from fediverse_node.storage.database import Database
from fediverse_node.storage.paging import Page
from fediverse_node.storage.tx import Tx
from fediverse_node.visibility import quiet
from fediverse_node.visibility.telling import NEW_ACCOUNT, NEW_FOLLOWER, tell, treatment
from tests.fixtures.rooms import follow, note, person, stranger

Case = Callable[[Tx, Actor, Actor], object]


def _nothing(tx: Tx, alice: Actor, bob: Actor) -> None:
    del tx, alice, bob


def _followed(tx: Tx, alice: Actor, bob: Actor) -> None:
    follow(tx, alice, bob)


def _asked(tx: Tx, alice: Actor, bob: Actor) -> None:
    follow(tx, alice, bob, accepted=False)


def _follows_newly(tx: Tx, alice: Actor, bob: Actor) -> None:
    follow(tx, bob, alice)


def _follows_for_long(tx: Tx, alice: Actor, bob: Actor) -> None:
    made = follow(tx, bob, alice)
    long_ago = tx.now - NEW_FOLLOWER
    tx.execute(follows.update().where(follows.c.id == made.id).values(created_at=long_ago))


def _accepted(tx: Tx, alice: Actor, bob: Actor) -> None:
    holding.accept(tx, alice.id, [bob.id])


@pytest.mark.parametrize(
    ("decided", "before", "became"),
    [
        (Policy(), _nothing, "accept"),
        (Policy(for_not_following="filter"), _nothing, "filter"),
        (Policy(for_not_following="drop"), _nothing, "drop"),
        (Policy(for_not_following="filter"), _asked, "filter"),
        (Policy(for_not_following="filter"), _followed, "accept"),
        (Policy(for_not_following="filter"), _accepted, "accept"),
        (Policy(for_not_followers="filter"), _follows_newly, "filter"),
        (Policy(for_not_followers="filter"), _follows_for_long, "accept"),
        (Policy(for_not_followers="filter", for_not_following="drop"), _follows_newly, "drop"),
        (Policy(for_new_accounts="filter"), _nothing, "accept"),
    ],
)
async def test_what_somebody_decided_holds_for_whom_they_decided_it(
    db: Database, decided: Policy, before: Case, became: Treatment
) -> None:
    def story(tx: Tx) -> None:
        alice = person(tx, "alice")
        bob = stranger(tx, "bob", published_at=tx.now - NEW_ACCOUNT - timedelta(days=1))
        holding.decide(tx, alice.id, decided)
        before(tx, alice, bob)
        post = note(tx, bob, mentioned=[alice])
        assert tell(tx, alice.id, "mention", from_actor_id=bob.id, post_id=post.id) == became
        shown = notifications.page(tx, alice.id, Page())
        held = notifications.page(tx, alice.id, Page(), held_back=True)
        assert (len(shown), len(held)) == {"accept": (1, 1), "filter": (0, 1), "drop": (0, 0)}[became]
        assert len(holding.page(tx, alice.id, Page())) == (became == "filter")

    await db.write(story)


async def test_an_account_is_new_for_thirty_days(db: Database) -> None:
    def story(tx: Tx) -> None:
        alice = person(tx, "alice")
        holding.decide(tx, alice.id, Policy(for_new_accounts="filter"))
        new = stranger(tx, "new")
        old = stranger(tx, "old", published_at=tx.now - NEW_ACCOUNT)
        known = stranger(tx, "known")
        follow(tx, alice, known)
        became = [treatment(tx, alice.id, "follow", from_actor_id=each.id) for each in (new, old, known)]
        assert became == ["filter", "accept", "accept"]

    await db.write(story)


async def test_only_direct_mentions_that_answer_nothing_are_unasked_for(db: Database) -> None:
    def story(tx: Tx) -> None:
        alice, bob = person(tx, "alice"), stranger(tx, "bob")
        holding.decide(tx, alice.id, Policy(for_private_mentions="filter"))
        asked = note(tx, alice, mentioned=[bob], visibility="direct")
        posts = [
            note(tx, bob, mentioned=[alice], visibility="direct"),
            note(tx, bob, mentioned=[alice], visibility="private"),
            note(tx, bob, mentioned=[alice], visibility="direct", in_reply_to_id=asked.id),
        ]
        became = [treatment(tx, alice.id, "mention", from_actor_id=bob.id, post_id=post.id) for post in posts]
        assert became == ["filter", "accept", "accept"]
        like = treatment(tx, alice.id, "favourite", from_actor_id=bob.id, post_id=asked.id)
        assert like == "accept"

    await db.write(story)


async def test_what_people_asked_for_themselves_is_always_told(db: Database) -> None:
    def story(tx: Tx) -> None:
        alice, bob = person(tx, "alice"), stranger(tx, "bob")
        holding.decide(tx, alice.id, Policy(for_not_following="drop"))
        for kind in ("poll", "update"):
            assert treatment(tx, alice.id, kind, from_actor_id=bob.id) == "accept"
        assert treatment(tx, alice.id, "follow", from_actor_id=bob.id) == "drop"

    await db.write(story)


@pytest.mark.parametrize(
    ("decided", "became"), [("accept", "accept"), ("filter", "filter"), ("drop", "drop")]
)
async def test_of_a_silenced_server_people_hear_as_they_decided(
    db: Database, decided: Treatment, became: Treatment
) -> None:
    def decide(tx: Tx) -> tuple[Actor, Actor, Actor]:
        alice, bob = person(tx, "alice"), stranger(tx, "bob", domain="loud.example")
        servers.save(tx, DomainBlock(domain="loud.example", severity="silence"))
        holding.decide(tx, alice.id, Policy(for_limited_accounts=decided))
        return alice, bob, stranger(tx, "carol", domain="calm.example")

    alice, bob, carol = await db.write(decide)

    def story(tx: Tx) -> None:
        assert treatment(tx, alice.id, "follow", from_actor_id=bob.id) == became
        assert treatment(tx, alice.id, "follow", from_actor_id=carol.id) == "accept"
        assert (bob.id in quiet.hushed(tx, alice.id, [bob, carol])) == (decided != "accept")
        holding.accept(tx, alice.id, [bob.id])
        assert treatment(tx, alice.id, "follow", from_actor_id=bob.id) == "accept"
        assert quiet.hushed(tx, alice.id, [bob, carol]) == set()

    await db.write(story)
