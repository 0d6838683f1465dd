from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from fediverse_node.actors.model import Actor
from fediverse_node.federation.inbox.authenticate import confirmed, restore
from fediverse_node.kernel.errors import NotAllowed

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
BOB = "https://there.example/users/bob"
RELAY = "https://relay.example/actor"


def actor(uri: str, **changes: Any) -> Actor:
    made = Actor(
        id=1,
        uri=uri,
        local=False,
        type="Person",
        username="x",
        domain="there.example",
        inbox=f"{uri}/inbox",
        created_at=NOW,
        updated_at=NOW,
    )
    return replace(made, **changes)


def create(**changes: Any) -> bytes:
    document = {
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": "https://there.example/activities/1",
        "type": "Create",
        "actor": BOB,
        "object": {"id": "https://there.example/notes/1", "type": "Note", "content": "x"},
        "proof": {"type": "DataIntegrityProof"},
    }
    return msgspec.json.encode({**document, **changes})


def test_what_was_stored_is_judged_again_by_who_signed_it() -> None:
    own = restore(create(), actor(BOB), own_origin="https://here.example")
    assert own.proof == "http-signature"
    forwarded = restore(create(), actor(RELAY), own_origin="https://here.example")
    assert forwarded.proof == "forwarded"
    with pytest.raises(NotAllowed):
        restore(create(type="Like"), actor(RELAY), own_origin="https://here.example")
    with pytest.raises(NotAllowed):
        restore(create(), actor(BOB), own_origin="https://there.example")


def test_only_its_own_author_who_is_in_good_standing_confirms_what_was_forwarded() -> None:
    forwarded = restore(create(), actor(RELAY), own_origin="https://here.example")
    found = confirmed(forwarded, actor(BOB))
    assert (found.proof, found.signer.uri) == ("fetched-from-origin", BOB)
    with pytest.raises(NotAllowed):
        confirmed(forwarded, actor(RELAY))
    with pytest.raises(NotAllowed):
        confirmed(forwarded, actor(BOB, suspended_at=NOW))
