"""Posts whose authors allow training, put straight into the tables: ledger, receipts, log and tree are real.

All but for the signatures on the receipts: to make a million of them takes minutes, and nothing that writes
a dataset looks at them.
"""

from __future__ import annotations

import hashlib
import random
import secrets
from datetime import datetime, timedelta
from functools import cache, partial

import rfc8785

from fediverse_node.actors import local
from fediverse_node.actors.addresses import Addresses
from fediverse_node.actors.model import Actor
from fediverse_node.consent import terms
from fediverse_node.consent.tables import consent_ledger
from fediverse_node.posts.model import Post
from fediverse_node.posts.rows import values_of
from fediverse_node.posts.tables import posts
from fediverse_node.receipts import document, issue, queries
from fediverse_node.receipts.model import Event
from fediverse_node.receipts.tables import consent_entries, consent_log, consent_receipts
from fediverse_node.schema.migrate import migrate
from fediverse_node.signatures import merkle
from fediverse_node.storage.database import Database
from fediverse_node.storage.engine import open_database
from fediverse_node.storage.tx import Tx

ORIGIN = "https://bench.example"
AUTHORS = 500
_CHUNK = 5_000
_ADDRESSES = Addresses(ORIGIN)
_SYLLABLES = [f"{first}{vowel}{last}" for first in "bdfklmnprstvz" for vowel in "aeiou" for last in "lnrst"]
#: One in so many posts names somebody, has an address, repeats another one.
_NAMES, _LINKS, _REPEATS = 8, 12, 50


async def furnish(url: str, count: int) -> None:
    """Migrate the empty database at *url* and put *count* allowed posts into it."""
    migrate(url)
    db = open_database(url)
    try:
        authors = await db.write(_authors)
        leaves: list[bytes] = []
        for first in range(0, count, _CHUNK):
            numbers = range(first, min(first + _CHUNK, count))
            leaves += await db.write(partial(_write, authors=authors, numbers=numbers))
        await _plant(db, leaves)
    finally:
        await db.close()


def _authors(tx: Tx) -> list[Actor]:
    keys = local.generate_keys()
    local.ensure_instance_actor(tx, _ADDRESSES, keys)
    issue.open_log(tx, _ADDRESSES)
    return [local.new_local_actor(tx, _ADDRESSES, f"p{n}", local_keys=keys) for n in range(AUTHORS)]


def _write(tx: Tx, *, authors: list[Actor], numbers: range) -> list[bytes]:
    written = [_post(tx, authors[number % len(authors)], number) for number in numbers]
    uris = {actor.id: actor.uri for actor in authors}
    lines = [_line(tx, post, uris[post.actor_id]) for post in written]
    tx.insert(posts, [values_of(post) for post in written])
    tx.insert(consent_ledger, lines)
    receipts, entries = [], []
    for number, post in zip(numbers, written, strict=True):
        salt = secrets.token_bytes(32)
        text = _receipt(tx, number, post, uris[post.actor_id])
        commit = document.commitment(salt, text)
        line = f'{{"commit":"{commit}","kind":"grant","ts":"2026-11-22T10:00:00Z","v":1}}'
        entries.append({"id": number, "entry": line})
        receipts.append(
            {
                "id": number + 1,
                "log_index": number,
                "at": tx.now,
                "kind": "grant",
                "revokes": None,
                "salt": salt.hex(),
                "document": text,
            }
        )
    tx.insert(consent_receipts, receipts)
    tx.insert(consent_entries, entries)
    return [merkle.leaf_hash(str(entry["entry"]).encode()) for entry in entries]


def _line(tx: Tx, post: Post, author: str) -> dict[str, object]:
    return {
        "at": tx.now,
        "kind": "grant",
        "actor_uri": author,
        "object_uri": post.uri,
        "revision": post.revision,
        "purposes": ["train-ai", "dataset"],
        "terms_id": terms.CURRENT.id,
        "terms_sha256": terms.CURRENT.sha256,
        "method": "page",
        "previous_seq": None,
    }


