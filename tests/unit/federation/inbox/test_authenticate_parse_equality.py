"""What the checks saw is what the handlers get, for documents of every shape (LD-09, R7).

The bytes are written by Python's own writer with odd spacing, escapes and order; what they say is read from
them once more by another parser.
"""

from __future__ import annotations

import hashlib
import json
import random
from datetime import UTC, datetime
from typing import Any

import msgspec
import rfc8785

from fediverse_node.activitystreams import load as loading
from fediverse_node.activitystreams.documents import Activity
from fediverse_node.activitystreams.read import read_activity, read_object
from fediverse_node.activitystreams.shape import load_document
from fediverse_node.actors.model import Actor
from fediverse_node.federation.inbox.authenticate import restore
from fediverse_node.federation.inbox.authority import own_object
from fediverse_node.kernel.errors import NodeError
from fediverse_node.signatures import keys, proofs
from tests.fixtures.seeds import chance as chance_of

DOCUMENTS = 10_000
NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
BOB = "https://there.example/users/bob"
OURS = "https://here.example"
VERBS = ["Create", "Update", "Delete", "Follow", "Like", "Announce", "Undo", "Accept", "Flag", "Unheard"]
KEY = keys.generate_ed25519(f"{BOB}#ed25519-key")

JsonDict = dict[str, Any]


def signer() -> Actor:
    return Actor(
        id=1,
        uri=BOB,
        local=False,
        type="Person",
        username="bob",
        domain="there.example",
        inbox=f"{BOB}/inbox",
        created_at=NOW,
        updated_at=NOW,
    )


def some_value(chance: random.Random, depth: int = 0) -> Any:
    kind = chance.randrange(9 if depth < 3 else 6)
    if kind < 6:
        choices = [None, True, chance.randrange(-(2**53), 2**53), chance.random(), some_text(chance), BOB]
        return choices[kind]
    if kind == 6:
        return [some_value(chance, depth + 1) for _ in range(chance.randrange(3))]
    return {some_text(chance): some_value(chance, depth + 1) for _ in range(chance.randrange(3))}


def some_text(chance: random.Random) -> str:
    return "".join(chance.choice('abc id"\\/<&é\u2028😀\t') for _ in range(chance.randrange(8)))


def some_actor(chance: random.Random) -> Any:
    return chance.choice([BOB, {"id": BOB}, {"id": BOB, "type": "Person"}, [BOB], f"{BOB}2"])


def some_object(chance: random.Random) -> Any:
    uri = chance.choice(["https://there.example/notes/1", "https://else.example/notes/1", BOB])
    note: JsonDict = {
        "id": uri,
        "type": "Note",
        "attributedTo": some_actor(chance),
        "content": some_text(chance),
    }
    shapes: list[Any] = [uri, note, [note], {"id": uri}, {**note, "x": some_value(chance)}, [uri, note]]
    return chance.choice(shapes)


def some_document(chance: random.Random) -> JsonDict:
    document = {
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": chance.choice(["https://there.example/activities/1", None, "https://else.example/a/1"]),
        "type": chance.choice([*VERBS, ["Create"], ["Unheard", "Follow"]]),
        "actor": some_actor(chance),
        "object": some_object(chance),
        "to": some_value(chance),
        some_text(chance): some_value(chance),
    }
    names = list(document)
    chance.shuffle(names)
    return {name: document[name] for name in names if document[name] is not None}


def written(document: JsonDict, chance: random.Random) -> bytes:
    separators = chance.choice([(",", ":"), (", ", ": "), (" ,\n", "\t: ")])
    text = json.dumps(document, ensure_ascii=chance.random() < 0.5, separators=separators)
    return (chance.choice(["", " ", "\n"]) + text).encode()


def gist(activity: Activity) -> tuple[object, ...]:
    node = own_object(activity)
    try:
        author = read_object(node).attributed_to if node is not None else None
    except NodeError:
        author = None
    return activity.actor, activity.id, activity.type, activity.object_id, activity.object_ids, author


def test_ten_thousand_documents_mean_the_same_to_the_checks_and_to_the_handlers() -> None:
    chance, judged = chance_of("parse equality"), 0
    for _ in range(DOCUMENTS):
        document = some_document(chance)
        raw = written(document, chance)
        try:
            checked = read_activity(load_document(raw, limit=loading.MAX_INBOX_BODY))
        except NodeError:
            continue
        # What is kept for the handlers is the very object, and another parser reads the same.
        assert checked.raw == msgspec.json.decode(raw) == document
        assert gist(checked) == gist(read_activity(msgspec.json.decode(raw)))
        try:
            handled = restore(raw, signer(), own_origin=OURS)
        except NodeError:
            continue
        assert gist(handled.activity) == gist(checked)
        judged += 1
    assert judged > DOCUMENTS // 20


def test_what_a_proof_covers_is_what_is_read() -> None:
    chance = random.Random("proofs")
    for _ in range(1_000):
        document = some_document(chance)
        proved = proofs.prove(document, KEY, now=NOW)
        raw = written(proved, chance)
        try:
            activity = read_activity(load_document(raw, limit=loading.MAX_INBOX_BODY))
        except NodeError:
            continue
        claimed = proofs.peek(activity.raw, now=NOW)
        assert claimed is not None
        assert claimed.data[32:] == hashlib.sha256(rfc8785.dumps(document)).digest()
        assert proofs.check(claimed, KEY.verification_key()).key_id == KEY.key_id
