from __future__ import annotations

from collections.abc import Callable
from dataclasses import FrozenInstanceError, replace
from typing import Any

import pytest

from fediverse_node.signatures import keys, verify
from fediverse_node.signatures.base import SignatureRefused, VerificationKey, VerifiedSignature

Refused = Callable[..., str]


@pytest.fixture(params=["cavage", "rfc9421"])
def scheme(lab: Any, request: pytest.FixtureRequest) -> Any:
    return lab.schemes[request.param == "rfc9421"]


@pytest.fixture
def delivery(lab: Any, scheme: Any) -> Any:
    """A delivery that is believed as it stands."""
    signed = lab.deliver(lab.post(), scheme, lab.rsa)
    assert isinstance(lab.verify(signed), VerifiedSignature)
    return signed


def test_no_signature_at_all_is_refused(lab: Any, delivery: Any, refused: Refused) -> None:
    assert refused(lambda: lab.peek(lab.changed(delivery, "Signature", None))) == "missing"


def test_a_signature_in_the_authorization_header_is_not_looked_at(lab: Any, refused: Refused) -> None:
    signed = lab.deliver(lab.post(), lab.schemes[0], lab.rsa)
    [value] = signed.header_values("signature")
    moved = lab.changed(lab.changed(signed, "Signature", None), "Authorization", f"Signature {value}")
    assert refused(lambda: lab.peek(moved)) == "missing"


def test_two_ways_of_signing_in_one_request_are_refused(lab: Any, delivery: Any, refused: Refused) -> None:
    both = lab.changed(delivery, "Authorization", ' signature keyId="x"')
    assert refused(lambda: lab.peek(both)) == "two-schemes"
    assert lab.verify(lab.changed(delivery, "Authorization", "Bearer x"))


def test_a_cavage_signature_beside_a_signature_input_is_refused(lab: Any, refused: Refused) -> None:
    cavage, modern = (lab.deliver(lab.post(), scheme, lab.rsa) for scheme in lab.schemes)
    [announced] = modern.header_values("signature-input")
    [value] = modern.header_values("signature")
    assert refused(lambda: lab.peek(lab.changed(cavage, "Signature-Input", announced))) == "malformed"
    twice = replace(cavage, headers=(*cavage.headers, ("Signature-Input", announced), ("Signature", value)))
    assert refused(lambda: lab.peek(twice)) == "duplicate-header"


@pytest.mark.parametrize("name", ["Host", "Signature"])
def test_a_header_that_comes_twice_is_refused(lab: Any, delivery: Any, name: str, refused: Refused) -> None:
    [value] = delivery.header_values(name.lower())
    twice = replace(delivery, headers=(*delivery.headers, (name, value)))
    assert refused(lambda: lab.peek(twice)) == "duplicate-header"


@pytest.mark.parametrize("name", ["Date", "Digest", "Content-Type"])
def test_a_signed_header_that_comes_twice_is_refused(lab: Any, name: str, refused: Refused) -> None:
    delivery = lab.deliver(lab.post(), lab.schemes[0], lab.rsa)
    [value] = delivery.header_values(name.lower())
    twice = replace(delivery, headers=(*delivery.headers, (name.upper(), value)))
    assert refused(lambda: lab.peek(twice)) == "duplicate-header"


def test_a_body_without_a_digest_is_refused(lab: Any, scheme: Any, delivery: Any, refused: Refused) -> None:
    name = "Digest" if scheme is lab.schemes[0] else "Content-Digest"
    assert refused(lambda: lab.peek(lab.changed(delivery, name, None))) == "header-absent"


def test_another_body_is_refused_before_any_key_is_needed(lab: Any, delivery: Any, refused: Refused) -> None:
    assert refused(lambda: lab.peek(replace(delivery, body=delivery.body + b" "))) == "digest-mismatch"


def test_a_body_on_a_get_has_to_be_signed(lab: Any, scheme: Any, refused: Refused) -> None:
    fetch = lab.deliver(lab.get(), scheme, lab.rsa)
    assert lab.verify(fetch)
    assert refused(lambda: lab.peek(replace(fetch, body=b"x"))) == "not-covered"


def test_an_unsigned_digest_that_is_wrong_is_refused(
    lab: Any, delivery: Any, scheme: Any, refused: Refused
) -> None:
    other = "Content-Digest" if scheme is lab.schemes[0] else "Digest"
    wrong = {"Digest": "SHA-256=QQ==", "Content-Digest": "sha-256=:QQ==:"}[other]
    assert refused(lambda: lab.peek(lab.changed(delivery, other, wrong))) == "digest-mismatch"


def test_a_request_signed_for_another_server_is_refused(lab: Any, scheme: Any, refused: Refused) -> None:
    stolen = lab.deliver(lab.post("https://gamma.example/users/alice/inbox"), scheme, lab.rsa)
    assert refused(lambda: lab.peek(stolen)) == "authority"
    readdressed = replace(lab.changed(stolen, "Host", lab.host), authority=lab.host)
    assert refused(lambda: lab.verify(readdressed)) == "bad-signature"


def test_host_header_and_connection_have_to_name_us_both(lab: Any, delivery: Any, refused: Refused) -> None:
    assert refused(lambda: lab.peek(replace(delivery, authority="gamma.example"))) == "authority"
    assert refused(lambda: lab.peek(lab.changed(delivery, "Host", "gamma.example"))) == "authority"
    assert refused(lambda: lab.peek(lab.changed(delivery, "Host", "Alpha.example"))) == "authority"
    assert refused(lambda: lab.peek(lab.changed(delivery, "Host", "alpha.example:80"))) == "authority"
    assert refused(lambda: lab.peek(lab.changed(delivery, "Host", None))) == "header-absent"


