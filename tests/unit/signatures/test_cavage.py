from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from fediverse_node.signatures import keys

Refused = Callable[..., str]
POST = "(request-target) host date digest content-type"


def signature_of(message: Any) -> str:
    [value] = message.header_values("signature")
    assert isinstance(value, str)
    return value


def ready(lab: Any, message: Any = None) -> Any:
    """A request with its Date and Digest, but not yet signed."""
    unsigned = lab.post() if message is None else message
    signed = lab.deliver(unsigned, lab.schemes[0], lab.rsa)
    return lab.changed(signed, "Signature", None)


def seconds(lab: Any, offset: int = 0) -> int:
    return int(lab.now.timestamp()) + offset


def test_a_post_is_signed_as_the_fediverse_expects(lab: Any) -> None:
    added = dict(lab.schemes[0].sign(lab.post(), lab.rsa, now=lab.now))
    assert list(added) == ["Date", "Digest", "Signature"]
    assert added["Date"] == "Sat, 21 Nov 2026 09:30:00 GMT"
    assert added["Digest"].startswith("SHA-256=")
    assert re.fullmatch(
        r'keyId="https://beta\.example/users/bob#main-key",algorithm="rsa-sha256",'
        r'headers="\(request-target\) host date digest content-type",signature="[A-Za-z0-9+/]{342}=="',
        added["Signature"],
    )


def test_a_get_is_signed_over_target_host_and_date(lab: Any) -> None:
    added = dict(lab.schemes[0].sign(lab.get(), lab.ed25519, now=lab.now))
    assert list(added) == ["Date", "Signature"]
    assert 'algorithm="hs2019",headers="(request-target) host date"' in added["Signature"]


def test_a_body_without_a_type_is_signed_without_one(lab: Any) -> None:
    bare = replace(lab.post(), headers=())
    assert "content-type" not in lab.verify(lab.deliver(bare, lab.schemes[0], lab.rsa)).covered


def test_what_is_said_of_followers_is_signed(lab: Any) -> None:  # FEP-8fcf
    said = ("Collection-Synchronization", 'collectionId="x"')
    message = replace(lab.post(), headers=(*lab.post().headers, said))
    delivered = lab.deliver(message, lab.schemes[0], lab.rsa)
    assert lab.verify(delivered).covered[-1] == "collection-synchronization"


@pytest.mark.parametrize("kind", ["rsa", "ed25519"])
@pytest.mark.parametrize("verb", ["get", "post"])
def test_what_we_sign_we_believe(lab: Any, kind: str, verb: str) -> None:
    key = getattr(lab, kind)
    verified = lab.verify(lab.deliver(getattr(lab, verb)(), lab.schemes[0], key), key)
    assert (verified.key_id, verified.scheme, verified.created) == (key.key_id, "cavage", lab.now)
    assert verified.covered[:3] == ("(request-target)", "host", "date")
    assert verified.query_covered


@pytest.mark.parametrize(
    ("covered", "reason"),
    [
        ("(request-target) host date", "not-covered"),
        ("(request-target) date digest", "not-covered"),
        ("host date digest", "not-covered"),
        ("(request-target) host digest", "not-covered"),
        ("date", "not-covered"),
        ("", "not-covered"),
        ("(request-target) host date digest date", "malformed"),
        ("(request-target) host  date digest", "header-absent"),
        ("(request-target) Host date digest", "malformed"),
        ("(request-target) host date digest x-none", "header-absent"),
    ],
)
def test_a_post_that_covers_too_little_is_refused(
    lab: Any, covered: str, reason: str, refused: Refused
) -> None:
    assert lab.verify(lab.cavage(ready(lab), "(request-target) host date digest"))
    assert refused(lambda: lab.verify(lab.cavage(ready(lab), covered))) == reason


def test_without_a_list_of_headers_only_the_date_is_signed_and_that_is_too_little(
    lab: Any, refused: Refused
) -> None:
    signed = lab.cavage(ready(lab), "date")
    bare = lab.changed(signed, "Signature", signature_of(signed).replace('headers="date",', ""))
    assert refused(lambda: lab.verify(bare)) == "not-covered"


