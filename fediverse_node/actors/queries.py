"""All SQL of the actors room."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields, replace
from typing import Any

import sqlalchemy as sa

from fediverse_node.actors.model import NO_DETAILS, Actor, ActorKey, Details, Picture
from fediverse_node.actors.tables import actor_keys, actors
from fediverse_node.storage.tx import Tx
from fediverse_node.storage.values import Kind, Raw

COLUMNS = [actors.c[field.name] for field in fields(Actor)]
_KEY_COLUMNS = [actor_keys.c[field.name] for field in fields(ActorKey)]
_NAMES = tuple(field.name for field in fields(Actor))
_KEY_NAMES = tuple(field.name for field in fields(ActorKey))
_TUPLES = ("fields", "emojis", "also_known_as")
# Asked with nearly every request, so they are built once: building costs more than running.
_SELECT = sa.select(*COLUMNS)
_BY_ID = _SELECT.where(actors.c.id == sa.bindparam("id"))
_BY_URI = _SELECT.where(actors.c.uri == sa.bindparam("uri"))
_BY_IDS = _SELECT.where(actors.c.id.in_(sa.bindparam("ids", expanding=True)))
_BY_URIS = _SELECT.where(actors.c.uri.in_(sa.bindparam("uris", expanding=True)))
_LOCAL_BY_NAME = _SELECT.where(actors.c.username_key == sa.bindparam("name"), actors.c.local)
_BY_HANDLE = _SELECT.where(
    actors.c.username_key == sa.bindparam("name"), actors.c.domain == sa.bindparam("host")
)
_KEY_BY_ID = (
    sa.select(*(column.label(f"key_{column.name}") for column in _KEY_COLUMNS), *COLUMNS)
    .join_from(actor_keys, actors, actors.c.id == actor_keys.c.actor_id)
    .where(actor_keys.c.key_id == sa.bindparam("key_id"))
)
_DROP_KEYS = actor_keys.delete().where(
    actor_keys.c.actor_id == sa.bindparam("owner_id"),
    actor_keys.c.key_id.not_in(sa.bindparam("kept", expanding=True)),
)
_KEYS_OF = (
    sa.select(*_KEY_COLUMNS)
    .where(actor_keys.c.actor_id == sa.bindparam("actor_id"))
    .order_by(actor_keys.c.id)
)
_STANDING = sa.select(actors.c.suspended_at, actors.c.deleted_at).where(
    actors.c.id == sa.bindparam("actor_id")
)


def actor_from(row: Raw) -> Actor:
    """The actor of a row whose last columns are the room's."""
    values: dict[str, Any] = dict(zip(_NAMES, row[-len(_NAMES) :], strict=True))
    for name in ("icon", "image"):
        values[name] = Picture(**values[name]) if values[name] else None
    values["details"] = _details(values["details"])
    for name in _TUPLES:
        values[name] = tuple(tuple(item) if isinstance(item, list) else item for item in values[name] or ())
    return Actor(**values)


def _key_from(row: Raw) -> tuple[ActorKey, Actor]:
    return ActorKey(**dict(zip(_KEY_NAMES, row[: len(_KEY_NAMES)], strict=True))), actor_from(row)


_ACTOR: Kind[Actor] = Kind(actor_from)
_KEY: Kind[tuple[ActorKey, Actor]] = Kind(_key_from)


def add(tx: Tx, actor: Actor) -> None:
    """Store a new actor. Raises SQLAlchemy's IntegrityError when its uri or handle is taken."""
    tx.insert(actors, _values(actor))


def hold_names(tx: Tx, domain: str) -> None:
    """Let nobody else store actors of *domain* before this transaction ends.

    Deliveries of a stranger that arrive together are worked on by several threads and processes on
    PostgreSQL, and each would store the stranger under an id of its own. SQLite has one writer.
    """
    if tx.dialect == "postgresql":
        tx.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(domain, 0))))


def save(tx: Tx, actor: Actor) -> None:
    """Insert, or update the row with the same uri (its id and creation time stay)."""
    tx.upsert(actors, _values(actor), key=["uri"])


def change(tx: Tx, actor_id: int, changes: Mapping[str, Any]) -> None:
    """Set columns of one actor, and `updated_at`."""
    tx.execute(actors.update().where(actors.c.id == actor_id).values(updated_at=tx.now, **changes))


def by_id(tx: Tx, actor_id: int) -> Actor | None:
    """The actor with this id."""
    return tx.value(_BY_ID, {"id": actor_id}, _ACTOR)


def by_uri(tx: Tx, uri: str) -> Actor | None:
    """The actor with this ActivityPub id."""
    return tx.value(_BY_URI, {"uri": uri}, _ACTOR)


def standing(tx: Tx, actor_id: int) -> tuple[bool, bool]:
    """Whether an actor is (suspended here, deleted at its origin), as the row says now."""
    row = tx.first(_STANDING, {"actor_id": actor_id})
    return (False, True) if row is None else (row[0] is not None, row[1] is not None)


