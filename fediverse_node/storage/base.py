"""The one `MetaData`, its naming convention, and the column types every table uses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import sqlalchemy as sa

#: Names every constraint, so that Alembic can find it again on both engines.
NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

metadata = sa.MetaData(naming_convention=NAMING_CONVENTION)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_encode_json = msgspec.json.Encoder().encode
_decode_json = msgspec.json.Decoder().decode


class Moment(sa.types.TypeDecorator[datetime]):
    """An aware moment in UTC, stored as microseconds since 1970 in a 64-bit integer.

    One representation for both engines: exact, ordered, and indexed alike.
    """

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> int | None:  # noqa: ARG002 SQLAlchemy's signature
        """Refuse a naive moment: its meaning would depend on the machine."""
        if value is None:
            return None
        if value.tzinfo is None:
            msg = "a moment without a time zone cannot be stored"
            raise ValueError(msg)
        delta = value - _EPOCH
        return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds

    def process_result_value(self, value: int | None, dialect: sa.Dialect) -> datetime | None:  # noqa: ARG002 SQLAlchemy's signature
        """Give back an aware moment in UTC."""
        return _moment(value)

    def result_processor(self, dialect: sa.Dialect, coltype: object) -> Callable[[Any], Any]:  # noqa: ARG002 SQLAlchemy's signature
        """The same without the wrappers around it: a page of posts holds hundreds of values."""
        return _moment


class Json(sa.types.TypeDecorator[Any]):
    """A small JSON value, stored as text. For lists and records that are read whole, never searched."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> str | None:  # noqa: ARG002 SQLAlchemy's signature
        """Encode; None stays NULL."""
        return None if value is None else _encode_json(value).decode()

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> Any:  # noqa: ARG002 SQLAlchemy's signature
        """Decode; NULL stays None."""
        return _json(value)

    def result_processor(self, dialect: sa.Dialect, coltype: object) -> Callable[[Any], Any]:  # noqa: ARG002 SQLAlchemy's signature
        """The same without the wrappers around it."""
        return _json


def moment_of(stored: int) -> datetime:
    """The moment that is stored as *stored*, for whoever reads rows as they are (`Tx.raw`)."""
    return _EPOCH + timedelta(microseconds=stored)


def _moment(value: int | None) -> datetime | None:
    return None if value is None else _EPOCH + timedelta(microseconds=value)


def _json(value: str | None) -> Any:
    return None if value is None else _decode_json(value)


def id_column() -> sa.Column[int]:
    """The primary key of most tables: a time-ordered id made by `Tx.new_id`.

    On SQLite it has to be called INTEGER to be the place of the row itself; a BIGINT would get an index
    of its own, which every insert writes and every look-up reads first.
    """
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column("id", kind, primary_key=True, autoincrement=False)