def test_the_default_port_may_be_written_out(lab: Any) -> None:
    message = lab.changed(lab.deliver(lab.post(), lab.schemes[0], lab.rsa), "Signature", None)
    spelled = lab.changed(message, "Host", "alpha.example:443")
    assert lab.verify(lab.cavage(spelled, "(request-target) host date digest"))


@pytest.mark.parametrize(
    "target",
    [
        "https://alpha.example/users/alice/inbox",
        "users/alice/inbox",
        "",
        "*",
        "/users/alice/inbox#x",
        "/users/alice inbox",
        "/users/\u00e9",
        "/users/alice/inbox\n",
        "/" + "x" * 8192,
    ],
)
def test_a_target_that_is_no_plain_path_is_refused(
    lab: Any, delivery: Any, target: str, refused: Refused
) -> None:
    assert refused(lambda: lab.peek(replace(delivery, target=target))) == "message-form"


def test_a_target_may_be_as_long_as_a_header(lab: Any, scheme: Any, refused: Refused) -> None:
    def verified(length: int) -> object:
        return lab.verify(lab.deliver(replace(lab.get(), target="/" * length), scheme, lab.rsa))

    assert verified(8192)
    assert refused(verified, 8193) == "message-form"


@pytest.mark.parametrize("method", ["post", "Post", "", "PO ST", "POST\n", "X" * 17, "\u00c9"])
def test_a_method_in_another_spelling_is_refused(
    lab: Any, delivery: Any, method: str, refused: Refused
) -> None:
    assert refused(lambda: lab.peek(replace(delivery, method=method))) == "message-form"


@pytest.mark.parametrize(
    "path", ["/a%2Fb", "/a%2fb", "/%2e%2e/b", "//a", "/a/../b", "/a%00b", "/a?b=%41&c", "/a\\b"]
)
def test_paths_are_signed_and_verified_over_raw_bytes(
    lab: Any, scheme: Any, path: str, refused: Refused
) -> None:
    signed = lab.deliver(replace(lab.get(), target=path), scheme, lab.rsa)
    assert lab.verify(signed)
    for other in {
        path.replace("%2F", "/"),
        path.replace("%2f", "%2F"),
        path.replace("%41", "A"),
        path + "/",
    } - {path}:
        assert refused(lab.verify, replace(signed, target=other)) == "bad-signature"


def test_another_key_is_refused_even_when_it_is_of_the_same_kind(
    lab: Any, delivery: Any, refused: Refused
) -> None:
    stranger = keys.generate_rsa("https://evil.example/users/eve#main-key")
    assert refused(lambda: lab.verify(delivery, stranger)) == "other-key"
    imposter = VerificationKey(key_id=lab.rsa.key_id, public=stranger.verification_key().public)
    assert refused(lambda: verify.check(lab.peek(delivery), delivery, imposter)) == "bad-signature"


def test_a_key_of_the_other_kind_is_refused(lab: Any, delivery: Any, refused: Refused) -> None:
    other = VerificationKey(key_id=lab.rsa.key_id, public=lab.ed25519.verification_key().public)
    assert refused(lambda: verify.check(lab.peek(delivery), delivery, other)) == "algorithm"


def test_what_was_read_from_one_request_says_nothing_about_another(
    lab: Any, delivery: Any, refused: Refused
) -> None:
    claimed, key = lab.peek(delivery), lab.rsa.verification_key()
    assert verify.check(claimed, replace(delivery), key).key_id == key.key_id
    for other in (
        replace(delivery, body=b""),
        replace(delivery, target="/inbox"),
        lab.changed(delivery, "X", "y"),
    ):
        assert refused(verify.check, claimed, other, key) == "other-message"


def test_a_verified_signature_cannot_be_changed(lab: Any, delivery: Any) -> None:
    verified = lab.verify(delivery)
    with pytest.raises(FrozenInstanceError):
        verified.key_id = "https://evil.example/#key"


class _Odd(VerificationKey):
    """A key whose library answers in a way of its own."""

    answer: Any = None

    def agrees(self, signature: bytes, data: bytes) -> bool:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer  # type: ignore[no-any-return]  # the point of the test


@pytest.mark.parametrize("answer", [None, -1, 1, 0, "yes", object(), False])
def test_nothing_but_true_is_a_yes(lab: Any, answer: Any) -> None:  # SIG-22
    message = lab.deliver(lab.post(), lab.schemes[0], lab.rsa)
    claimed = verify.peek(message, expected_authority=lab.host, now=lab.now)
    key = lab.rsa.verification_key()
    odd = type("Odd", (_Odd,), {"answer": answer})(key_id=key.key_id, public=key.public)
    with pytest.raises(SignatureRefused):
        verify.check(claimed, message, odd)
    assert verify.check(claimed, message, key).key_id == key.key_id


def test_a_verifier_that_breaks_is_no_yes_either(lab: Any) -> None:  # SIG-22
    message = lab.deliver(lab.post(), lab.schemes[0], lab.rsa)
    claimed = verify.peek(message, expected_authority=lab.host, now=lab.now)
    key = lab.rsa.verification_key()
    odd = type("Odd", (_Odd,), {"answer": ValueError("broken")})(key_id=key.key_id, public=key.public)
    with pytest.raises(ValueError, match="broken"):
        verify.check(claimed, message, odd)
