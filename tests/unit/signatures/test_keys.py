from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_public_key,
)

from fediverse_node.kernel.errors import NotValid
from fediverse_node.signatures import keys, multibase
from fediverse_node.signatures.base import SigningKey, VerificationKey

KEY_ID = "https://beta.example/users/bob#main-key"
FEP_521A = Path(__file__).parents[3] / "../shared/corpus/http-signatures/fep/fep-521a.json"


@pytest.fixture(scope="module", params=["rsa", "ed25519"])
def key(request: pytest.FixtureRequest) -> SigningKey:
    return keys.generate_rsa(KEY_ID) if request.param == "rsa" else keys.generate_ed25519(KEY_ID)


def spki(public: Any) -> str:
    pem: bytes = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return pem.decode()


def test_a_private_key_comes_back_and_its_signatures_hold(key: SigningKey) -> None:
    again = keys.load_private(keys.dump_private(key), KEY_ID)
    assert again.kind == key.kind
    assert key.verification_key().agrees(again.sign(b"text"), b"text")
    assert not key.verification_key().agrees(again.sign(b"text"), b"test")


def test_a_public_key_comes_back_from_pem_and_from_multikey(key: SigningKey) -> None:
    public = key.verification_key()
    for again in (
        keys.load_public(keys.dump_public(public), KEY_ID),
        keys.load_public(f"\n{keys.dump_public(public)}".replace("\n", "\r\n"), KEY_ID),
        keys.from_multikey(keys.to_multikey(public), KEY_ID),
    ):
        assert again.kind == public.kind
        assert keys.dump_public(again) == keys.dump_public(public)


def test_a_private_key_does_not_show_itself(key: SigningKey) -> None:
    assert repr(key) == f"SigningKey(key_id='{KEY_ID}')"


def test_the_older_pkcs1_form_of_a_public_key_is_read() -> None:
    key = keys.generate_rsa(KEY_ID).verification_key()
    pem = key.public.public_bytes(Encoding.PEM, PublicFormat.PKCS1).decode()
    assert pem.startswith("-----BEGIN RSA PUBLIC KEY-----")
    assert keys.dump_public(keys.load_public(pem, KEY_ID)) == keys.dump_public(key)


def test_rsa_of_2048_to_8192_bits_is_accepted_and_no_other() -> None:
    for bits in (2048, 3072, 8192):
        number = rsa.RSAPublicNumbers(65537, (1 << (bits - 1)) + 1).public_key()
        assert keys.load_public(spki(number), KEY_ID).kind == "rsa"
    for bits in (1024, 2047, 8193, 16384):
        number = rsa.RSAPublicNumbers(65537, (1 << (bits - 1)) + 1).public_key()
        with pytest.raises(NotValid):
            keys.load_public(spki(number), KEY_ID)
        with pytest.raises(NotValid):
            VerificationKey(key_id=KEY_ID, public=number)


def test_the_exponent_has_to_be_odd_and_small() -> None:
    modulus = (1 << 2047) + 1
    for exponent in (3, 65537, (1 << 32) - 1):
        assert (
            VerificationKey(key_id=KEY_ID, public=rsa.RSAPublicNumbers(exponent, modulus).public_key()).kind
            == "rsa"
        )
    with pytest.raises(NotValid):
        VerificationKey(key_id=KEY_ID, public=rsa.RSAPublicNumbers((1 << 32) + 1, modulus).public_key())


@pytest.mark.parametrize("exponent", [1, 2, 65536])
def test_an_exponent_of_one_or_an_even_one_is_refused_in_a_pem(exponent: int) -> None:
    def pem_of(number: int) -> str:
        e, n = number.to_bytes(3, "big").lstrip(b"\0"), b"\0" + ((1 << 2047) + 1).to_bytes(256, "big")
        inner = b"\x02\x82\x01\x01" + n + b"\x02" + bytes([len(e)]) + e
        der = b"\x30\x82" + len(inner).to_bytes(2, "big") + inner
        return (
            f"-----BEGIN RSA PUBLIC KEY-----\n{base64.encodebytes(der).decode()}-----END RSA PUBLIC KEY-----"
        )

    assert keys.load_public(pem_of(65537), KEY_ID).kind == "rsa"
    with pytest.raises(NotValid):
        keys.load_public(pem_of(exponent), KEY_ID)


