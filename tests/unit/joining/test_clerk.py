"""What nobody came back for goes: accounts that were never confirmed, with their names."""

from __future__ import annotations

from fediverse_node.accounts import queries as accounts
from fediverse_node.actors import queries as actors
from fediverse_node.joining import queries, sign_up
from fediverse_node.joining.clerk import Clerk
from fediverse_node.joining.letters import Sender
from fediverse_node.joining.model import Wish
from fediverse_node.joining.sign_up import Rules
from fediverse_node.mail import queries as mail
from fediverse_node.storage.engine import open_database
from fediverse_node.storage.tx import Tx
from tests.fixtures.outbox import TurnedClock
from tests.fixtures.rooms import ADDRESSES, one_set_of_keys

SENDER = Sender(server="Here", origin=ADDRESSES.origin, enabled=True)


def join(tx: Tx, name: str, *, mails: bool = True) -> None:
    wish = Wish(
        username=name,
        password="correct horse battery",
        email=f"{name}@mail.example",
        agreement=True,
        reason="Curious {link}",
        language="ar",
    )
    sign_up.sign_up(
        tx,
        wish,
        rules=Rules(mode="open", mails=mails),
        sender=SENDER,
        addresses=ADDRESSES,
        password_hash="hash",
        local_keys=one_set_of_keys(),
    )


async def test_an_account_nobody_confirmed_goes_after_a_week_and_no_other(database_url: str) -> None:
    clock = TurnedClock()
    database = open_database(database_url, clock=clock)
    clerk = Clerk(database, SENDER)
    await database.write(lambda tx: join(tx, "early"))
    await database.write(lambda tx: join(tx, "inside", mails=False))
    [letter] = await database.read(mail.waiting)
    assert "@early@here.example" in letter.body
    assert "أكّد عنوانك" in letter.subject
    clock.turn(days=4)
    await database.write(lambda tx: join(tx, "late"))
    assert await clerk.clear() == 0
    clock.turn(days=4)
    assert await clerk.clear() == 1

    def left(tx: Tx) -> list[bool]:
        return [accounts.by_username(tx, name) is not None for name in ("early", "inside", "late")]

    assert await database.read(left) == [False, True, True]
    assert await database.read(lambda tx: actors.by_handle(tx, "early", "here.example")) is None
    await database.write(lambda tx: join(tx, "early"))
    assert len(await database.read(queries.waiting_ids)) == 2
    await database.close()
