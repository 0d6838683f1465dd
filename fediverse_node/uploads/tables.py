"""Rows of the uploads room."""

from __future__ import annotations

import sqlalchemy as sa

from fediverse_node.storage.base import Json, Moment, id_column, metadata

uploads = sa.Table(
    "uploads",
    metadata,
    id_column(),
    sa.Column("account_id", sa.BigInteger, sa.ForeignKey("accounts.id"), nullable=False, index=True),
    sa.Column("post_id", sa.BigInteger, sa.ForeignKey("posts.id"), index=True),
    #: of the file, and in its address; random
    sa.Column("name", sa.Text, nullable=False, unique=True),
    sa.Column("media_type", sa.Text, nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    #: in hex
    sa.Column("sha256", sa.Text, nullable=False),
    #: the same picture, small, where it is large
    sa.Column("small_name", sa.Text, unique=True),
    sa.Column("small_type", sa.Text),
    sa.Column("small_size", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("width", sa.BigInteger, nullable=False),
    sa.Column("height", sa.BigInteger, nullable=False),
    sa.Column("blurhash", sa.Text, nullable=False),
    sa.Column("description", sa.Text),
    sa.Column("focus", Json),
    #: a model's part: `none`, `edited`, `made`; empty where nobody said
    sa.Column("ai_part", sa.Text),
    sa.Column("ai_tool", sa.Text),
    #: the least that its part can be: what the file said that was sent
    sa.Column("ai_least", sa.Text),
    #: what its Content Credentials are
    sa.Column("credentials", Json),
    sa.Column("created_at", Moment, nullable=False, index=True),
    #: of a profile: `avatar` or `header`
    sa.Column("role", sa.Text),
    #: of film and sound: how it plays
    sa.Column("play", Json),
    #: from then on it is nowhere to be seen; the row goes with the files
    sa.Column("deleted_at", Moment, index=True),
)

#: Uploads that wait for a post which is still to be published, and so are kept however long that takes.
held_uploads = sa.Table(
    "held_uploads",
    metadata,
    #: no reference: what somebody deletes meanwhile is gone
    sa.Column("upload_id", sa.BigInteger, primary_key=True, autoincrement=False),
    #: what holds it, by its id
    sa.Column("holder_id", sa.BigInteger, nullable=False, index=True),
)

#: Film and sound that was sent and is still being made anew.
upload_jobs = sa.Table(
    "upload_jobs",
    metadata,
    id_column(),
    sa.Column("account_id", sa.BigInteger, sa.ForeignKey("accounts.id"), nullable=False, index=True),
    #: of the file that was sent; random
    sa.Column("name", sa.Text, nullable=False, unique=True),
    sa.Column("size", sa.BigInteger, nullable=False),
    #: the media type that its first bytes say
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("description", sa.Text),
    sa.Column("focus", Json),
    sa.Column("ai_part", sa.Text),
    sa.Column("ai_tool", sa.Text),
    #: why nothing became of it, in words for its owner
    sa.Column("refusal", sa.Text),
    #: until then somebody works on it
    sa.Column("claimed_until", Moment),
    sa.Column("created_at", Moment, nullable=False, index=True),
)
