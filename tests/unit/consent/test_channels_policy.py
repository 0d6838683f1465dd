from __future__ import annotations

import pytest

from fediverse_node.actors.addresses import Addresses
from fediverse_node.consent import channels

ADDRESSES = Addresses("https://alpha.example")


def test_a_miner_is_told_to_ask_for_consent() -> None:
    policy = channels.tdm_policy(ADDRESSES, name="Alpha", contact="")
    assert (policy["@type"], policy["profile"]) == ("Offer", "http://www.w3.org/ns/tdmrep")
    assert policy["uid"] == "https://alpha.example/terms/training"
    (permission,) = policy["permission"]
    assert permission["action"] == "tdm:mine"
    assert permission["duty"] == [{"action": "obtainConsent"}]


@pytest.mark.parametrize(
    ("contact", "reach"),
    [
        ("", {}),
        ("admin@alpha.example", {"vcard:hasEmail": "mailto:admin@alpha.example"}),
        ("https://alpha.example/@admin", {"vcard:hasURL": "https://alpha.example/@admin"}),
    ],
)
def test_whom_to_ask_is_named_where_it_is_known(contact: str, reach: dict[str, str]) -> None:
    assigner = channels.tdm_policy(ADDRESSES, name="Alpha", contact=contact)["assigner"]
    assert assigner == {"uid": "https://alpha.example", "vcard:fn": "Alpha", **reach}