def by_handle(tx: Tx, username: str, domain: str) -> Actor | None:
    """The actor `@username@domain`; *domain* canonical, the name in any case."""
    return tx.value(_BY_HANDLE, {"name": username.lower(), "host": domain}, _ACTOR)


def by_name(tx: Tx, username: str, limit: int) -> list[Actor]:
    """Actors of this name on whatever server, in any case, the oldest known first."""
    statement = sa.select(*COLUMNS).where(actors.c.username_key == username.lower())
    return [actor_from(row) for row in tx.all(statement.order_by(actors.c.id).limit(limit))]


def local_by_name(tx: Tx, username: str) -> Actor | None:
    """The local actor of this name, in any case."""
    return tx.value(_LOCAL_BY_NAME, {"name": username.lower()}, _ACTOR)


def local_of_type(tx: Tx, actor_type: str) -> Actor | None:
    """A local actor of this type."""
    return _one(tx, sa.and_(actors.c.local, actors.c.type == actor_type))


def by_ids(tx: Tx, ids: Iterable[int]) -> dict[int, Actor]:
    """Those of *ids* that exist, by id, in one statement."""
    return {actor.id: actor for actor in tx.values(_BY_IDS, {"ids": list(set(ids))}, _ACTOR)}


def by_uris(tx: Tx, uris: Iterable[str]) -> dict[str, Actor]:
    """Those of *uris* that we know, by uri, in one statement."""
    return {actor.uri: actor for actor in tx.values(_BY_URIS, {"uris": list(set(uris))}, _ACTOR)}


def count_local(tx: Tx) -> int:
    """How many local actors there are, the server's own left out."""
    where = sa.and_(actors.c.local, actors.c.type != "Application", actors.c.deleted_at.is_(None))
    return int(tx.scalar(sa.select(sa.func.count()).select_from(actors).where(where)))


def newest_local(tx: Tx, limit: int) -> list[Actor]:
    """People of this server who want to be found, the newest first."""
    where = [actors.c.local, actors.c.type != "Application", actors.c.discoverable]
    active = [actors.c.suspended_at.is_(None), actors.c.deleted_at.is_(None)]
    statement = sa.select(*COLUMNS).where(*where, *active).order_by(actors.c.id.desc()).limit(limit)
    return [actor_from(row) for row in tx.all(statement)]


def save_key(tx: Tx, key: ActorKey) -> None:
    """Store a key, or replace the one with the same key id."""
    tx.upsert(actor_keys, {"id": tx.new_id(), "created_at": tx.now, **_key_values(tx, key)}, key=["key_id"])


def drop_keys_except(tx: Tx, actor_id: int, key_ids: Iterable[str]) -> None:
    """Forget the keys of an actor that its own document no longer names."""
    tx.change(_DROP_KEYS, {"owner_id": actor_id, "kept": list(key_ids)})


def forget_private_keys(tx: Tx, actor_id: int) -> None:
    """Nothing is signed for this actor any more."""
    tx.execute(actor_keys.update().where(actor_keys.c.actor_id == actor_id).values(private_key=None))


def key_by_id(tx: Tx, key_id: str) -> tuple[ActorKey, Actor] | None:
    """The key with this id, and whose it is. For checking signatures: its private half stays sealed."""
    return tx.value(_KEY_BY_ID, {"key_id": key_id}, _KEY)


def keys_of(tx: Tx, actor_id: int) -> list[ActorKey]:
    """The keys of one actor, oldest first."""
    rows = tx.all(_KEYS_OF, {"actor_id": actor_id})
    return [_opened(tx, ActorKey(**dict(zip(_KEY_NAMES, row, strict=True)))) for row in rows]


def _one(tx: Tx, where: sa.ColumnElement[bool]) -> Actor | None:
    row = tx.first(_SELECT.where(where))
    return None if row is None else actor_from(row)


def _values(actor: Actor) -> dict[str, Any]:
    values = {field.name: getattr(actor, field.name) for field in fields(Actor)}
    for name in ("icon", "image"):
        values[name] = asdict(values[name]) if values[name] else None
    values["details"] = details_value(actor.details)
    return {**values, "username_key": actor.username.lower()}


def details_value(details: Details) -> dict[str, Any] | None:
    """What the column `details` holds."""
    return None if details == NO_DETAILS else asdict(details)


def _details(value: dict[str, Any] | None) -> Details:
    if value is None:
        return NO_DETAILS
    return Details(
        **{
            **value,
            "attribution_domains": tuple(value["attribution_domains"]),
            "verified": tuple((address, moment) for address, moment in value["verified"]),
        }
    )


def _key_values(tx: Tx, key: ActorKey) -> dict[str, Any]:
    values = {name: getattr(key, name) for name in _KEY_NAMES}
    if key.private_key is not None:
        values["private_key"] = tx.vault.seal(key.private_key, about=key.key_id)
    return values


def _opened(tx: Tx, key: ActorKey) -> ActorKey:
    if key.private_key is None:
        return key
    return replace(key, private_key=tx.vault.open(key.private_key, about=key.key_id))
