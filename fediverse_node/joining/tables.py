"""Rows of the joining room."""

from __future__ import annotations

import sqlalchemy as sa

from fediverse_node.storage.base import Moment, id_column, metadata

invitations = sa.Table(
    "invitations",
    metadata,
    id_column(),
    sa.Column("code", sa.Text, nullable=False, unique=True),
    sa.Column("note", sa.Text, nullable=False),
    #: whose it is; NULL for the operator's
    sa.Column("account_id", sa.BigInteger, sa.ForeignKey("accounts.id"), index=True),
    #: NULL for any number
    sa.Column("uses_left", sa.Integer),
    sa.Column("used", sa.Integer, nullable=False),
    sa.Column("expires_at", Moment),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("revoked_at", Moment),
)

#: Accounts that people made themselves.
sign_ups = sa.Table(
    "sign_ups",
    metadata,
    sa.Column(
        "account_id", sa.BigInteger, sa.ForeignKey("accounts.id"), primary_key=True, autoincrement=False
    ),
    sa.Column("invitation_id", sa.BigInteger, sa.ForeignKey("invitations.id")),
    #: the app through which they signed up
    sa.Column("app_id", sa.BigInteger),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
)

emails = sa.Table(
    "emails",
    metadata,
    sa.Column(
        "account_id", sa.BigInteger, sa.ForeignKey("accounts.id"), primary_key=True, autoincrement=False
    ),
    sa.Column("address", sa.Text, nullable=False),
    #: lower case, for look-ups. Several accounts may have one address: a refusal would tell that it is known.
    sa.Column("address_key", sa.Text, nullable=False, index=True),
    sa.Column("confirmed_at", Moment),
)

#: A row is a link that works; the one that was used is gone.
account_links = sa.Table(
    "account_links",
    metadata,
    id_column(),
    sa.Column("account_id", sa.BigInteger, sa.ForeignKey("accounts.id"), nullable=False, index=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("token_sha256", sa.Text, nullable=False, unique=True),
    sa.Column("created_at", Moment, nullable=False),
    sa.CheckConstraint("kind IN ('confirm', 'reset')", name="kind"),
)

#: Names and addresses for which somebody asked for a new password; looked up by a worker, so that whoever
#: asked waits just as long whether there is such an account or not.
reset_wishes = sa.Table(
    "reset_wishes",
    metadata,
    id_column(),
    sa.Column("asked", sa.Text, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
)
