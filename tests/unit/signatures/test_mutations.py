"""A signed request in which one character was changed is refused, always."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from fediverse_node.signatures import proofs, verify
from fediverse_node.signatures.base import HttpMessage, SignatureRefused, VerificationKey
from tests.fixtures.seeds import chance as chance_of

ROUNDS = 5_000  # for each of the four combinations: 20,000 together (R6)
ANY_CHARACTER = "".join(map(chr, range(0x20, 0x7F))) + "\t\r\n\x00\x7fé€"


@dataclass(frozen=True)
class Spot:
    """One text of a request that the signature has to protect, and how to put in another."""

    text: str
    put: Callable[[str], HttpMessage]


def spots(message: HttpMessage, protected: set[str]) -> list[Spot]:
    """Every protected text of *message*: method, target, body, and the *protected* headers."""

    def header(number: int) -> Callable[[str], HttpMessage]:
        name = message.headers[number][0]
        before, after = message.headers[:number], message.headers[number + 1 :]
        return lambda text: replace(message, headers=(*before, (name, text), *after))

    return [
        Spot(message.method, lambda text: replace(message, method=text)),
        Spot(message.target, lambda text: replace(message, target=text)),
        Spot(
            message.body.decode("latin-1"),
            lambda text: replace(message, body=text.encode("latin-1", "replace")),
        ),
        *(
            Spot(text, header(n))
            for n, (name, text) in enumerate(message.headers)
            if name.lower() in protected
        ),
    ]


def mutated(text: str, chance: random.Random) -> str:
    """*text* with one character replaced, put in, taken out, doubled or turned to the other case."""
    place = chance.randrange(len(text) + 1)
    kind = chance.randrange(5) if place < len(text) else 1
    character = chance.choice(ANY_CHARACTER)
    if kind == 1:
        return text[:place] + character + text[place:]
    new = {0: character, 2: "", 3: text[place] * 2, 4: text[place].swapcase()}[kind]
    return text[:place] + new + text[place + 1 :]


def protected_headers(message: HttpMessage, lab: Any) -> set[str]:
    covered = {name for name in lab.peek(message).covered if name[0] not in "(@"}
    return covered | {"host", "signature", "signature-input"}


def accepted(message: HttpMessage, key: VerificationKey, lab: Any) -> bool:
    try:
        claimed = verify.peek(message, expected_authority=lab.host, now=lab.now)
        verify.check(claimed, message, key)
    except SignatureRefused:
        return False
    return True


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["rsa", "ed25519"])
@pytest.mark.parametrize("number", [0, 1], ids=["cavage", "rfc9421"])
def test_no_single_change_to_a_signed_request_is_accepted(lab: Any, number: int, kind: str) -> None:
    chance = chance_of(f"mutations {number}{kind}")
    key, scheme = getattr(lab, kind), lab.schemes[number]
    public = key.verification_key()
    messages = [
        lab.deliver(lab.post(), scheme, key),
        lab.deliver(lab.get(), scheme, key),
        lab.deliver(lab.get("https://alpha.example/users/alice"), scheme, key),
    ]
    places = [(m, spot) for m in messages for spot in spots(m, protected_headers(m, lab))]
    survivors, tried = [], 0
    while tried < ROUNDS:
        message, spot = chance.choice(places)
        text = mutated(spot.text, chance)
        changed = spot.put(text)
        if changed == message:
            continue
        tried += 1
        if accepted(changed, public, lab):
            survivors.append((spot.text, text))
    assert survivors == []
    assert all(accepted(message, public, lab) for message in messages)


@pytest.mark.parametrize("number", [0, 1], ids=["cavage", "rfc9421"])
def test_no_bit_of_any_protected_character_can_be_turned(lab: Any, number: int) -> None:
    message = lab.deliver(lab.post(), lab.schemes[number], lab.rsa)
    public = lab.rsa.verification_key()
    assert accepted(message, public, lab)
    survivors = [
        (spot.text, place, bit)
        for spot in spots(message, protected_headers(message, lab))
        for place in range(len(spot.text))
        for bit in (0, 5)
        if accepted(
            spot.put(spot.text[:place] + chr(ord(spot.text[place]) ^ 1 << bit) + spot.text[place + 1 :]),
            public,
            lab,
        )
    ]
    assert survivors == []


PROVED_ROUNDS = 5_000


def leaves(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to every text, number and name in a document."""
    if isinstance(node, dict):
        return [way for name, value in node.items() for way in [(*path, name), *leaves(value, (*path, name))]]
    if isinstance(node, list):
        return [way for number, value in enumerate(node) for way in leaves(value, (*path, number))]
    return [path]


def changed_at(document: Any, way: tuple[Any, ...], change: Callable[[Any], Any], *, rename: bool) -> Any:
    """A copy of *document* with the value there changed, or the name."""
    step, *rest = way
    copy = list(document) if isinstance(document, list) else dict(document)
    if rest:
        copy[step] = changed_at(copy[step], tuple(rest), change, rename=rename)
    elif rename and isinstance(copy, dict):
        copy[str(change(step))] = copy.pop(step)
    else:
        copy[step] = change(copy[step])
    return copy


def proof_holds(document: Any, key: VerificationKey, lab: Any) -> bool:
    try:
        claimed = proofs.peek(document, now=lab.now)
        return claimed is not None and bool(proofs.check(claimed, key))
    except SignatureRefused:
        return False


def test_no_single_change_to_a_proved_document_is_accepted(lab: Any) -> None:
    chance = random.Random("proof")
    activity = {
        "@context": ["https://www.w3.org/ns/activitystreams", {"sensitive": "as:sensitive"}],
        "id": "https://beta.example/activities/1",
        "type": "Create",
        "actor": "https://beta.example/users/bob",
        "to": ["https://www.w3.org/ns/activitystreams#Public"],
        "object": {"id": "https://beta.example/notes/1", "content": "<p>Grüße</p>", "width": 7, "x": 0.5},
    }
    key = lab.ed25519
    document = proofs.prove(activity, key, now=lab.now)
    public = key.verification_key()
    ways = leaves(document)
    survivors = []
    for _ in range(PROVED_ROUNDS):
        way, rename = chance.choice(ways), chance.random() < 0.3

        def change(value: Any) -> Any:
            return mutated(value, chance) if isinstance(value, str) else [value]

        other = changed_at(document, way, change, rename=rename)
        if other != document and proof_holds(other, public, lab):
            survivors.append(way)
    assert survivors == []
    assert proof_holds(document, public, lab)