@pytest.mark.parametrize("offset", [-3601, 3601])
def test_a_date_beyond_the_window_is_refused(lab: Any, offset: int, refused: Refused) -> None:
    for seconds_off, fine in ((offset - offset // 3601, True), (offset, False)):
        message = lab.post()
        added = lab.schemes[0].sign(message, lab.rsa, now=lab.now + timedelta(seconds=seconds_off))
        arrived = lab.arrive(message, *added)
        if fine:
            assert lab.verify(arrived)
        else:
            assert refused(lab.verify, arrived) == "time"


def test_created_stands_in_for_the_date_under_hs2019_only(lab: Any, refused: Refused) -> None:
    def signed(algorithm: str, created: int) -> Any:
        return lab.cavage(
            lab.changed(ready(lab), "Date", None),
            "(request-target) (created) host digest",
            parameters=f'algorithm="{algorithm}",created={created}',
            values={"(created)": str(created)},
        )

    assert lab.verify(signed("hs2019", seconds(lab, -9))).created.timestamp() == seconds(lab, -9)
    assert refused(lambda: lab.verify(signed("rsa-sha256", seconds(lab)))) == "algorithm"
    assert refused(lambda: lab.verify(signed("hs2019", seconds(lab, 3601)))) == "time"
    assert refused(lambda: lab.verify(signed("hs2019", seconds(lab, -3601)))) == "time"
    assert refused(lambda: lab.verify(signed("hs2019", -1))) == "malformed"


@pytest.mark.parametrize("value", ["1.5", '"1795253400"', "1e9", "", "-1", "9" * 16])
def test_a_created_that_is_no_plain_number_is_refused(lab: Any, value: str, refused: Refused) -> None:
    signed = lab.cavage(ready(lab), POST, parameters=f'algorithm="hs2019",created={value}')
    assert refused(lambda: lab.verify(signed)) == "malformed"


def test_expires_is_honoured_signed_or_not(lab: Any, refused: Refused) -> None:
    def signed(covered: str, expires: int) -> Any:
        return lab.cavage(
            ready(lab),
            covered,
            parameters=f'algorithm="hs2019",expires={expires}',
            values={"(expires)": str(expires)},
        )

    for covered in (POST, f"{POST} (expires)"):
        assert lab.verify(signed(covered, seconds(lab, 300)))
        assert refused(lab.verify, signed(covered, seconds(lab, -300))) == "time"


def test_expires_may_be_signed_under_hs2019_only(lab: Any, refused: Refused) -> None:
    for algorithm in ("hs2019", "rsa-sha256"):
        signed = lab.cavage(
            ready(lab),
            f"{POST} (expires)",
            parameters=f'algorithm="{algorithm}",expires={seconds(lab, 300)}',
            values={"(expires)": str(seconds(lab, 300))},
        )
        if algorithm == "hs2019":
            assert lab.verify(signed)
        else:
            assert refused(lab.verify, signed) == "algorithm"


def test_an_unsigned_created_neither_helps_nor_is_believed(lab: Any, refused: Refused) -> None:
    extra = f'algorithm="rsa-sha256",created={seconds(lab, -5)}'
    assert lab.verify(lab.cavage(ready(lab), POST, parameters=extra)).created == lab.now
    stale = f'algorithm="rsa-sha256",created={seconds(lab, -7200)}'
    assert refused(lambda: lab.verify(lab.cavage(ready(lab), POST, parameters=stale))) == "time"


@pytest.mark.parametrize("name", ["(created)", "(expires)"])
def test_a_signed_time_that_is_not_stated_is_refused(lab: Any, name: str, refused: Refused) -> None:
    signed = lab.cavage(ready(lab), f"{POST} {name}", values={name: ""})
    assert refused(lambda: lab.verify(signed)) == "header-absent"


def test_created_without_a_date_has_to_be_stated(lab: Any, refused: Refused) -> None:
    signed = lab.cavage(
        ready(lab), "(request-target) host digest (created)", values={"(created)": str(seconds(lab))}
    )
    assert refused(lambda: lab.verify(signed)) == "time"


@pytest.mark.parametrize("name", ["hmac-sha256", "none", "rsa-sha1", "RSA-SHA256", "ed25519"])
def test_an_unknown_algorithm_is_refused(lab: Any, name: str, refused: Refused) -> None:
    assert (
        refused(lambda: lab.verify(lab.cavage(ready(lab), POST, parameters=f'algorithm="{name}"')))
        == "algorithm"
    )


def test_the_public_key_as_an_hmac_secret_is_refused(lab: Any, refused: Refused) -> None:
    secret = keys.dump_public(lab.rsa.verification_key()).encode()
    [base] = lab.peek(lab.cavage(ready(lab), POST)).bases
    forged = base64.b64encode(hmac.new(secret, base, hashlib.sha256).digest()).decode()
    for algorithm, reason in (("hmac-sha256", "algorithm"), ("hs2019", "bad-signature")):
        signed = lab.cavage(ready(lab), POST, parameters=f'algorithm="{algorithm}"')
        value = re.sub(r'signature="[^"]*"', f'signature="{forged}"', signature_of(signed))
        assert refused(lab.verify, lab.changed(signed, "Signature", value)) == reason


def test_hs2019_and_no_algorithm_leave_the_choice_to_the_key(lab: Any, refused: Refused) -> None:
    for key in (lab.rsa, lab.ed25519):
        signed = lab.cavage(ready(lab), POST, key=key)
        assert lab.verify(signed, key)
        unnamed = lab.changed(signed, "Signature", signature_of(signed).replace('algorithm="hs2019",', ""))
        assert lab.verify(unnamed, key)
    confused = lab.cavage(ready(lab), POST, key=lab.ed25519, parameters='algorithm="rsa-sha256"')
    assert refused(lambda: lab.verify(confused, lab.ed25519)) == "algorithm"


def test_a_comma_may_have_a_blank_after_it_when_all_have(lab: Any, refused: Refused) -> None:
    signed = lab.deliver(lab.post(), lab.schemes[0], lab.rsa)
    value = signature_of(signed)
    assert lab.verify(lab.changed(signed, "Signature", value.replace('",', '", ')))
    assert (
        refused(lambda: lab.verify(lab.changed(signed, "Signature", value.replace('",', '", ', 1))))
        == "malformed"
    )


@pytest.mark.parametrize(
    "change",
    [
        lambda v: v + ",",
        lambda v: v + "x",
        lambda v: v + '"',
        lambda v: "," + v,
        lambda v: v.replace('",', '",,', 1),
        lambda v: v.replace('",', '";', 1),
        lambda v: v.replace('",', '",  ', 1),
        lambda v: v.replace("keyId=", "keyid="),
        lambda v: v.replace("keyId=", "keyId ="),
        lambda v: re.sub(r'keyId="[^"]*",', "", v),
        lambda v: re.sub(r'keyId="[^"]*"', 'keyId=""', v),
        lambda v: re.sub(r'keyId="[^"]*"', "keyId=1", v),
        lambda v: 'keyId="https://evil.example/#key",' + v,
        lambda v: v + ',keyId="https://evil.example/#key"',
        lambda v: v + ',x="y"',
        lambda v: re.sub(r',signature="[^"]*"', "", v),
        lambda v: re.sub(r'signature="[^"]*"', 'signature=""', v),
        lambda v: v.replace('=="', '"'),
        lambda v: v.replace('"rsa-sha256"', "rsa-sha256"),
        lambda v: v.replace("rsa-", "rsa\\-"),
        lambda v: "Signature " + v,
        lambda v: "x",
        lambda v: "",
    ],
)
def test_a_signature_header_in_any_other_spelling_is_refused(
    lab: Any, change: Callable[[str], str], refused: Refused
) -> None:
    signed = lab.deliver(lab.post(), lab.schemes[0], lab.rsa)
    value = signature_of(signed)
    assert lab.verify(signed)
    assert refused(lambda: lab.verify(lab.changed(signed, "Signature", change(value)))) == "malformed"


def test_a_get_signed_without_its_query_is_believed_and_says_so(lab: Any, refused: Refused) -> None:
    asked = ready(lab, lab.get())
    short = {"(request-target)": "get /users/alice"}
    verified = lab.verify(lab.cavage(asked, "(request-target) host date", values=short))
    assert not verified.query_covered
    other = {"(request-target)": "get /users/alice?page=3"}
    assert (
        refused(lambda: lab.verify(lab.cavage(asked, "(request-target) host date", values=other)))
        == "bad-signature"
    )


def test_a_post_signed_without_its_query_is_refused(lab: Any, refused: Refused) -> None:
    posted = ready(lab, lab.post("https://alpha.example/inbox?x=1"))
    assert lab.verify(lab.cavage(posted, POST))
    short = {"(request-target)": "post /inbox"}
    assert refused(lambda: lab.verify(lab.cavage(posted, POST, values=short))) == "bad-signature"


def test_an_empty_query_is_part_of_what_is_signed(lab: Any, refused: Refused) -> None:
    asked = ready(lab, lab.get("https://alpha.example/users/alice?"))
    assert lab.verify(lab.cavage(asked, "(request-target) host date"))
    short = {"(request-target)": "get /users/alice"}
    assert (
        refused(lambda: lab.verify(lab.cavage(asked, "(request-target) host date", values=short)))
        == "bad-signature"
    )
