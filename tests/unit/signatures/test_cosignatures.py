from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from fediverse_node.kernel.errors import NotValid
from fediverse_node.signatures import cosignatures, notes

#: The example of C2SP tlog-cosignature; its keys are not published.
SOFA = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
W1 = (
    "jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA=="
)
#: A public witness, and what it and others said of the log of a certificate authority.
REMORA = "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2"
ARCHE = "arche2025h1.staging.ct.transparency.dev"
CERTIFICATES = f"""\
{ARCHE}
1432088532
U7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=

\u2014 {ARCHE} ui8GwCF1+kWqZrxGdhj4aX3gcw7XUlXQQabg/27lefwhUkzbC3NygNI75MdhL1bfTW9g8Ei59RA23oHP7Ry1k3ZFWwQ=
\u2014 witness1.smartit.nu/witness1 \
pIyCDwAAAABqEiEghIp82KWebrw7/oHQwlTAm3g2RKS4+eebl8eO0WH+/iEcxZ75W3u5hNI7TOQtmJbqmNWVuE0tgh0XwzdZsDsUAQ==
\u2014 remora.n621.de \
2net5wAAAABqEiEgPlfF3V06o0Y+fHM+J5J9s27wgxxcOVSpZ/2g/KSiXCg9DEZI+aVCIobWX9sXTynk5XeU/zZ0WBxtqB0DrAWfBw==
"""

LOG = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
NAME = "witness.example/consent/witness"
KEY = cosignatures.key_of(NAME, PRIVATE)
AT = 1679315147
NOTE = notes.sign(SOFA, "example.com/behind-the-sofa", LOG)
LINE = cosignatures.cosign(SOFA, NAME, PRIVATE, at=AT)


def test_what_a_public_witness_said_holds() -> None:
    key = cosignatures.read_key(REMORA)

    assert cosignatures.time_of(CERTIFICATES, key) == 0x6A122120
    assert cosignatures.names_in(CERTIFICATES) == ["witness1.smartit.nu/witness1", "remora.n621.de"]
    with pytest.raises(NotValid, match="does not hold"):
        cosignatures.time_of(CERTIFICATES.replace("1432088532", "1432088533"), key)


def test_a_witness_key_of_others_is_read_and_written() -> None:
    assert cosignatures.read_key(REMORA).text == REMORA


def test_the_key_of_a_log_is_no_key_of_a_witness() -> None:
    log = notes.key_of("example.org/consent", PRIVATE)
    with pytest.raises(NotValid, match="not the key of a witness"):
        cosignatures.read_key(log.text)
    with pytest.raises(NotValid, match="not the key of a log"):
        notes.read_key(KEY.text)
    assert notes.read_key(log.text) == log


def test_a_line_is_laid_out_as_in_the_specification() -> None:
    example, ours = base64.b64decode(W1), base64.b64decode(LINE.split(" ")[2])

    assert len(ours) == len(example)
    assert ours[:4] == KEY.id
    assert ours[4:12] == example[4:12] == AT.to_bytes(8, "big")
    # Written out here: what is signed must not be learnt from the code that signs it.
    PRIVATE.public_key().verify(ours[12:], f"cosignature/v1\ntime {AT}\n{SOFA}".encode())


def test_a_cosignature_is_read_from_below_the_log_s_own_signature() -> None:
    other = f"\u2014 witness.example.com/w1 {W1}\n"

    assert cosignatures.time_of(f"{NOTE}{other}{LINE}", KEY) == AT
    assert cosignatures.names_in(f"{NOTE}{other}{LINE}") == ["witness.example.com/w1", NAME]
    assert cosignatures.time_of(NOTE, KEY) is None
    assert cosignatures.names_in(NOTE) == []


@pytest.mark.parametrize(
    "line",
    [
        cosignatures.cosign(SOFA.replace("20852163", "20852164"), NAME, PRIVATE, at=AT),
        notes.line_of(KEY, (AT + 1).to_bytes(8, "big") + base64.b64decode(LINE.split(" ")[2])[12:]),
        notes.line_of(KEY, PRIVATE.sign(SOFA.encode())),
        notes.line_of(KEY, b"\xff" * 72),
        notes.line_of(KEY, b"short"),
    ],
)
def test_what_the_witness_did_not_say_is_refused(line: str) -> None:
    with pytest.raises(NotValid, match="cosignature of this checkpoint"):
        cosignatures.time_of(NOTE + line, KEY)


def test_only_the_line_of_the_witness_asked_is_taken_from_its_answer() -> None:
    other = f"\u2014 witness.example.com/w1 {W1}\n"

    assert cosignatures.line_in(other + LINE, NOTE, KEY) == LINE


@pytest.mark.parametrize("answer", ["", "\n", "<html>", f"\u2014 witness.example.com/w1 {W1}\n", LINE[:-1]])
def test_an_answer_without_it_is_refused(answer: str) -> None:
    with pytest.raises(NotValid, match="answer of this witness"):
        cosignatures.line_in(answer, NOTE, KEY)


def test_a_witness_is_written_down_as_its_key_and_its_address() -> None:
    assert cosignatures.read_witness(f"{REMORA} https://remora.example/w/") == (
        cosignatures.read_key(REMORA),
        "https://remora.example/w",
    )
    for wrong in (REMORA, f"{REMORA} ftp://remora.example", "https://remora.example"):
        with pytest.raises(NotValid):
            cosignatures.read_witness(wrong)
