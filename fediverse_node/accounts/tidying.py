"""What signing in leaves behind once it has run out."""

from __future__ import annotations

import sqlalchemy as sa

from fediverse_node.accounts import browsers, passkeys, sessions, steps
from fediverse_node.accounts.tables import (
    known_browsers,
    passkey_challenges,
    second_factors,
    sign_in_steps,
)
from fediverse_node.accounts.tables import sessions as sessions_table
from fediverse_node.storage.tx import Tx


def forget_run_out(tx: Tx) -> int:
    """Delete what works no more by itself. Gives how many rows went."""
    idle = sessions_table.c.last_used_at <= tx.now - sessions.IDLE
    old = sessions_table.c.created_at <= tx.now - sessions.ABSOLUTE
    # A generator of which no code came back is no secret that anybody needs.
    begun = sa.and_(
        second_factors.c.confirmed_at.is_(None), second_factors.c.created_at <= tx.now - steps.LIFETIME
    )
    gone = 0
    for table, where in (
        (sessions_table, sa.or_(idle, old)),
        (sign_in_steps, sign_in_steps.c.created_at <= tx.now - steps.LIFETIME),
        (passkey_challenges, passkey_challenges.c.created_at <= tx.now - passkeys.CHALLENGE_LIFETIME),
        (known_browsers, known_browsers.c.last_used_at <= tx.now - browsers.KEPT_FOR),
        (second_factors, begun),
    ):
        gone += tx.execute(table.delete().where(where)).rowcount
    return gone
