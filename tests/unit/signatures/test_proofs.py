from __future__ import annotations

import copy
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from fediverse_node.signatures import keys, multibase, proofs
from fediverse_node.signatures.base import SigningKey, VerificationKey

Refused = Callable[..., str]
FEP_8B32 = Path(__file__).parents[3] / "../shared/corpus/http-signatures/fep/fep-8b32.json"
NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
KEY = keys.generate_ed25519("https://alpha.example/users/alice#ed25519-key")
DOCUMENT: dict[str, Any] = {
    "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/data-integrity/v2"],
    "id": "https://alpha.example/activities/1",
    "type": "Create",
    "object": {"content": "Grüße 👋", "focalPoint": [-0.5, 1e21]},
}


def believe(document: dict[str, Any], key: VerificationKey | None = None, now: datetime = NOW) -> object:
    claimed = proofs.peek(document, now=now)
    assert claimed is not None
    return proofs.check(claimed, key or KEY.verification_key())


def changed(**options: Any) -> dict[str, Any]:
    """A proved document with options of its proof replaced, and removed where they are None."""
    proved = proofs.prove(DOCUMENT, KEY, now=NOW)
    options = {**proved["proof"], **options}
    return {**proved, "proof": {name: value for name, value in options.items() if value is not None}}


def resigned(**options: Any) -> dict[str, Any]:
    """As `changed`, and then signed again over just that."""
    document = changed(**options)
    rest = {name: value for name, value in document["proof"].items() if name != "proofValue"}
    document["proof"] = {**rest, "proofValue": multibase.encode(KEY.sign(proofs._hash_data(rest, document)))}
    return document


def test_a_document_without_a_proof_has_none() -> None:
    assert proofs.peek(DOCUMENT, now=NOW) is None


def test_a_proof_we_make_we_believe() -> None:
    proved = proofs.prove(DOCUMENT, KEY, now=NOW)
    assert list(proved)[-1] == "proof"
    assert believe(json.loads(json.dumps(proved))) == proofs.VerifiedProof(key_id=KEY.key_id, created=NOW)
    assert "proof" not in DOCUMENT


def test_a_document_without_a_context_can_be_proved() -> None:
    assert believe(proofs.prove({"id": "https://alpha.example/1"}, KEY, now=NOW))


def test_a_linked_data_signature_made_later_does_not_break_the_proof() -> None:
    assert believe({**proofs.prove(DOCUMENT, KEY, now=NOW), "signature": {"type": "RsaSignature2017"}})


@pytest.mark.parametrize("name", ["proof", "signature"])
def test_what_already_has_a_proof_or_signature_is_not_proved_again(name: str) -> None:
    with pytest.raises(ValueError, match="none yet"):
        proofs.prove({**DOCUMENT, name: {}}, KEY, now=NOW)


