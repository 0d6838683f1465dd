from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from fediverse_node.activitystreams import jsonld
from fediverse_node.receipts import issue
from fediverse_node.storage.database import Database
from tests.fixtures.rooms import person
from tests.unit.receipts.test_issue import ALICE, GRANT

DPV = "https://w3id.org/dpv#"
OURS = "https://here.example/ns/ai-provenance#"


async def test_a_receipt_means_what_it_says_to_readers_of_json_ld(db: Database) -> None:
    await db.write(lambda tx: person(tx, "alice"))
    made = await db.write(lambda tx: issue.issue(tx, replace(GRANT, kind="withdraw", revokes=3)))
    said = json.loads(made.document or "")

    [meant] = jsonld.expand(said)

    assert meant["@id"] == "https://here.example/consent/receipts/4"
    assert meant["@type"] == [f"{DPV}ConsentRecord", f"{OURS}ConsentReceipt"]
    assert _ids(meant[f"{DPV}hasDataSubject"]) == [ALICE]
    assert _ids(meant[f"{DPV}hasConsentStatus"]) == [f"{DPV}ConsentWithdrawn"]
    assert _ids(meant[f"{DPV}hasPurpose"]) == [f"{OURS}train-ai", f"{OURS}dataset"]
    assert _ids(meant[f"{OURS}revokes"]) == ["https://here.example/consent/receipts/3"]
    [status] = meant["https://www.w3.org/2018/credentials#credentialStatus"]
    assert status["https://www.w3.org/ns/credentials/status#statusListIndex"] == [{"@value": "0"}]
    # Nothing is dropped for want of a meaning.
    assert len(meant) == len(said) - 1


def _ids(values: list[Any]) -> list[str]:
    return [value["@id"] for value in values]
