from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fediverse_node.kernel.errors import NotValid
from fediverse_node.signatures import tlog
from fediverse_node.signatures.tlog import Checkpoint, Proof, Submission

#: The example of C2SP tlog-checkpoint.
SOFA = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
PROOF = Proof(
    index=7, path=(b"\x01" * 32, b"\x02" * 32), checkpoint=f"{SOFA}\n\u2014 a bbbb\n", extra=b"salt"
)


def test_the_checkpoint_of_the_specification_is_read_and_written() -> None:
    found = tlog.read_checkpoint(SOFA)

    assert (found.origin, found.size) == ("example.com/behind-the-sofa", 20852163)
    assert found.text == SOFA


def test_extension_lines_are_passed_over() -> None:
    assert tlog.read_checkpoint(SOFA + "more\n") == tlog.read_checkpoint(SOFA)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a\n1\n",
        SOFA[:-1],
        SOFA.replace("20852163", "020852163"),
        SOFA.replace("20852163", "-1"),
        SOFA.replace("20852163", "99999999999999999"),
        SOFA.replace("20852163", "٣"),
        SOFA.replace("CsUY", "CsU"),
        SOFA.replace("\n20852163", "\n\n20852163"),
        SOFA + "\n",
    ],
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(NotValid):
        tlog.read_checkpoint(text)


def test_a_proof_is_written_as_the_specification_says() -> None:
    one, two = (base64.b64encode(each).decode() for each in PROOF.path)
    head = f"c2sp.org/tlog-proof@v1\nextra c2FsdA==\nindex 7\n{one}\n{two}\n\n"

    assert PROOF.text == head + PROOF.checkpoint
    assert tlog.read_proof(PROOF.text) == PROOF


@given(
    index=st.integers(0, 2**53),
    path=st.lists(st.binary(min_size=32, max_size=32), max_size=8),
    extra=st.binary(),
)
def test_what_is_written_is_read(index: int, path: list[bytes], extra: bytes) -> None:
    proof = Proof(index=index, path=tuple(path), checkpoint=PROOF.checkpoint, extra=extra)
    assert tlog.read_proof(proof.text) == proof


@pytest.mark.parametrize(
    "text",
    [
        "",
        "c2sp.org/tlog-proof@v1\n\n",
        PROOF.text.replace("@v1", "@v2"),
        PROOF.text.replace("index 7", "index 07"),
        PROOF.text.replace("index 7", "place 7"),
        PROOF.text.replace("c2FsdA==", "!"),
        PROOF.text.replace("AQEB", "AQ"),
        PROOF.text.replace("\n\n", "\n"),
        PROOF.text.replace("index 7\n", "index 7\n" + f"{base64.b64encode(bytes(32)).decode()}\n" * 70),
    ],
)
def test_what_is_no_proof_is_refused(text: str) -> None:
    with pytest.raises(NotValid):
        tlog.read_proof(text)


def test_tiles_have_the_addresses_of_the_specification() -> None:
    assert tlog.tile_path(0, 1234067) == "tile/0/x001/x234/067"
    assert tlog.tile_path(None, 5, 17) == "tile/entries/005.p/17"
    # Its example of a tree of 70,000 lines.
    assert [tlog.widths(70_000, level) for level in range(3)] == [(273, 112), (1, 17), (0, 1)]


@given(st.integers(0, 10**15))
def test_the_number_of_a_tile_has_one_spelling(index: int) -> None:
    assert tlog.read_tile_index(tlog.tile_path(0, index).removeprefix("tile/0/")) == index


@pytest.mark.parametrize(
    "text", ["", "1", "0001", "x000/001", "001/002", "x001", "x001/", "y001/001", "x001/" * 20]
)
def test_other_spellings_are_refused(text: str) -> None:
    with pytest.raises(NotValid):
        tlog.read_tile_index(text)


@given(st.lists(st.binary(max_size=300)))
def test_a_bundle_holds_its_entries(entries: list[bytes]) -> None:
    bundle = tlog.pack_entries(entries)
    assert tlog.unpack_entries(bundle) == entries
    if bundle:
        with pytest.raises(NotValid):
            tlog.unpack_entries(bundle + b"\x00")


def test_an_entry_has_an_end() -> None:
    with pytest.raises(ValueError, match="too long"):
        tlog.pack_entries([bytes(tlog.MAX_ENTRY + 1)])


def test_a_tile_holds_whole_hashes() -> None:
    assert tlog.unpack_hashes(bytes(64)) == [bytes(32), bytes(32)]
    with pytest.raises(NotValid):
        tlog.unpack_hashes(bytes(33))


def test_a_checkpoint_says_what_is_signed() -> None:
    assert (
        Checkpoint(origin="a", size=0, root=bytes(32)).text
        == f"a\n0\n{base64.b64encode(bytes(32)).decode()}\n"
    )


#: The example of C2SP tlog-witness, without the second signature line.
SUBMISSION = (
    "old 20852014\n"
    "PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\n"
    "jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=\n"
    "5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=\n"
    "/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=\n"
    f"\n{SOFA}\n"
    "\u2014 example.com/behind-the-sofa "
    "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
)


def test_the_submission_of_the_specification_is_read_and_written() -> None:
    found = tlog.read_submission(SUBMISSION)

    assert (found.old, len(found.path)) == (20852014, 4)
    assert found.checkpoint.startswith(SOFA)
    assert found.text == SUBMISSION
    assert tlog.read_submission(Submission(old=0, path=(), checkpoint=found.checkpoint).text).old == 0


@pytest.mark.parametrize(
    "text",
    [
        "",
        SUBMISSION.replace("old 20852014", "old 020852014"),
        SUBMISSION.replace("old 20852014", "20852014"),
        SUBMISSION.replace("PlRN", "Pl"),
        SUBMISSION.replace("\n\n", "\n"),
        SUBMISSION.replace("old 20852014\n", "old 20852014\n" + f"{'A' * 43}=\n" * 60),
    ],
)
def test_what_is_no_submission_is_refused(text: str) -> None:
    with pytest.raises(NotValid):
        tlog.read_submission(text)


def test_the_size_of_a_witness_is_read() -> None:
    assert tlog.read_size("20852163\n") == 20852163
    for wrong in ("", "07\n", "-1\n", "7 lines\n"):
        with pytest.raises(NotValid):
            tlog.read_size(wrong)
