from __future__ import annotations

import pytest

from fediverse_node.activitystreams.shape import check_shape
from fediverse_node.federation.outbox.seal import DATA_INTEGRITY, seal
from fediverse_node.signatures import keys, proofs
from fediverse_node.signatures.base import SignatureRefused
from tests.fixtures.outbox import START

AS2 = "https://www.w3.org/ns/activitystreams"


@pytest.mark.parametrize("context", [AS2, [AS2], [AS2, {"x": "http://x.example/ns#x"}]])
def test_a_sealed_document_is_believed_and_a_changed_one_is_not(context: object) -> None:
    key = keys.generate_ed25519("https://here.example/users/alice#ed25519-key")
    document = {"@context": context, "id": "https://here.example/1", "type": "Like"}
    sealed = seal(document, key, now=START)
    check_shape(sealed)
    assert sealed["@context"][:2] == [AS2, DATA_INTEGRITY]
    assert "proof" not in document
    claimed = proofs.peek(sealed, now=START)
    assert claimed is not None
    proofs.check(claimed, key.verification_key())
    changed = proofs.peek({**sealed, "type": "Announce"}, now=START)
    assert changed is not None
    with pytest.raises(SignatureRefused):
        proofs.check(changed, key.verification_key())
