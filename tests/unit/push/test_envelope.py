from __future__ import annotations

import json
import os
from typing import Final

import http_ece
import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st

from fediverse_node.kernel.errors import NotValid
from fediverse_node.push.envelope import MOST, RECORD, close, close_standard, from_base64, recipient
from tests.fakes.push_service import Arrived, Device, decoded, encoded

#: RFC 8291, section 5 and appendix A.
OWN: Final = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
UA: Final = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
SALT: Final = "DGv6ra1nlYgDCS1FRnbzlw"
AUTH: Final = "BTBZMqHH6r4Tts7J_aSIgg"
TEXT: Final = b"When I grow up, I want to be a watermelon"
RESULT: Final = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6"
    "PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)
ENDPOINT: Final = "https://push.example/1"


def private_key(text: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(decoded(text), "big"), ec.SECP256R1())


def test_the_standards_own_example_comes_out() -> None:
    to = recipient(ENDPOINT, UA, AUTH, standard=True)
    assert encoded(close_standard(TEXT, to, own=private_key(OWN), salt=decoded(SALT)).body) == RESULT


@pytest.mark.parametrize("encoding", ["aes128gcm", "aesgcm"])
def test_an_independent_reader_opens_both_kinds_and_nobody_else_does(encoding: str) -> None:
    device, stranger = Device(), Device()
    sealed = close(b'{"a":1}', recipient(ENDPOINT, **device.keys, standard=encoding == "aes128gcm"))
    headers = {"Content-Encoding": sealed.encoding, "Encryption": f"salt={encoded(sealed.salt)}"}
    headers["Crypto-Key"] = f"dh={encoded(sealed.dh)};p256ecdsa=x"
    came = Arrived(path="/", headers=headers, body=sealed.body)
    assert device.open(came) == {"a": 1}
    assert sealed.encoding == encoding
    with pytest.raises((http_ece.ECEException, InvalidTag)):
        stranger.open(came)


@settings(max_examples=20)
@given(size=st.integers(0, MOST), kind=st.sampled_from(["standard", "draft"]))
def test_whatever_fits_is_one_record(size: int, kind: str) -> None:
    device = Device()
    text = json.dumps({"a": "x" * max(size - 9, 0)}).encode()
    sealed = close(text, recipient(ENDPOINT, **device.keys, standard=kind == "standard"))
    assert len(sealed.body) <= RECORD


def test_no_message_is_closed_twice_alike() -> None:
    to = recipient(ENDPOINT, **Device().keys, standard=True)
    assert close(TEXT, to).body != close(TEXT, to).body


def test_keys_are_read_with_and_without_padding_in_either_alphabet() -> None:
    raw = bytes(range(230, 246))
    for text in ("5ufo6err7O3u7_Dx8vP09Q", "5ufo6err7O3u7_Dx8vP09Q==", "5ufo6err7O3u7/Dx8vP09Q=="):
        assert from_base64(text) == raw
    assert from_base64("nothing?") == from_base64("a") == b""


@pytest.mark.parametrize(
    ("p256dh", "auth"),
    [
        (UA[:-4], AUTH),
        (UA, AUTH[:-2]),
        ("", ""),
        (encoded(b"\x04" + os.urandom(64)), AUTH),  # on no curve
        (encoded(b"\x04" + bytes(64)), AUTH),
        (UA, "?" * 22),
    ],
)
def test_keys_that_are_none_are_refused(p256dh: str, auth: str) -> None:
    assert recipient(ENDPOINT, UA, AUTH, standard=True).p256dh == decoded(UA)
    with pytest.raises(NotValid):
        recipient(ENDPOINT, p256dh, auth, standard=True)
