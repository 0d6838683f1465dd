"""Whatever somebody sends: the answer is a refusal, never another error."""

from __future__ import annotations

import contextlib
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from fediverse_node.kernel.errors import NotValid
from fediverse_node.signatures import keys, multibase, proofs, verify
from fediverse_node.signatures.base import HttpMessage, SignatureRefused

pieces = st.sampled_from(
    [
        *(
            "sig1=(",
            '"@method"',
            '"@target-uri"',
            '"content-digest"',
            ")",
            " ",
            ";created=",
            ";keyid=",
            '"k"',
            ";alg=",
        ),
        *(
            "1795253400",
            "-1",
            "1.5",
            "@9999999999999",
            "?1",
            ":QQ==:",
            "sig1=:",
            ":",
            "tok",
            '%"x"',
            "%",
            "(",
            ",",
        ),
        *(
            "keyId=",
            '"x"',
            "headers=",
            '"(request-target) host date digest"',
            "signature=",
            '"QQ=="',
            "algorithm=",
        ),
        *(
            '"hs2019"',
            "created=1795253400",
            "expires=999999999999999",
            "SHA-256=",
            "sha-256=",
            "=",
            '"',
            "\\",
            "é",
        ),
    ]
)
text = st.lists(pieces, max_size=14).map("".join) | st.text(max_size=30)
names = st.sampled_from(["Signature", "Signature-Input", "Digest", "Content-Digest", "Date", "Authorization"])
json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=400, deadline=None)
@given(
    headers=st.lists(st.tuples(names, text), max_size=5),
    target=st.just("/inbox") | text,
    body=st.binary(max_size=3),
)
def test_no_request_raises_anything_but_a_refusal(
    lab: Any, headers: list[tuple[str, str]], target: str, body: bytes
) -> None:
    message = HttpMessage(
        method="POST", target=target, authority=lab.host, headers=(("Host", lab.host), *headers), body=body
    )
    with contextlib.suppress(SignatureRefused):
        claimed = lab.peek(message)
        verify.check(claimed, message, lab.rsa.verification_key())
        raise AssertionError("a made-up signature was believed")


@settings(max_examples=200, deadline=None)
@given(first=text, second=text)
def test_no_spelling_of_both_signature_headers_raises_anything_but_a_refusal(
    lab: Any, first: str, second: str
) -> None:
    fetch = lab.arrive(
        lab.get(), ("Signature-Input", f'sig1=("@method" "@target-uri"{first}'), ("Signature", second)
    )
    with contextlib.suppress(SignatureRefused):
        lab.peek(fetch)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60) | st.binary(max_size=80).map(multibase.encode))
def test_no_text_given_as_a_key_raises_anything_but_not_valid(text: str) -> None:
    pem = f"-----BEGIN PUBLIC KEY-----\n{text}\n-----END PUBLIC KEY-----"
    for read, given_text in ((keys.load_public, pem), (keys.load_public, text), (keys.from_multikey, text)):
        with contextlib.suppress(NotValid):
            assert read(given_text, "x").key_id == "x"


@settings(max_examples=200, deadline=None)
@given(
    options=st.dictionaries(
        st.sampled_from(["@context", "created", "expires", "verificationMethod", "proofValue", "other"]), json
    ),
    rest=st.dictionaries(st.text(max_size=5), json, max_size=3),
)
def test_no_proof_raises_anything_but_a_refusal(
    lab: Any, options: dict[str, Any], rest: dict[str, Any]
) -> None:
    known = {"type": "DataIntegrityProof", "cryptosuite": "eddsa-jcs-2022", "proofPurpose": "assertionMethod"}
    for proof in ({**options, **known}, options):
        with contextlib.suppress(SignatureRefused):
            proofs.peek({**rest, "proof": proof}, now=lab.now)
