"""ADM-12: every verb goes through the same steps in the same order, and a step that refuses is the last.

The block comes before the proof on purpose: whoever is shut out here must not cause so much as the fetch of
a key (SIG-21).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from fediverse_node.actors import queries as actors
from fediverse_node.arrivals import queries as arrivals
from fediverse_node.federation.discovery import keys
from fediverse_node.federation.inbox import authenticate
from fediverse_node.federation.inbox.verbs import HANDLERS
from fediverse_node.signatures import verify
from tests.doors.federation.conftest import Street
from tests.fakes.remote_server import JsonDict, Letter, RemoteActor, digest, rsa_key

PARSE, SIGNATURE, OWNER, BLOCK = "parse", "signature", "key owner", "block"
PROOF, AUTHORITY, STORE, PROCESS = "proof", "authority", "store", "process"
ALL = [PARSE, SIGNATURE, OWNER, BLOCK, PROOF, AUTHORITY, STORE, PROCESS]


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The steps that were taken, each once, in the order of their beginning."""
    taken: list[str] = []

    def note(step: str) -> None:
        if step not in taken:
            taken.append(step)

    def trace(where: Any, name: str, step: str) -> None:
        original = getattr(where, name)

        def traced(*args: Any, **options: Any) -> Any:
            note(step)
            return original(*args, **options)

        monkeypatch.setattr(where, name, traced)

    trace(authenticate, "load_document", PARSE)
    trace(verify, "peek", SIGNATURE)
    trace(keys, "at_hand", OWNER)
    trace(authenticate, "_acquaintance", BLOCK)
    trace(authenticate, "prove", PROOF)
    trace(authenticate, "_judge", AUTHORITY)
    trace(arrivals, "note", STORE)
    for handler in set(HANDLERS.values()):
        trace(handler, "apply", PROCESS)
    return taken


def of_type(type_: str, who: RemoteActor, street: Street) -> JsonDict:
    """An activity whose sender may say it, whatever comes of it."""
    note = who.note()
    aims: dict[str, Any] = {
        "Create": note,
        "Update": note,
        "Delete": note["id"],
        "Move": who.uri,
        "Undo": who.like(note["id"]),
        "Block": street.alice.actor.uri,
        "Follow": street.alice.actor.uri,
        "Flag": [street.alice.actor.uri],
    }
    more = {"target": f"{who.uri}/featured"} if type_ in {"Add", "Remove", "Move"} else {}
    return who.activity(type_, aims.get(type_, note["id"]), instrument=note["id"], **more)


async def test_every_verb_goes_through_every_step_in_order(street: Street, steps: list[str]) -> None:
    await street.befriend(street.bob)
    for type_ in HANDLERS:
        steps.clear()
        status = await street.bob.send(street.inbox, of_type(type_, street.bob, street))
        assert status in {202, 403}, type_
        assert steps == ALL, type_


def broken_body(letter: Letter) -> Letter:
    return replace(letter, body=letter.body[:-1]).with_header("Digest", digest(letter.body[:-1]))


def without_digest(letter: Letter) -> Letter:
    return letter.with_header("Digest", digest(b"something else"))


@pytest.mark.parametrize(
    ("last", "status"), [(PARSE, 400), (SIGNATURE, 401), (BLOCK, 403), (PROOF, 401), (AUTHORITY, 403)]
)
async def test_a_step_that_refuses_is_the_last_and_leaves_nothing(
    street: Street, steps: list[str], last: str, status: int
) -> None:
    carol = await street.meet(street.carol)
    await street.meet(street.bob)
    if last == BLOCK:
        await street.write(lambda tx: actors.change(tx, carol.id, {"suspended_at": tx.now}))

    def letter(document: JsonDict, sender: RemoteActor) -> Letter:
        if last == PROOF:
            return sender.letter(street.inbox, document, key=rsa_key("somebody else's"))
        made = sender.letter(street.inbox, document)
        if last == PARSE:
            return broken_body(made)
        return without_digest(made) if last == SIGNATURE else made

    before = await street.rows()
    for type_ in HANDLERS:
        steps.clear()
        document = of_type(type_, street.carol, street)
        sender = street.bob if last == AUTHORITY else street.carol
        assert await letter(document, sender).send(street.there.http) == status, type_
        assert steps == ALL[: ALL.index(last) + 1], type_
        assert await street.rows() == before, type_
