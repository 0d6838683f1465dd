from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from fediverse_node.follows import checks
from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Tx
from tests.fixtures.rooms import follow, person, stranger

#: The example of FEP-8fcf.
FOLLOWERS = [
    "https://testing.example.org/users/1",
    "https://testing.example.org/users/2",
]
URIS = st.lists(st.text(min_size=1, max_size=40), max_size=20, unique=True)


def test_the_digest_is_that_of_the_proposal() -> None:  # FEP-8fcf
    assert checks.digest(FOLLOWERS) == "c33f48cd341ef046a206b8a72ec97af65079f9a3a9b90eef79c5920dce45c61f"
    assert checks.digest([*FOLLOWERS, FOLLOWERS[1]]) == checks.digest(FOLLOWERS), "each counts once"
    assert checks.digest([]) == "0" * 64


@given(URIS, st.randoms())
def test_the_order_is_of_no_importance(uris: list[str], chance: object) -> None:
    turned = list(uris)
    chance.shuffle(turned)  # type: ignore[attr-defined]  # hypothesis hands out a random.Random
    assert checks.digest(turned) == checks.digest(uris)


@given(URIS, st.text(min_size=1, max_size=40))
def test_one_more_or_less_changes_the_digest(uris: list[str], other: str) -> None:
    without = [uri for uri in uris if uri != other]
    assert checks.digest([*without, other]) != checks.digest(without)


async def test_only_accepted_followers_count(db: Database) -> None:
    def unit(tx: Tx) -> tuple[list[str], list[str], list[str]]:
        alice, dave = person(tx, "alice"), person(tx, "dave")
        bob, carol = stranger(tx, "bob"), stranger(tx, "carol")
        follow(tx, bob, alice)
        follow(tx, carol, alice, accepted=False)
        follow(tx, dave, alice)
        follow(tx, alice, bob)
        return (
            checks.remote_follower_uris(tx, alice.id),
            checks.local_follower_uris(tx, alice.id),
            checks.local_follower_uris(tx, bob.id),
        )

    remote, local, theirs = await db.write(unit)
    assert remote == ["https://there.example/users/bob"]
    assert local == ["https://here.example/users/dave"]
    assert theirs == ["https://here.example/users/alice"]


async def test_an_actor_is_compared_once_at_a_time(db: Database) -> None:
    lease = timedelta(minutes=5)

    def unit(tx: Tx) -> None:
        bob = stranger(tx, "bob")
        checks.ask(tx, bob.id, "https://there.example/list")
        checks.ask(tx, bob.id, "https://there.example/list")
        (check,) = checks.claim(tx, limit=4, lease=lease)
        assert checks.claim(tx, limit=4, lease=lease) == []
        checks.release_all(tx)
        (again,) = checks.claim(tx, limit=4, lease=lease)
        assert again == check
        checks.put_off(tx, check, until=tx.now)
        (later,) = checks.claim(tx, limit=4, lease=lease)
        assert later.attempts == 1
        assert checks.done(tx, later)
        assert not checks.done(tx, later)

    await db.write(unit)
