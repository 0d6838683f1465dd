"""Every published request vector, read by the code that reads real requests.

What our rules decide differently from "valid" is listed here with its reason: the drafts' own
examples sign less than a fediverse server may accept, or use algorithms nobody here speaks.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from fediverse_node.kernel.errors import NotValid
from fediverse_node.signatures import cavage, keys, rfc9421, verify
from fediverse_node.signatures.base import HttpMessage, VerifiedSignature, decode_base64

CORPUS = Path(__file__).parents[3] / "../shared/corpus/http-signatures"
pytestmark = pytest.mark.skipif(not CORPUS.exists(), reason="the corpus is not here")
Refused = Callable[..., str]

#: Reason of our refusal of each request that its source calls valid or leaves open.
STRICTER = {
    "cavage/all-headers.json": "missing",  # in Authorization, and by an RSA key of 1024 bits
    "cavage/default.json": "missing",  # signs the date alone, besides
    "rfc9421/b21.json": "not-covered",  # signs nothing
    "rfc9421/b22.json": "unknown-component",
    "rfc9421/b23.json": "not-covered",
    "rfc9421/b25.json": "not-covered",
    "rfc9421/b26.json": "not-covered",
}
#: The lenient one: a GET signed without its query is believed (older Mastodon, Takahe, snac).
LENIENT_ACCEPTED = {"cavage-mastodon/get-query-not-signed.json"}
REFUSALS = {
    "date-too-old": "time",
    "date-unparsable": "time",
    "created-too-old": "time",
    "get-path-mismatch": "bad-signature",
    "get-query-mismatch": "bad-signature",
    "method-mismatch": "not-covered",
    "post-body-tampered": "digest-mismatch",
    "post-digest-not-signed": "not-covered",
}


def requests() -> list[str]:
    files = sorted(CORPUS.glob("cavage*/*.json")) + sorted(CORPUS.glob("rfc9421*/b*.json"))
    files += sorted(CORPUS.glob("rfc9421-mastodon/*.json"))
    return [f"{file.parent.name}/{file.name}" for file in files if file.name != "b24.json"]


def load(name: str) -> Any:
    return json.loads((CORPUS / name).read_text())


def message_of(vector: Any) -> HttpMessage:
    request = vector["request"]
    uri = urlsplit(request.get("target_uri", ""))
    target = request.get("target") or uri.path + (f"?{uri.query}" if uri.query else "")
    return HttpMessage(
        method=request["method"],
        target=target,
        authority=request.get("authority") or uri.netloc,
        headers=tuple((name, value) for name, value in request["headers"]),
        body=(request["body"] or "").encode(),
    )


@pytest.mark.parametrize("name", requests())
def test_a_published_request_is_accepted_or_refused_as_it_should(name: str, refused: Refused) -> None:
    vector = load(name)
    message = message_of(vector)
    stated = vector.get("now")
    now = datetime.fromisoformat(stated or "2021-04-20T02:07:55Z")

    def read() -> VerifiedSignature:
        claimed = verify.peek(message, expected_authority=message.authority, now=now)
        key = keys.load_public(vector["key"]["public_key_pem"], vector["key"]["keyid"])
        return verify.check(claimed, message, key)

    if name in STRICTER:
        assert refused(read) == STRICTER[name]
    elif vector["expect"] == "invalid":
        assert refused(read) == REFUSALS[Path(name).stem]
    else:
        assert read().query_covered is (name not in LENIENT_ACCEPTED)


@pytest.mark.parametrize("name", ["all-headers", "default"])
def test_the_examples_of_the_draft_have_our_signing_string(name: str, refused: Refused) -> None:
    vector = load(f"cavage/{name}.json")
    message = message_of(vector)
    [authorization] = message.header_values("authorization")
    parameters = cavage._parameters(authorization.removeprefix("Signature "))
    text = cavage._signing_string(message, cavage._covered(parameters), message.target, parameters)
    assert text == vector["signature_base"]
    public = load_pem_public_key(vector["key"]["public_key_pem"].encode())
    assert isinstance(public, RSAPublicKey)
    public.verify(decode_base64(parameters["signature"]), text.encode(), PKCS1v15(), SHA256())
    with pytest.raises(NotValid):
        keys.load_public(vector["key"]["public_key_pem"], "Test")


@pytest.mark.parametrize("name", ["b21", "b23", "b25", "b26"])
def test_the_examples_of_the_rfc_have_our_signature_base(name: str) -> None:
    vector = load(f"rfc9421/{name}.json")
    message = message_of(vector)
    stated = rfc9421._read_input(message.covered_value("signature-input"))
    assert rfc9421._base(message, stated).decode() == vector["signature_base"]


def test_the_ed25519_example_of_the_rfc_is_reproduced_and_holds() -> None:
    vector, key = load("rfc9421/b26.json"), load("rfc9421/keys.json")["test-key-ed25519"]
    message = message_of(vector)
    stated = rfc9421._read_input(message.covered_value("signature-input"))
    signature = rfc9421._read_signature(message.covered_value("signature"), stated.label)
    base = rfc9421._base(message, stated)
    public = keys.load_public(key["public_key_pem"], "test-key-ed25519")
    assert public.agrees(signature, base)
    assert not public.agrees(signature, base + b" ")
    secret = key["jwk_private"]["d"].replace("-", "+").replace("_", "/") + "="
    assert Ed25519PrivateKey.from_private_bytes(decode_base64(secret)).sign(base) == signature


def test_the_response_example_is_not_read_as_a_request(refused: Refused) -> None:
    vector = load("rfc9421/b24.json")
    [announced] = [value for name, value in vector["response"]["headers"] if name == "Signature-Input"]
    assert refused(lambda: rfc9421._read_input(announced)) == "unknown-component"
    elliptic = load("rfc9421/keys.json")["test-key-ecc-p256"]["public_key_pem"]
    with pytest.raises(NotValid):
        keys.load_public(elliptic, "test-key-ecc-p256")


def test_the_rsa_keys_of_the_rfc_are_read() -> None:
    for name in ("test-key-rsa", "test-key-rsa-pss"):
        assert keys.load_public(load("rfc9421/keys.json")[name]["public_key_pem"], name).kind == "rsa"
