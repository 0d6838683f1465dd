"""What an object says of AI in its making, and of its use for training.

Our own terms (see `write.ai_terms`), schema.org's and IPTC's names for the same, and nothing else:
absence means that nothing was said, never that no AI took part.
"""

from __future__ import annotations

from typing import Final

from fediverse_node.activitystreams import values
from fediverse_node.activitystreams.documents import AiClaims, AiTool
from fediverse_node.activitystreams.load import JsonDict
from fediverse_node.activitystreams.vocabulary import DIGITAL_SOURCE_TYPE

MAX_TOOLS: Final = 16
_MAX_WORD = 200
_DISCLOSURE_NAMES = ("aiDisclosure", "ai-disclosure", "aip:aiDisclosure")
_SOURCE_TYPE_NAMES = (
    "digitalSourceType",
    "schema:digitalSourceType",
    "http://schema.org/digitalSourceType",
    "https://schema.org/digitalSourceType",
    "iptc:digitalSourceType",
    "Iptc4xmpExt:DigitalSourceType",
)
# schema.org's enumeration members for the values that say that a model took part.
_SCHEMA_VALUES = {
    "TrainedAlgorithmicMediaDigitalSource": "trainedAlgorithmicMedia",
    "CompositeWithTrainedAlgorithmicMediaDigitalSource": "compositeWithTrainedAlgorithmicMedia",
    "CompositeSyntheticDigitalSource": "compositeSynthetic",
    "AlgorithmicMediaDigitalSource": "algorithmicMedia",
    "AlgorithmicallyEnhancedDigitalSource": "algorithmicallyEnhanced",
    "DigitalCaptureDigitalSource": "digitalCapture",
}


def read_claims(node: JsonDict) -> AiClaims:
    """The claims of *node*. Never raises."""
    disclosure = values.filled(values.either(node, *_DISCLOSURE_NAMES), _MAX_WORD)
    return AiClaims(
        ai_disclosure=disclosure.strip().lower() if disclosure else None,
        digital_source_type=source_type(node),
        ai_tools=tuple(tool for item in values.nodes(node.get("aiTools")) if (tool := _tool(item)))[
            :MAX_TOOLS
        ],
        human_reviewed=values.flag(node.get("humanReviewed")),
        content_usage=usage(node),
        x_robots_tag=values.filled(node.get("xRobotsTag"), _MAX_WORD),
    )


def source_type(node: JsonDict) -> str | None:
    """The IPTC digital source type that *node* claims, as its full address where it has one."""
    found = values.link(values.either(node, *_SOURCE_TYPE_NAMES))
    if found is None:
        return None
    member = found.rpartition("/")[2].rpartition(":")[2]
    if member in _SCHEMA_VALUES:
        return DIGITAL_SOURCE_TYPE + _SCHEMA_VALUES[member]
    if "cv.iptc.org/newscodes/digitalsourcetype/" in found or member == found:
        return DIGITAL_SOURCE_TYPE + member
    return found


def usage(node: JsonDict) -> str | None:
    """The AIPREF string of *node* (`train-ai=n`), as written."""
    return values.filled(node.get("contentUsage"), _MAX_WORD)


def _tool(node: JsonDict) -> AiTool | None:
    name = values.filled(node.get("name"), _MAX_WORD)
    if name is None:
        return None
    return AiTool(
        name,
        values.filled(node.get("aiProvider"), _MAX_WORD),
        values.filled(node.get("aiAction"), _MAX_WORD),
    )