_template: list[str] = []


def _receipt(tx: Tx, number: int, post: Post, author: str) -> str:
    """A receipt as the notary makes it; canonical JSON is made once, and then filled in."""
    if not _template:
        _template.append(_first_receipt(tx))
    values = {
        "{SEQ}": str(number + 1),
        "{AUTHOR}": author,
        "{OBJECT}": post.uri,
        "{REVISION}": post.revision,
        "{INDEX}": str(number),
    }
    text = _template[0]
    for name, value in values.items():
        text = text.replace(name, value)
    return text


def _first_receipt(tx: Tx) -> str:
    event = Event(
        seq=777_777_777,
        at=tx.now,
        kind="grant",
        actor_uri="{AUTHOR}",
        object_uri="{OBJECT}",
        revision="{REVISION}",
        purposes=("train-ai", "dataset"),
        terms_id=terms.CURRENT.id,
        terms_sha256=terms.CURRENT.sha256,
        method="page",
    )
    from fediverse_node.actors.model import ActorKey  # noqa: PLC0415 only for the template

    key = ActorKey(actor_id=1, key_id="{AUTHOR}#ed25519-key", kind="ed25519", public_key="z6Mk" + "x" * 44)
    made = document.receipt(tx, event, key, log_index=888_888_888, addresses=_ADDRESSES)
    made["proof"] = {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-jcs-2022",
        "created": "2026-11-22T10:00:00Z",
        "verificationMethod": "{AUTHOR}#ed25519-key",
        "proofPurpose": "assertionMethod",
        "proofValue": "z" + "5" * 87,
    }
    text = rfc8785.dumps(made).decode()
    return text.replace("777777777", "{SEQ}").replace("888888888", "{INDEX}")


def _post(tx: Tx, author: Actor, number: int) -> Post:
    id_ = tx.new_id()
    text = _text(number)
    return Post(
        id=id_,
        uri=f"{author.uri}/posts/{id_}",
        url=_ADDRESSES.post_page(author.username, id_),
        actor_id=author.id,
        local=True,
        visibility="public",
        content_html=f"<p>{text}</p>",
        language="en",
        source=text,
        source_media_type="text/plain",
        revision=hashlib.sha256(text.encode()).hexdigest(),
        ai_disclosure="human-only",
        published_at=_moment(tx, number),
        created_at=_moment(tx, number),
    )


def _moment(tx: Tx, number: int) -> datetime:
    return tx.now - timedelta(minutes=1) + timedelta(microseconds=number)


def _text(number: int) -> str:
    """A post of 8 to 50 words; some name somebody, link somewhere, or repeat an earlier one."""
    chance = random.Random(number - 1 if number % _REPEATS == 1 else number)
    words = chance.choices(_words(), k=chance.randint(8, 50))
    if number % _NAMES == 0:
        words.insert(3, f"@{words[0]}@{words[1]}.example")
    if number % _LINKS == 0:
        words.append(f"https://{words[2]}.example/{words[3]}/{number}")
    return " ".join(words)


@cache
def _words() -> list[str]:
    chance = random.Random(1)
    return ["".join(chance.choices(_SYLLABLES, k=chance.randint(1, 3))) for _ in range(20_000)]


async def _plant(db: Database, leaves: list[bytes]) -> None:
    """The tree over *leaves*."""
    level, row = 0, leaves
    while row:
        for first in range(0, len(row), 100 * _CHUNK):
            part = [(level, first + n, digest) for n, digest in enumerate(row[first : first + 100 * _CHUNK])]
            await db.write(partial(_store, nodes=part))
        row = [merkle.node_hash(row[n], row[n + 1]) for n in range(0, len(row) - 1, 2)]
        level += 1
    await db.write(lambda tx: tx.execute(consent_log.update().values(size=len(leaves))))


def _store(tx: Tx, *, nodes: list[tuple[int, int, bytes]]) -> None:
    queries.add_nodes(tx, nodes)
