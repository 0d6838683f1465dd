"""All SQL of the mail room."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from fediverse_node.mail.model import Mail
from fediverse_node.mail.tables import outgoing_mails
from fediverse_node.storage.tx import Row, Tx

#: A letter that nobody took for so long is given up: its links have run out anyway.
GIVE_UP_AFTER = timedelta(days=3)
#: For so long nobody else tries what somebody is sending.
_LEASE = timedelta(minutes=5)
_MAX_SUBJECT = 200

_DUE = (
    sa.select(outgoing_mails)
    .where(outgoing_mails.c.due_at <= sa.bindparam("now", type_=outgoing_mails.c.due_at.type))
    .order_by(outgoing_mails.c.due_at, outgoing_mails.c.id)
    .limit(1)
)


def put(tx: Tx, *, recipient: str, subject: str, body: str) -> None:
    """Have a letter sent, now or as soon as the mail server takes it."""
    id_ = tx.new_id()
    tx.insert(
        outgoing_mails,
        {
            "id": id_,
            "recipient": recipient,
            "subject": subject[:_MAX_SUBJECT],
            "body": tx.vault.seal(body, about=_about(id_)),
            "created_at": tx.now,
            "due_at": tx.now,
            "attempts": 0,
        },
    )


def take(tx: Tx) -> Mail | None:
    """The letter that is due longest, for a few minutes nobody else's; None when none is due."""
    row = tx.first(_DUE, {"now": tx.now})
    if row is None:
        return None
    mine = sa.and_(outgoing_mails.c.id == row.id, outgoing_mails.c.due_at == row.due_at)
    # Of two processes that read the same row one changes it; the other looks again.
    if tx.execute(outgoing_mails.update().where(mine).values(due_at=tx.now + _LEASE)).rowcount != 1:
        return None
    return _mail(tx, row)


def sent(tx: Tx, mail_id: int) -> None:
    """The mail server has taken it, or nobody will ever."""
    tx.execute(outgoing_mails.delete().where(outgoing_mails.c.id == mail_id))


def put_off(tx: Tx, mail_id: int, *, attempts: int, until: datetime) -> None:
    """Try it again at *until*."""
    where = outgoing_mails.c.id == mail_id
    tx.execute(outgoing_mails.update().where(where).values(attempts=attempts, due_at=until))


def waiting(tx: Tx) -> list[Mail]:
    """All letters that were not sent yet, the oldest first."""
    return [_mail(tx, row) for row in tx.all(sa.select(outgoing_mails).order_by(outgoing_mails.c.id))]


def _mail(tx: Tx, row: Row) -> Mail:
    return Mail(
        id=row.id,
        recipient=row.recipient,
        subject=row.subject,
        body=tx.vault.open(row.body, about=_about(row.id)),
        created_at=row.created_at,
        attempts=row.attempts,
    )


def _about(mail_id: int) -> str:
    return f"mail {mail_id}"
