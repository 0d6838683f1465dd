from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from fediverse_node.signatures import cosignatures, notes
from fediverse_node.verify.findings import Report
from fediverse_node.verify.witnesses import check_witnesses

TEXT = "log.example/consent\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
LOG, ONE, TWO = (Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32) for number in range(3))
NOTE = notes.sign(TEXT, "log.example/consent", LOG)
KEYS = [cosignatures.key_of(name, key) for name, key in (("one.example/w", ONE), ("two.example/w", TWO))]


def found(note: str, *demanded: notes.NoteKey) -> list[tuple[str, str]]:
    report = Report()
    check_witnesses(note, demanded, report)
    return [(each.verdict, each.text) for each in report.findings]


def test_every_witness_that_is_demanded_must_have_cosigned() -> None:
    note = NOTE + cosignatures.cosign(TEXT, "one.example/w", ONE, at=1679315147)

    assert found(note, *KEYS) == [
        ("held", "The witness one.example/w cosigned the checkpoint on 2023-03-20T12:25:47Z."),
        ("broken", "The witness two.example/w did not cosign the checkpoint."),
    ]


def test_a_cosignature_of_another_checkpoint_is_named() -> None:
    other = cosignatures.cosign(TEXT.replace("\n1\n", "\n2\n"), "one.example/w", ONE, at=1)

    assert found(NOTE + other, KEYS[0]) == [
        ("broken", "The witness one.example/w: A cosignature of this checkpoint does not hold.")
    ]


def test_one_in_the_name_of_a_witness_with_another_key_is_none_of_it() -> None:
    forged = cosignatures.cosign(TEXT, "one.example/w", TWO, at=1)

    assert found(NOTE + forged, KEYS[0])[0][0] == "broken"


def test_who_was_not_asked_for_is_named_and_changes_nothing() -> None:
    note = NOTE + "".join(cosignatures.cosign(TEXT, f"w{number}.example", ONE, at=1) for number in range(9))
    report = Report()
    report.held("The rest.")
    check_witnesses(note, [], report)

    [_, said] = report.findings
    assert (said.verdict, report.exit_code) == ("noted", 0)
    assert "w0.example, w1.example" in said.text
    assert "w8.example" not in said.text
    assert found(NOTE) == []
    # A time beyond all calendars is shown as it is.
    late = NOTE + cosignatures.cosign(TEXT, "one.example/w", ONE, at=(1 << 63) - 1)
    assert "second 9223372036854775807" in found(late, KEYS[0])[0][1]
