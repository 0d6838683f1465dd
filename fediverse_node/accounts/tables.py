"""Rows of the accounts room."""

from __future__ import annotations

import sqlalchemy as sa

from fediverse_node.storage.base import Moment, id_column, metadata

accounts = sa.Table(
    "accounts",
    metadata,
    id_column(),
    sa.Column("actor_id", sa.BigInteger, sa.ForeignKey("actors.id"), nullable=False, unique=True),
    sa.Column("password_hash", sa.Text),
    sa.Column("language", sa.Text, nullable=False, server_default="en"),
    sa.Column("visibility", sa.Text, nullable=False, server_default="public"),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("disabled_at", Moment),
    #: of new posts, by its SPDX name
    sa.Column("licence", sa.Text),
    #: how datasets name them, where a yes says nothing else; NULL for not at all
    sa.Column("credit", sa.Text),
    #: nobody asks them about training use
    sa.Column("never_ask", sa.Boolean, nullable=False, server_default=sa.false()),
    #: 'moderator' or 'owner'; NULL for nearly everybody
    sa.Column("role", sa.Text),
    #: somebody still has to let them in
    sa.Column("pending", sa.Boolean, nullable=False, server_default=sa.false()),
    #: they still have to show that their e-mail address is theirs
    sa.Column("unconfirmed", sa.Boolean, nullable=False, server_default=sa.false()),
)

#: A row is a session that works; the one that ends is gone.
sessions = sa.Table(
    "sessions",
    metadata,
    id_column(),
    sa.Column("account_id", sa.BigInteger, sa.ForeignKey("accounts.id"), nullable=False, index=True),
    sa.Column("secret_sha256", sa.Text, nullable=False, unique=True),
    sa.Column("browser", sa.Text, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("last_used_at", Moment, nullable=False, index=True),
)

#: A generator of codes, at most one for each account. Until `confirmed_at` it asks nobody anything.
second_factors = sa.Table(
    "second_factors",
    metadata,
    id_column(),
    sa.Column("account_id", sa.BigInteger, sa.ForeignKey("accounts.id"), nullable=False, unique=True),
    #: what the sealed value beside it is about (`storage.sealed`)
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("private_key", sa.Text, nullable=False),
    #: the step of the last code that was taken; none at or before it is taken again
    sa.Column("last_step", sa.BigInteger, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("confirmed_at", Moment),
)

#: Codes for whoever lost the generator. The one that is used is gone.
recovery_codes = sa.Table(
    "recovery_codes",
    metadata,
    id_column(),
    sa.Column("account_id", sa.BigInteger, sa.ForeignKey("accounts.id"), nullable=False, index=True),
    sa.Column("code_sha256", sa.Text, nullable=False),
)

#: Somebody gave the right password and is asked for a code now.
sign_in_steps = sa.Table(
    "sign_in_steps",
    metadata,
    id_column(),
    sa.Column("account_id", sa.BigInteger, sa.ForeignKey("accounts.id"), nullable=False, index=True),
    sa.Column("secret_sha256", sa.Text, nullable=False, unique=True),
    #: of the hash that was proven: another password ends it
    sa.Column("proven_sha256", sa.Text, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
)

#: Browsers in which somebody signed in before.
known_browsers = sa.Table(
    "known_browsers",
    metadata,
    id_column(),
    sa.Column("account_id", sa.BigInteger, sa.ForeignKey("accounts.id"), nullable=False, index=True),
    sa.Column("secret_sha256", sa.Text, nullable=False),
    sa.Column("last_used_at", Moment, nullable=False, index=True),
    sa.UniqueConstraint("secret_sha256", "account_id"),
)

passkeys = sa.Table(
    "passkeys",
    metadata,
    id_column(),
    sa.Column("account_id", sa.BigInteger, sa.ForeignKey("accounts.id"), nullable=False, index=True),
    sa.Column("credential_id", sa.Text, nullable=False, unique=True),
    sa.Column("public_key", sa.Text, nullable=False),
    sa.Column("sign_count", sa.BigInteger, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("last_used_at", Moment),
)

#: What a passkey is asked to sign, once.
passkey_challenges = sa.Table(
    "passkey_challenges",
    metadata,
    id_column(),
    #: NULL where somebody is about to sign in
    sa.Column("account_id", sa.BigInteger, sa.ForeignKey("accounts.id"), index=True),
    sa.Column("challenge_sha256", sa.Text, nullable=False, unique=True),
    sa.Column("created_at", Moment, nullable=False),
)