def test_an_rsa_key_makes_no_proof(lab: Any) -> None:
    with pytest.raises(ValueError, match="Ed25519"):
        proofs.prove(DOCUMENT, lab.rsa, now=NOW)


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (changed(type="Ed25519Signature2020"), "algorithm"),
        (changed(cryptosuite="eddsa-rdfc-2022"), "algorithm"),
        (changed(cryptosuite=None), "algorithm"),
        (changed(proofPurpose="authentication"), "algorithm"),
        ({**DOCUMENT, "proof": [changed()["proof"]]}, "algorithm"),
        ({**DOCUMENT, "proof": "z"}, "algorithm"),
        (changed(verificationMethod=None), "malformed"),
        (changed(verificationMethod=""), "malformed"),
        (changed(verificationMethod={"id": "x"}), "malformed"),
        (changed(proofValue=None), "malformed"),
        (changed(proofValue=7), "malformed"),
        (changed(proofValue="u" + changed()["proof"]["proofValue"]), "malformed"),
        (changed(proofValue="z"), "bad-signature"),
        (changed(created="2026-11-21T09:30:01Z"), "bad-signature"),
        (changed(created="yesterday"), "time"),
        (changed(created=5), "time"),
        (changed(created=None), "bad-signature"),
        (changed(nonce="x"), "bad-signature"),
        (changed(**{"@context": None}), "bad-signature"),
        (changed(**{"@context": DOCUMENT["@context"][:1]}), "malformed"),
        ({**changed(), "@context": [*DOCUMENT["@context"], {"content": "as:summary"}]}, "malformed"),
        ({**changed(), "type": "Delete"}, "bad-signature"),
        ({**changed(), "extra": 1}, "bad-signature"),
        ({**changed(), "extra": 2**53}, "malformed"),
        ({**changed(), "extra": float("nan")}, "malformed"),
        ({**changed(), "extra": "\ud800"}, "malformed"),
        (changed(verificationMethod="https://evil.example/#key"), "other-key"),
    ],
)
def test_a_proof_that_is_of_another_kind_or_does_not_match_is_refused(
    document: dict[str, Any], reason: str, refused: Refused
) -> None:
    assert believe(changed())
    assert refused(lambda: believe(document)) == reason


def test_a_document_too_deep_to_be_written_is_refused(refused: Refused) -> None:
    deep: Any = 1
    for _ in range(5000):
        deep = [deep]
    assert refused(lambda: believe({**changed(), "extra": deep})) == "malformed"


def test_a_key_that_is_not_ed25519_is_refused(lab: Any, refused: Refused) -> None:
    other = VerificationKey(key_id=KEY.key_id, public=lab.rsa.verification_key().public)
    assert refused(lambda: believe(changed(), other)) == "algorithm"


def test_a_proof_may_be_old_but_not_from_the_future(refused: Refused) -> None:
    assert believe(changed(), now=NOW + timedelta(days=900))
    assert believe(changed(), now=NOW - timedelta(hours=1))
    assert refused(lambda: believe(changed(), now=NOW - timedelta(seconds=3601))) == "time"


def test_a_proof_without_a_time_says_so() -> None:
    assert believe(resigned(created=None)) == proofs.VerifiedProof(key_id=KEY.key_id, created=None)


def test_an_expired_proof_is_refused(refused: Refused) -> None:
    assert believe(resigned(expires="2026-11-21T09:29:00Z"))
    assert refused(lambda: believe(resigned(expires="2026-11-21T09:28:59Z"))) == "time"


Json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(Json, Json)
def test_a_changed_document_never_keeps_its_proof(before: Any, after: Any) -> None:
    proved = proofs.prove({"id": "x", "value": before}, KEY, now=NOW)
    assert believe(json.loads(json.dumps(proved)))
    claimed = proofs.peek({**copy.deepcopy(proved), "value": after}, now=NOW)
    assert claimed is not None
    same = proofs._hash_data({}, {"value": before}) == proofs._hash_data({}, {"value": after})
    assert KEY.verification_key().agrees(claimed.signature, claimed.data) is same


@pytest.mark.skipif(not FEP_8B32.exists(), reason="the corpus is not here")
def test_the_vector_of_fep_8b32_is_reproduced_both_ways() -> None:
    vector = json.loads(FEP_8B32.read_text())
    now = datetime.fromisoformat(vector["current_time"])
    [multikey] = vector["actor"]["assertionMethod"]
    claimed = proofs.peek(vector["signed"], now=now)
    assert claimed is not None
    assert claimed.data.hex() == vector["hash_data_hex"]
    assert (
        proofs.check(claimed, keys.from_multikey(multikey["publicKeyMultibase"], multikey["id"])).created
        == now
    )
    secret = Ed25519PrivateKey.from_private_bytes(multibase.decode(vector["secret_key_multibase"])[2:])
    key = SigningKey(key_id=vector["verification_method"], private=secret)
    assert proofs.prove(vector["unsigned"], key, now=now) == vector["signed"]
