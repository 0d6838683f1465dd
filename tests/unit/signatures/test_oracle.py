"""RFC 9421 against an independent implementation, in both directions."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from http_message_signatures import HTTPMessageSigner, HTTPMessageVerifier, MappingKeyResolver, algorithms
from hypothesis import given, settings
from hypothesis import strategies as st

from fediverse_node.signatures import keys, rfc9421, verify
from fediverse_node.signatures.base import HttpMessage, SigningKey

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
