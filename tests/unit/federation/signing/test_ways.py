from __future__ import annotations

from datetime import UTC, datetime

import pytest

from fediverse_node.federation.signing import ways
from fediverse_node.peers.model import Signing
from fediverse_node.signatures import keys, verify
from fediverse_node.signatures.base import HttpMessage

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
RSA = keys.generate_rsa("https://here.example/users/a#main-key")
ED25519 = keys.generate_ed25519("https://here.example/users/a#ed25519-key")


def test_everybody_gets_the_old_way_first_and_nobody_the_smaller_key_unasked() -> None:
    assert ways.order(ways.DEFAULT) == ("cavage", "rfc9421")
    assert ways.order("rfc9421") == ("rfc9421", "cavage")
    assert ways.order("ed25519") == ("ed25519", "cavage")


@pytest.mark.parametrize("way", ["cavage", "rfc9421", "ed25519"])
def test_each_way_signs_as_its_name_says(way: Signing) -> None:
    key = ED25519 if ways.kind_of(way) == "ed25519" else RSA
    message = HttpMessage.to("POST", "https://there.example/inbox", body=b"{}")
    added = ways.Knock(way=way, key=key).sign(message, NOW)
    received = message.about_to_send(*added.items())
    claimed = verify.peek(received, expected_authority="there.example", now=NOW)
    assert claimed.scheme == ("cavage" if way == "cavage" else "rfc9421")
    assert verify.check(claimed, received, key.verification_key()).key_id == key.key_id
