from __future__ import annotations

from typing import Any

import pytest

from fediverse_node.activitystreams.load import JsonDict
from fediverse_node.activitystreams.read_claims import read_claims
from fediverse_node.activitystreams.vocabulary import DIGITAL_SOURCE_TYPE


def claims(**terms: Any) -> Any:
    return read_claims({"type": "Note", **terms})


def test_claims_about_ai_are_read_from_our_terms_and_from_others() -> None:
    tool = {"type": "Application", "name": "model-1", "aiProvider": "local", "aiAction": "rewrite"}
    ai = claims(
        aiDisclosure="AI-Assisted", humanReviewed=True, aiTools={"@list": [tool, {"type": "Application"}]},
        digitalSourceType=DIGITAL_SOURCE_TYPE + "compositeWithTrainedAlgorithmicMedia",
        contentUsage="train-ai=n", xRobotsTag="noai, noimageai",
    )  # fmt: skip
    assert (ai.ai_disclosure, ai.human_reviewed, ai.content_usage) == ("ai-assisted", True, "train-ai=n")
    assert [(each.name, each.provider, each.action) for each in ai.ai_tools] == [
        ("model-1", "local", "rewrite")
    ]
    assert ai.digital_source_type == DIGITAL_SOURCE_TYPE + "compositeWithTrainedAlgorithmicMedia"
    assert ai.x_robots_tag == "noai, noimageai"


@pytest.mark.parametrize(
    "claimed",
    [
        {"schema:digitalSourceType": {"@id": "https://schema.org/TrainedAlgorithmicMediaDigitalSource"}},
        {"digitalSourceType": "schema:TrainedAlgorithmicMediaDigitalSource"},
        {"Iptc4xmpExt:DigitalSourceType": DIGITAL_SOURCE_TYPE + "trainedAlgorithmicMedia"},
        {"digitalSourceType": "https://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"},
    ],
)
def test_every_name_of_a_digital_source_type_is_understood(claimed: JsonDict) -> None:
    assert claims(**claimed).digital_source_type == DIGITAL_SOURCE_TYPE + "trainedAlgorithmicMedia"


def test_silence_about_ai_is_silence() -> None:
    ai = claims()
    assert (ai.ai_disclosure, ai.digital_source_type, ai.ai_tools, ai.human_reviewed) == (
        None,
        None,
        (),
        None,
    )
    assert (
        claims(digitalSourceType="https://other.example/x").digital_source_type == "https://other.example/x"
    )
