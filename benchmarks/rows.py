"""A database that has been in use: people here and elsewhere, who follows whom, and many posts.

Written through the rooms' tables at once, and not through the doors: 100,000 deliveries would take a
while.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

import sqlalchemy as sa

from benchmarks.remote import Somebody
from fediverse_node.accounts import queries as accounts
from fediverse_node.actors import local
from fediverse_node.actors import queries as actors
from fediverse_node.actors.addresses import Addresses
from fediverse_node.actors.model import Actor, ActorKey
from fediverse_node.follows import queries as follows
from fediverse_node.follows.model import Follow
from fediverse_node.kernel.clock import system_clock
from fediverse_node.oauth import tokens
from fediverse_node.posts.model import Post
from fediverse_node.posts.rows import values_of
from fediverse_node.posts.tables import hashtags, posts
from fediverse_node.schema.migrate import migrate
from fediverse_node.storage.engine import open_database
from fediverse_node.storage.tx import Tx
from fediverse_node.timelines.tables import home_entries

_CHUNK = 2_000
#: Of so many posts one is by somebody here.
_LOCAL_SHARE = 3
_TEXT = (
    "<p>Post number {}: nothing much happened on the river today, and that was the best of it. Two herons, "
    'one boat, and a long conversation about <a href="https://bridges.example/">bridges</a>.</p>'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Village:
    """Who is there after `furnish`.

    Attributes:
        reader: she follows all the authors, and wrote `posts`.
        star: he has `audience` followers, each with an inbox of their own.
        sage: she has as many, some of them on servers that hang.
        people: everybody else here.
        authors: known people of elsewhere.
        posts: ids of the reader's posts, newest last.
    """

    reader: Actor
    reader_token: str
    star: Actor
    star_token: str
    sage: Actor
    sage_token: str
    people: Sequence[Actor]
    authors: Sequence[Somebody]
    audience: int
    posts: Sequence[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How large the database is to be."""

    origin: str
    posts: int
    people: int
    authors: Sequence[Somebody]
    audience: Sequence[Somebody]
    mixed: Sequence[Somebody]


async def furnish(url: str, plan: Plan) -> Village:
    """Migrate the empty database at *url* and fill it."""
    migrate(url)
    db = open_database(url, clock=system_clock)
    try:
        village = await db.write(lambda tx: _settle(tx, plan))
        authors = await db.write(lambda tx: _meet(tx, plan.authors, village.reader))
        await db.write(lambda tx: _follow_all(tx, plan.audience, village.star))
        await db.write(lambda tx: _follow_all(tx, plan.mixed, village.sage))
        writers = [village.reader, *authors]
        ids: list[int] = []
        for first in range(0, plan.posts, _CHUNK):
            numbers = range(first, min(first + _CHUNK, plan.posts))
            ids += await db.write(partial(_write, writers=writers, numbers=numbers))
        await db.write(
            lambda tx: local.ensure_instance_actor(tx, Addresses(plan.origin), local.generate_keys())
        )
        if db.engine.dialect.name == "postgresql":
            # What the server does by itself within a minute, and what a database in use has behind it.
            with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(sa.text("ANALYZE"))
    finally:
        await db.close()
    return replace(village, posts=ids)


def _settle(tx: Tx, plan: Plan) -> Village:
    """The people who live here. They share a pair of keys, which nobody will notice."""
    addresses, pair = Addresses(plan.origin), local.generate_keys()
    found: list[Actor] = []
    issued: list[str] = []
    for name in ("reader", "star", "sage", *(f"person{number}" for number in range(plan.people))):
        actor = local.new_local_actor(tx, addresses, name, local_keys=pair)
        account = accounts.create(tx, actor.id, password_hash=None)
        if len(found) < 3:
            issued.append(tokens.issue(tx, account.id, scopes="read write follow", app_name="benchmark"))
        found.append(actor)
    reader, star, sage, *people = found
    return Village(
        reader=reader,
        reader_token=issued[0],
        star=star,
        star_token=issued[1],
        sage=sage,
        sage_token=issued[2],
        people=people,
        authors=plan.authors,
        audience=len(plan.audience),
        posts=(),
    )


def _meet(tx: Tx, authors: Sequence[Somebody], reader: Actor) -> list[Actor]:
    found = []
    for author in authors:
        actor = _store(tx, author)
        follows.add(tx, _accepted(tx, follower=reader, target=actor))
        found.append(actor)
    return found


def _follow_all(tx: Tx, audience: Sequence[Somebody], whom: Actor) -> None:
    for follower in audience:
        follows.add(tx, _accepted(tx, follower=_store(tx, follower), target=whom))


def _store(tx: Tx, person: Somebody) -> Actor:
    actor = Actor(
        id=tx.new_id(),
        uri=person.uri,
        local=False,
        type="Person",
        username=person.name,
        domain=person.origin.removeprefix("http://"),
        name=person.name.title(),
        inbox=f"{person.uri}/inbox",
        followers=f"{person.uri}/followers",
        created_at=tx.now,
        updated_at=tx.now,
        fetched_at=tx.now,
    )
    actors.add(tx, actor)
    key = ActorKey(actor_id=actor.id, key_id=person.key_id, kind="rsa", public_key=person.public_pem)
    actors.save_key(tx, key)
    return actor


def _accepted(tx: Tx, *, follower: Actor, target: Actor) -> Follow:
    return Follow(
        id=tx.new_id(),
        follower_id=follower.id,
        target_id=target.id,
        uri=f"{follower.uri}#follows/{target.id}",
        state="accepted",
        created_at=tx.now,
        accepted_at=tx.now,
    )


def _write(tx: Tx, *, writers: Sequence[Actor], numbers: range) -> list[int]:
    """Posts in everybody's turn, and the home timeline they stand in. Gives the ids of the local ones."""
    reader, *authors = writers
    written = []
    for number in numbers:
        here = number % _LOCAL_SHARE == 0
        author = reader if here else authors[number % len(authors)]
        written.append(_post(tx, author, number))
    tx.insert(posts, [values_of(post) for post in written])
    tx.insert(hashtags, [{"post_id": post.id, "tag": "river", "name": "River"} for post in written])
    tx.insert(home_entries, [{"actor_id": reader.id, "post_id": post.id} for post in written])
    return [post.id for post in written if post.local]


def _post(tx: Tx, author: Actor, number: int) -> Post:
    id_ = tx.new_id()
    return Post(
        id=id_,
        uri=f"{author.uri}/posts/{id_}",
        actor_id=author.id,
        local=author.local,
        visibility="public",
        content_html=_TEXT.format(number),
        language="en",
        source=f"Post number {number}" if author.local else None,
        source_media_type="text/plain" if author.local else None,
        revision=f"{number:064x}",
        ai_disclosure="human-only" if author.local else None,
        published_at=tx.now - timedelta(minutes=1),
        created_at=tx.now,
    )