def test_what_is_no_public_key_is_refused() -> None:
    pair = keys.generate_rsa(KEY_ID)
    good = keys.dump_public(pair.verification_key())
    private = keys.dump_private(pair)
    elliptic = ec.generate_private_key(ec.SECP256R1())
    for pem in (
        private,
        good + private,
        good + good,
        private.replace("PRIVATE", "PUBLIC"),
        good.replace("PUBLIC KEY", "CERTIFICATE"),
        f"my key:\n{good}",
        f"{good}\nmy key",
        "text",
        "",
        good.replace("\n", "", 1).replace("M", "é", 1),
        good[:-40] + "\n-----END PUBLIC KEY-----",
        good.replace("\n", "\n" * 4096, 1),
        spki(elliptic.public_key()),
    ):
        with pytest.raises(NotValid):
            keys.load_public(pem, KEY_ID)
    assert keys.load_public(good, KEY_ID).kind == "rsa"


def test_a_private_key_of_another_kind_is_refused(key: SigningKey) -> None:
    elliptic = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    for pem in (elliptic.decode(), "text", keys.dump_public(key.verification_key())):
        with pytest.raises(NotValid):
            keys.load_private(pem, KEY_ID)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xed\x01" + b"\1" * 31,
        b"\xed\x01" + b"\1" * 33,
        b"\xec\x01" + b"\1" * 32,
        b"\x85\x24" + b"\1" * 32,
        b"\x80\x24" + b"\1" * 33,
    ],
)
def test_a_multikey_of_another_kind_or_length_is_refused(data: bytes) -> None:
    assert keys.from_multikey(multibase.encode(b"\xed\x01" + b"\1" * 32), KEY_ID).kind == "ed25519"
    with pytest.raises(NotValid):
        keys.from_multikey(multibase.encode(data), KEY_ID)


def test_a_multikey_of_a_weak_rsa_key_is_refused() -> None:
    weak = (
        rsa.RSAPublicNumbers(65537, (1 << 1023) + 1)
        .public_key()
        .public_bytes(Encoding.DER, PublicFormat.PKCS1)
    )
    with pytest.raises(NotValid):
        keys.from_multikey(multibase.encode(b"\x85\x24" + weak), KEY_ID)


def test_an_rsa_key_under_another_code_is_refused() -> None:
    der = keys.generate_rsa(KEY_ID).verification_key().public.public_bytes(Encoding.DER, PublicFormat.PKCS1)
    assert keys.from_multikey(multibase.encode(b"\x85\x24" + der), KEY_ID).kind == "rsa"
    with pytest.raises(NotValid):
        keys.from_multikey(multibase.encode(b"\x80\x24" + der), KEY_ID)


def test_an_elliptic_curve_key_dressed_as_an_rsa_multikey_is_refused() -> None:
    elliptic = ec.generate_private_key(ec.SECP256R1()).public_key()
    der = elliptic.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    with pytest.raises(NotValid):
        keys.from_multikey(multibase.encode(b"\x85\x24" + der), KEY_ID)


class Agreeable:
    """What a verifier must never be talked into: it agrees with everything."""

    def verify(self, *_: object) -> bool:
        return True


@pytest.mark.parametrize("pretender", [None, True, -1, Agreeable(), b"secret"])
def test_only_a_real_key_can_be_a_verification_key(pretender: Any) -> None:
    with pytest.raises(NotValid):
        VerificationKey(key_id=KEY_ID, public=pretender)


@pytest.mark.parametrize("key_id", ["", 'a"b', "a\\b", "a b", "é", "a\nb"])
def test_a_key_id_that_could_break_out_of_its_quotes_is_refused(key_id: str) -> None:
    with pytest.raises(NotValid):
        keys.generate_ed25519(key_id)


@pytest.mark.skipif(not FEP_521A.exists(), reason="the corpus is not here")
def test_the_vectors_of_fep_521a_are_reproduced_both_ways() -> None:
    for vector in json.loads(FEP_521A.read_text())["vectors"]:
        text, raw = vector["multikey"]["publicKeyMultibase"], bytes.fromhex(vector["key_hex"])
        expected = load_der_public_key(raw) if len(raw) > 32 else Ed25519PublicKey.from_public_bytes(raw)
        read = keys.from_multikey(text, vector["multikey"]["id"])
        assert keys.dump_public(read) == spki(expected)
        assert keys.to_multikey(read) == text
