"""Signatures and proofs against independent implementations, in both directions."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from http_message_signatures import HTTPMessageSigner, HTTPMessageVerifier, MappingKeyResolver, algorithms
from hypothesis import given, settings
from hypothesis import strategies as st

from fediverse_node.kernel.clock import to_rfc3339
from fediverse_node.signatures import cavage, keys, proofs, rfc9421, verify
from fediverse_node.signatures.base import HttpMessage, SignatureRefused, SigningKey

HOST = "alpha.example"
RSA = keys.generate_rsa("https://beta.example/users/bob#main-key")
ED25519 = keys.generate_ed25519("https://beta.example/users/bob#ed25519-key")
ALGORITHM = {"rsa": algorithms.RSA_V1_5_SHA256, "ed25519": algorithms.ED25519}

segment = st.text(alphabet="abcXYZ019-._~!$&'()*+,;=:@", max_size=8) | st.sampled_from(
    ["%2F", "%2e%2e", "%C3%A9", ""]
)
path = st.lists(segment, min_size=1, max_size=4).map(lambda parts: "/" + "/".join(parts))
query = st.none() | st.text(alphabet="abc019=&;/?:@", max_size=12)
target = st.tuples(path, query).map(lambda both: both[0] if both[1] is None else f"{both[0]}?{both[1]}")
printable = st.text(alphabet=st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=20).map(
    str.strip
)


@dataclass
class Request:
    """A request as the other library wants it."""

    method: str
    url: str
    headers: dict[str, str] = field(default_factory=dict)


def resolver(key: SigningKey) -> MappingKeyResolver:
    return MappingKeyResolver(
        public_keys={key.key_id: key.verification_key().public}, private_keys={key.key_id: key.private}
    )


@settings(max_examples=60, deadline=None)
@given(
    target=target,
    body=st.none() | st.binary(max_size=50),
    kind=printable,
    key=st.sampled_from([RSA, ED25519]),
    scheme=st.sampled_from(["https", "http"]),
)
def test_the_other_library_believes_what_we_sign(
    target: str, body: bytes | None, kind: str, key: SigningKey, scheme: Any
) -> None:
    message = HttpMessage(
        method="GET" if body is None else "POST",
        target=target,
        authority=HOST,
        scheme=scheme,
        headers=() if body is None else (("Content-Type", kind),),
        body=body or b"",
    )
    added = rfc9421.sign(message, key, now=datetime.now(UTC))
    request = Request(message.method, f"{scheme}://{HOST}{target}", dict((*message.headers, *added)))
    verifier = HTTPMessageVerifier(signature_algorithm=ALGORITHM[key.kind], key_resolver=resolver(key))
    [result] = verifier.verify(request, body=body)
    assert result.parameters["keyid"] == key.key_id
    assert {'"@method"', '"@target-uri"', '"@authority"'} <= set(result.covered_components)


@settings(max_examples=60, deadline=None)
@given(
    target=target,
    body=st.none() | st.binary(max_size=50),
    extra=printable,
    key=st.sampled_from([RSA, ED25519]),
    more=st.permutations(["@authority", "@scheme", "@request-target", "@path", "@query", "x-extra"]),
    named=st.booleans(),
)
def test_we_believe_what_the_other_library_signs(
    target: str,
    body: bytes | None,
    extra: str,
    key: SigningKey,
    more: list[str],
    named: bool,  # noqa: FBT001 - drawn
) -> None:
    request = Request(
        "GET" if body is None else "POST", f"https://{HOST}{target}", {"Host": HOST, "X-Extra": extra}
    )
    signer = HTTPMessageSigner(signature_algorithm=ALGORITHM[key.kind], key_resolver=resolver(key))
    covered = ("@method", "@target-uri", *more[:4])
    signer.sign(
        request, key_id=key.key_id, body=body, include_alg=named, covered_component_ids=covered, tag="t"
    )
    received = HttpMessage(
        method=request.method,
        target=target,
        authority=HOST,
        headers=tuple(request.headers.items()),
        body=body or b"",
    )
    claimed = verify.peek(received, expected_authority=HOST, now=datetime.now(UTC))
    verified = verify.check(claimed, received, key.verification_key())
    assert verified.covered[: len(covered)] == covered


# apsig, a library for the fediverse: draft-cavage and FEP-8b32. (Its RFC 9421 knows no @target-uri.)

ACTIVITY = {
    "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/data-integrity/v2"],
    "id": "https://beta.example/activities/1",
    "type": "Create",
    "actor": "https://beta.example/users/bob",
    "object": {"type": "Note", "content": "<p>Grüße \u2028 😀</p>", "focalPoint": [0.5, -1e-07, 1e21]},
}


def test_apsig_believes_our_older_signatures_and_we_believe_its() -> None:
    sign, verifying = pytest.importorskip("apsig.draft.sign"), pytest.importorskip("apsig.draft.verify")
    url, now = f"https://{HOST}/users/alice/inbox", datetime.now(UTC)
    message = HttpMessage.to(
        "POST", url, headers=(("Content-Type", "application/activity+json"),), body=b"{}"
    )
    sent = message.about_to_send(*cavage.sign(message, RSA, now=now))
    pem = keys.dump_public(RSA.verification_key())

    def asked(body: bytes) -> object:
        return verifying.Verifier(pem, "POST", url, dict(sent.headers), body).verify()

    assert asked(b"{}") == RSA.key_id
    assert asked(b"[]") is None
    made = sign.Signer({}, RSA.private, "POST", url, RSA.key_id, b"{}").sign()
    # It also sends a copy of the signature as `Authorization`, which is a second way of signing to us.
    plain = tuple((name, value) for name, value in made.items() if name != "Authorization")
    for body, believed in ((b"{}", True), (b"[]", False)):
        received = HttpMessage(
            method="POST", target="/users/alice/inbox", authority=HOST, headers=plain, body=body
        )
        try:
            claimed = verify.peek(received, expected_authority=HOST, now=now)
            held = verify.check(claimed, received, RSA.verification_key()).key_id == RSA.key_id
        except SignatureRefused:
            held = False
        assert held is believed


def test_apsig_believes_our_proofs_and_we_believe_its() -> None:
    apsig = pytest.importorskip("apsig")
    now = datetime.now(UTC)
    assert isinstance(ED25519.private, Ed25519PrivateKey)
    verifier = apsig.ProofVerifier(ED25519.private.public_key())
    ours = proofs.prove(ACTIVITY, ED25519, now=now)
    assert verifier.verify(copy.deepcopy(ours)) == ED25519.key_id
    assert verifier.verify({**copy.deepcopy(ours), "type": "Update"}) is None
    options = {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-jcs-2022",
        "proofPurpose": "assertionMethod",
        "verificationMethod": ED25519.key_id,
        "created": to_rfc3339(now),
    }
    theirs = apsig.ProofSigner(ED25519.private).sign(ACTIVITY, options)
    claimed = proofs.peek(theirs, now=now)
    assert claimed is not None
    assert proofs.check(claimed, ED25519.verification_key()).key_id == ED25519.key_id
