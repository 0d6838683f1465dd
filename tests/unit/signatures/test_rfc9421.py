from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

Refused = Callable[..., str]
TARGET = ('"@target-uri"', "https://alpha.example/users/alice/inbox")
METHOD = ('"@method"', "POST")


def ready(lab: Any) -> tuple[Any, tuple[str, str]]:
    """A delivery with its Content-Digest, not yet signed, and that digest as a line of a base."""
    signed = lab.deliver(lab.post(), lab.schemes[1], lab.rsa)
    bare = lab.changed(lab.changed(signed, "Signature", None), "Signature-Input", None)
    [digest] = bare.header_values("content-digest")
    return bare, ('"content-digest"', digest)


def stated(lab: Any, offset: int = 0, rest: str = "") -> str:
    return f';created={int(lab.now.timestamp()) + offset};keyid="{lab.rsa.key_id}"{rest}'


def test_a_post_is_signed_as_mastodon_asks(lab: Any) -> None:
    added = dict(lab.schemes[1].sign(lab.post(), lab.rsa, now=lab.now))
    assert list(added) == ["Content-Digest", "Signature-Input", "Signature"]
    assert added["Signature-Input"] == (
        'sig1=("@method" "@target-uri" "@authority" "content-type" "content-digest")'
        ';created=1795253400;keyid="https://beta.example/users/bob#main-key";alg="rsa-v1_5-sha256"'
    )
    assert added["Signature"].startswith("sig1=:")


def test_a_get_is_signed_with_its_query(lab: Any) -> None:
    added = dict(lab.schemes[1].sign(lab.get(), lab.ed25519, now=lab.now))
    assert added["Signature-Input"].startswith('sig1=("@method" "@target-uri" "@authority" "@query");')
    assert added["Signature-Input"].endswith(';alg="ed25519"')
    plain = dict(lab.schemes[1].sign(lab.get("https://alpha.example/"), lab.rsa, now=lab.now))
    assert plain["Signature-Input"].startswith('sig1=("@method" "@target-uri" "@authority");')


def test_a_body_without_a_type_is_signed_without_one(lab: Any) -> None:
    bare = replace(lab.post(), headers=())
    assert "content-type" not in lab.verify(lab.deliver(bare, lab.schemes[1], lab.rsa)).covered


@pytest.mark.parametrize("kind", ["rsa", "ed25519"])
@pytest.mark.parametrize("verb", ["get", "post"])
def test_what_we_sign_we_believe(lab: Any, kind: str, verb: str) -> None:
    key = getattr(lab, kind)
    verified = lab.verify(lab.deliver(getattr(lab, verb)(), lab.schemes[1], key), key)
    assert (verified.key_id, verified.scheme, verified.created) == (key.key_id, "rfc9421", lab.now)
    assert verified.covered[:3] == ("@method", "@target-uri", "@authority")


def test_every_plain_component_is_known(lab: Any) -> None:
    message, digest = ready(lab)
    lines = [
        METHOD,
        TARGET,
        ('"@authority"', "alpha.example"),
        ('"@scheme"', "https"),
        ('"@request-target"', "/users/alice/inbox"),
        ('"@path"', "/users/alice/inbox"),
        ('"@query"', "?"),
        ('"host"', "alpha.example"),
        digest,
    ]
    extra = ';expires=1795253500;nonce="n";tag="t"'
    assert len(lab.verify(lab.rfc9421(message, lines, stated(lab, rest=extra))).covered) == 9


@pytest.mark.parametrize("missing", [0, 1, 2])
def test_method_target_and_digest_have_to_be_covered(lab: Any, missing: int, refused: Refused) -> None:
    message, digest = ready(lab)
    lines = [METHOD, TARGET, digest]
    assert lab.verify(lab.rfc9421(message, lines, stated(lab)))
    del lines[missing]
    assert refused(lambda: lab.verify(lab.rfc9421(message, lines, stated(lab)))) == "not-covered"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (('"@status"', "200"), "unknown-component"),
        (('"@query-param";name="a"', "b"), "unknown-component"),
        (('"@signature-params"', "x"), "unknown-component"),
        (('"content-type";sf', "application/activity+json"), "unknown-component"),
        (('"content-type";bs', "x"), "unknown-component"),
        (('"content-digest";key="sha-256"', "x"), "unknown-component"),
        (('"@method";req', "POST"), "unknown-component"),
        (('"Content-Type"', "application/activity+json"), "unknown-component"),
        (("content-type", "application/activity+json"), "unknown-component"),
        (("1", "application/activity+json"), "unknown-component"),
        (('"x-none"', ""), "header-absent"),
        (('"x\\"y"', ""), "malformed"),
        (("(", ""), "malformed"),
        (METHOD, "malformed"),
    ],
)
def test_a_component_that_is_unknown_absent_or_repeated_is_refused(
    lab: Any, line: tuple[str, str], reason: str, refused: Refused
) -> None:
    message, digest = ready(lab)
    lines = [METHOD, TARGET, digest, ('"content-type"', "application/activity+json")]
    assert lab.verify(lab.rfc9421(message, lines, stated(lab)))
    lines[-1] = line
    assert refused(lambda: lab.verify(lab.rfc9421(message, lines, stated(lab)))) == reason


