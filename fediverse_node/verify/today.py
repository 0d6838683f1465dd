"""What a node says of a receipt today: is it still in force, and is its key still the author's?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from fediverse_node.activitystreams.load import load_json
from fediverse_node.kernel.errors import Gone, NodeError, NotFound
from fediverse_node.verify.findings import Report
from fediverse_node.verify.reading import MAX_BYTES, Reader
from fediverse_node.verify.receipt import Claim

_ACTIVITY_JSON: Final = "application/activity+json"


async def check_today(reader: Reader, claim: Claim, report: Report) -> None:
    """Look the receipt up at its node."""
    try:
        answer = await reader.fetch(claim.id)
    except Gone:
        report.broken("The receipt was erased by its author: what it allowed is over.")
        return
    except NotFound:
        report.broken("Its node does not know this receipt.")
        return
    status = answer.headers.get("Consent-Status", "")
    report.check(
        load_json(answer.body, limit=MAX_BYTES) == claim.document,
        held="Its node gives out the same receipt.",
        broken="Its node gives out another receipt at this address.",
    )
    if claim.event == "grant":
        report.check(
            status == "active",
            held="The yes stands today.",
            broken=f"The yes is over ({status}): what it allowed must not be used any more.",
        )
    await _check_key(reader, claim, report)


async def _check_key(reader: Reader, claim: Claim, report: Report) -> None:
    try:
        answer = await reader.fetch(claim.author, accept=_ACTIVITY_JSON)
        document = load_json(answer.body, limit=MAX_BYTES)
    except NodeError as error:
        report.open(f"The author's profile could not be read: {error}")
        return
    shown = {each.get("publicKeyMultibase") for each in _objects(document)}
    if claim.signer["publicKeyMultibase"] in shown:
        report.held("The author's profile shows the key that signed the receipt.")
    else:
        report.open("The author's profile shows another key by now; that it was theirs then, the log says.")


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    """Every JSON object in *value*, which is no deeper than `load_json` lets through."""
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from _objects(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _objects(inner)
