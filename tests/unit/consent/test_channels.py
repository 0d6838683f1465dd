from __future__ import annotations

from fediverse_node.actors.addresses import Addresses
from fediverse_node.consent import channels
from fediverse_node.consent.model import Decision

ADDRESSES = Addresses("https://alpha.example")
NO = Decision()
YES = Decision(train_ai=True, dataset=True)


def test_a_no_is_said_in_every_language() -> None:
    assert channels.headers(NO, ADDRESSES) == {
        "Content-Usage": "train-ai=n",
        "tdm-reservation": "1",
        "tdm-policy": "https://alpha.example/terms/training",
        "X-Robots-Tag": "noai, noimageai",
    }
    assert channels.html_meta(NO, ADDRESSES) == [
        ("robots", "noai, noimageai"),
        ("tdm-reservation", "1"),
        ("tdm-policy", "https://alpha.example/terms/training"),
    ]
    assert channels.object_terms(NO, ADDRESSES) == {
        "contentUsage": "train-ai=n",
        "xRobotsTag": "noai, noimageai",
    }


def test_a_yes_lifts_each_of_them() -> None:
    assert channels.headers(YES, ADDRESSES) == {"Content-Usage": "train-ai=y", "tdm-reservation": "0"}
    assert channels.html_meta(YES, ADDRESSES) == [("tdm-reservation", "0")]
    assert channels.object_terms(YES, ADDRESSES) == {"contentUsage": "train-ai=y"}
