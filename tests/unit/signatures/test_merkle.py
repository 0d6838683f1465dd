"""The tree against RFC 6962's definitions, against itself, and against an implementation that is not ours."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fediverse_node.signatures import merkle

LEAVES = [merkle.leaf_hash(bytes([number])) for number in range(70)]
NODES = merkle.nodes_over(LEAVES)
sizes = st.integers(1, len(LEAVES))


def naive_root(leaves: list[bytes]) -> bytes:
    """RFC 6962, section 2.1, word by word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\x01" + naive_root(leaves[:split]) + naive_root(leaves[split:])).digest()


@pytest.mark.parametrize("size", [0, 1, 2, 3, 7, 8, 9, 64, 65, 70])
def test_the_root_is_that_of_the_definition(size: int) -> None:
    assert merkle.root(NODES, size) == naive_root(LEAVES[:size])


def test_an_entry_is_never_taken_for_a_node() -> None:
    assert merkle.leaf_hash(LEAVES[0] + LEAVES[1]) != merkle.node_hash(LEAVES[0], LEAVES[1])


@given(data=st.data(), size=sizes)
def test_a_leaf_is_proved_and_no_other_place_or_tree_is(data: st.DataObject, size: int) -> None:
    index = data.draw(st.integers(0, size - 1))
    path, root = merkle.inclusion_proof(NODES, index, size), merkle.root(NODES, size)
    assert merkle.includes(LEAVES[index], index, size=size, root=root, path=path)

    other = data.draw(
        st.integers(0, size - 1).filter(lambda place: place != index) if size > 1 else st.just(1)
    )
    assert not merkle.includes(LEAVES[index], other, size=size, root=root, path=path)
    assert not merkle.includes(LEAVES[(index + 1) % 70], index, size=size, root=root, path=path)
    assert not merkle.includes(LEAVES[index], index, size=size, root=bytes(32), path=path)
    assert not merkle.includes(LEAVES[index], index, size=size, root=root, path=[*path, bytes(32)])
    if path:
        assert not merkle.includes(LEAVES[index], index, size=size, root=root, path=path[:-1])


@given(data=st.data(), new=sizes)
def test_growth_is_proved_and_a_rewritten_beginning_is_not(data: st.DataObject, new: int) -> None:
    old = data.draw(st.integers(1, new))
    path = merkle.consistency_proof(NODES, old, new)
    before, after = (old, merkle.root(NODES, old)), (new, merkle.root(NODES, new))
    assert merkle.consistent(before, after, path)

    assert not merkle.consistent((old, b"\x07" * 32), after, path)
    assert not merkle.consistent(before, (new, b"\x07" * 32), path)
    assert not merkle.consistent(before, after, [*path, bytes(32)])


@given(data=st.data(), new=st.integers(4, len(LEAVES)))
def test_that_a_tree_begins_otherwise_is_proved_by_its_own_proof_alone(data: st.DataObject, new: int) -> None:
    old = data.draw(st.integers(3, new - 1).filter(lambda size: size & (size - 1)))
    path = merkle.consistency_proof(NODES, old, new)
    before, after = (old, merkle.root(NODES, old)), (new, merkle.root(NODES, new))
    other = (old, b"\x07" * 32)
    assert merkle.begins_otherwise(other, after, path)

    assert not merkle.begins_otherwise(before, after, path)
    assert not merkle.begins_otherwise(other, (new, b"\x07" * 32), path)
    assert not merkle.begins_otherwise(other, after, [*path, bytes(32)])
    assert not merkle.begins_otherwise(other, after, [])
    assert not merkle.begins_otherwise((2, b"\x07" * 32), after, merkle.consistency_proof(NODES, 2, new))


def test_whatever_grew_began_empty() -> None:
    anything = (3, merkle.root(NODES, 3))
    assert merkle.consistent((0, merkle.EMPTY_ROOT), anything, merkle.consistency_proof(NODES, 0, 3))
    assert not merkle.consistent((0, bytes(32)), anything, [])


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0)])
def test_there_is_no_proof_of_what_is_not_there(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="no such leaf"):
        merkle.inclusion_proof(NODES, index, size)
    assert merkle.root_from_inclusion(LEAVES[0], index, size, []) is None


def test_a_tree_does_not_shrink() -> None:
    with pytest.raises(ValueError, match="only grows"):
        merkle.consistency_proof(NODES, 5, 4)
    assert not merkle.consistent((5, merkle.root(NODES, 5)), (4, merkle.root(NODES, 4)), [])


def test_an_implementation_that_is_not_ours_agrees() -> None:
    pymerkle = pytest.importorskip("pymerkle", reason="the independent Merkle tree is not installed")
    tree = pymerkle.InmemoryTree(algorithm="sha256")
    for number in range(37):
        tree.append_entry(bytes([number]))
        assert tree.get_root() == merkle.root(NODES, number + 1)
    for index in range(37):
        # Theirs counts from one, and begins a path with the leaf itself.
        theirs = tree.prove_inclusion(index + 1)
        assert theirs.path == [LEAVES[index], *merkle.inclusion_proof(NODES, index, 37)]
        proof = tree.prove_consistency(index + 1, 37)
        proof.verify(merkle.root(NODES, index + 1), merkle.root(NODES, 37))
