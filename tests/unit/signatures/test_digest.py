from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable

import pytest

from fediverse_node.signatures import digest
from fediverse_node.signatures.base import HttpMessage

Refused = Callable[..., str]
BODY = b"Hello world"
RIGHT = base64.b64encode(hashlib.sha256(BODY).digest()).decode()
RIGHT_512 = base64.b64encode(hashlib.sha512(BODY).digest()).decode()
WRONG = base64.b64encode(hashlib.sha256(b"Hello world!").digest()).decode()
MD5 = "PiWWCnnbxptnTNTsZ6csYg=="


def message(*headers: tuple[str, str]) -> HttpMessage:
    return HttpMessage(method="POST", target="/inbox", authority="a.example", headers=headers, body=BODY)


def test_both_headers_are_written_as_peers_compare_them() -> None:
    assert digest.digest_of(BODY) == f"SHA-256={RIGHT}"
    assert digest.content_digest_of(BODY) == f"sha-256=:{RIGHT}:"


@pytest.mark.parametrize(
    "headers",
    [
        (),
        (("Digest", f"SHA-256={RIGHT}"),),
        (("Digest", f"sha-256={RIGHT}"),),
        (("Digest", f"sHa-256={RIGHT}"),),
        (("Digest", f"SHA-512={RIGHT_512}"),),
        (("Digest", f"MD5={MD5}, SHA-256={RIGHT}"),),
        (("Content-Digest", f"sha-256=:{RIGHT}:"),),
        (("Content-Digest", f"md5=:{MD5}:, sha-512=:{RIGHT_512}:"),),
        (("Digest", f"SHA-256={RIGHT}"), ("Content-Digest", f"sha-256=:{RIGHT}:")),
    ],
)
def test_a_right_digest_passes(headers: tuple[tuple[str, str], ...]) -> None:
    digest.check_digests(message(*headers))


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ((("Digest", f"SHA-256={WRONG}"),), "digest-mismatch"),
        ((("Digest", f"SHA-256={RIGHT[:-1]}"),), "digest-mismatch"),
        ((("Digest", "SHA-256="),), "digest-mismatch"),
        ((("Digest", f"MD5={MD5}"),), "digest-missing"),
        ((("Digest", "sha-1=e1AsOh9IyGCa4hLN+2Od7jlnP14="),), "digest-missing"),
        ((("Digest", RIGHT),), "digest-missing"),
        ((("Digest", ""),), "digest-missing"),
        ((("Digest", f"SHA-256={RIGHT},SHA-256={WRONG}"),), "digest-mismatch"),
        ((("Digest", f"SHA-256={RIGHT},SHA-512={WRONG}"),), "digest-mismatch"),
        ((("Digest", f"SHA-256={RIGHT}"), ("Digest", f"SHA-256={RIGHT}")), "duplicate-header"),
        ((("Digest", f"SHA-256={RIGHT}"), ("Content-Digest", f"sha-256=:{WRONG}:")), "digest-mismatch"),
        ((("Content-Digest", f"sha-256=:{WRONG}:"),), "digest-mismatch"),
        ((("Content-Digest", f"sha-256=:{WRONG}:, sha-256=:{RIGHT}:"),), "digest-mismatch"),
        ((("Content-Digest", f"md5=:{MD5}:"),), "digest-missing"),
        ((("Content-Digest", f"sha-256={RIGHT}"),), "digest-missing"),
        ((("Content-Digest", "sha-256=abc"),), "digest-missing"),
        ((("Content-Digest", "sha-256=(:QQ==:)"),), "digest-missing"),
    ],
)
def test_a_wrong_digest_is_refused(
    headers: tuple[tuple[str, str], ...], reason: str, refused: Refused
) -> None:
    assert refused(lambda: digest.check_digests(message(*headers))) == reason