@pytest.mark.parametrize(
    ("parameters", "reason"),
    [
        (';keyid="{key}"', "malformed"),
        (";created={now}", "malformed"),
        (';created={now};keyid=""', "malformed"),
        (';created="{now}";keyid="{key}"', "malformed"),
        (';created={now}.0;keyid="{key}"', "malformed"),
        (';created=@{now};keyid="{key}"', "malformed"),
        (';created=-5;keyid="{key}"', "time"),
        (';created;keyid="{key}"', "malformed"),
        (";created={now};keyid=token", "malformed"),
        (';created={now};keyid="{key}";x=1', "malformed"),
        (';created={now};keyid="{key}";created={now}', "malformed"),
        (';created={now}; keyid="{key}"', "malformed"),
        (';created={now};keyid="a\\"b"', "malformed"),
        (';created={now};keyid="{key}";alg="rsa-pss-sha512"', "algorithm"),
        (';created={now};keyid="{key}";alg="hmac-sha256"', "algorithm"),
        (';created={now};keyid="{key}";alg=""', "algorithm"),
        (';created={now};keyid="{key}";alg="ed25519"', "algorithm"),
        (';created={now};keyid="{key}";expires=100', "time"),
        (';created=1795249799;keyid="{key}"', "time"),
        (';created=1795257001;keyid="{key}"', "time"),
        (';created={now};keyid="https://evil.example/#key"', "other-key"),
    ],
)
def test_parameters_that_are_missing_unknown_or_out_of_time_are_refused(
    lab: Any, parameters: str, reason: str, refused: Refused
) -> None:
    message, digest = ready(lab)
    lines = [METHOD, TARGET, digest]
    filled = parameters.replace("{now}", str(int(lab.now.timestamp()))).replace("{key}", lab.rsa.key_id)
    assert lab.verify(lab.rfc9421(message, lines, stated(lab)))
    assert refused(lambda: lab.verify(lab.rfc9421(message, lines, filled))) == reason


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("Signature-Input", lambda v: f"{v}, other={v.partition('=')[2]}"),
        ("Signature-Input", lambda v: f"{v}, {v}"),
        ("Signature-Input", lambda v: v.replace("sig1", "sig2")),
        ("Signature-Input", lambda v: "sig1=1"),
        ("Signature-Input", lambda v: "sig1"),
        ("Signature-Input", lambda v: ""),
        ("Signature-Input", lambda v: v.replace('" "', '"  "', 1)),
        ("Signature-Input", lambda v: v + "x"),
        ("Signature", lambda v: f"{v}, other=:QQ==:"),
        ("Signature", lambda v: v.replace("sig1", "sig2")),
        ("Signature", lambda v: v.replace("=:", "=")),
        ("Signature", lambda v: v[:-1]),
        ("Signature", lambda v: v + ";x"),
        ("Signature", lambda v: v.replace("==:", ":")),
        ("Signature", lambda v: "sig1=::"),
        ("Signature", lambda v: "sig1=:"),
        ("Signature", lambda v: f'keyId="x",signature="{v}"'),
    ],
)
def test_signature_headers_in_any_other_spelling_are_refused(
    lab: Any, name: str, change: Callable[[str], str], refused: Refused
) -> None:
    signed = lab.deliver(lab.post(), lab.schemes[1], lab.rsa)
    assert lab.verify(signed)
    [value] = signed.header_values(name.lower())
    assert refused(lambda: lab.verify(lab.changed(signed, name, change(value)))) == "malformed"


def test_a_signature_for_plain_http_does_not_hold_for_https(lab: Any, refused: Refused) -> None:
    signed = lab.deliver(lab.post(), lab.schemes[1], lab.rsa)
    assert refused(lambda: lab.verify(replace(signed, scheme="http"))) == "bad-signature"
