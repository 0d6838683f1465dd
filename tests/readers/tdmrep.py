"""What a miner of text and data reads (W3C TDMRep): the page goes before the header, that before the file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pyld import jsonld

from tests.readers.robots import matches

_ODRL = "http://www.w3.org/ns/odrl/2/"
_TDM = "http://www.w3.org/ns/tdmrep#"
#: What of the two contexts a policy of ours uses: neither can be fetched here.
_TERMS: dict[str, Any] = {
    "odrl": _ODRL,
    "tdm": _TDM,
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "Offer": "odrl:Offer",
    "uid": "@id",
    "profile": {"@id": "odrl:profile", "@type": "@id"},
    "assigner": {"@id": "odrl:assigner", "@type": "@id"},
    "permission": {"@id": "odrl:permission", "@type": "@id", "@container": "@set"},
    "target": {"@id": "odrl:target", "@type": "@id"},
    "action": {"@id": "odrl:action", "@type": "@vocab"},
    "duty": {"@id": "odrl:duty", "@type": "@id", "@container": "@set"},
    "obtainConsent": "odrl:obtainConsent",
}


def reserved(
    file: Sequence[Mapping[str, Any]], path: str, headers: Mapping[str, str], meta: Mapping[str, str]
) -> bool | None:
    """Whether mining is reserved; None where nobody says anything."""
    for said in (meta.get("tdm-reservation"), headers.get("tdm-reservation")):
        if said in {"0", "1"}:
            return said == "1"
    for rule in file:
        if matches(str(rule["location"]), path):
            return bool(rule["tdm-reservation"] == 1)
    return None


def needs_consent(policy: Mapping[str, Any]) -> bool:
    """Whether an ODRL offer lets nobody mine without the consent of whoever holds the rights."""

    def load(url: str, _: Any) -> dict[str, Any]:
        return {"contextUrl": None, "documentUrl": url, "document": {"@context": _TERMS}}

    [offer] = jsonld.expand(dict(policy), {"documentLoader": load})
    permissions = offer.get(f"{_ODRL}permission", [])
    mining = [each for each in permissions if each[f"{_ODRL}action"] == [{"@id": f"{_TDM}mine"}]]
    duties = [duty[f"{_ODRL}action"] for each in mining for duty in each.get(f"{_ODRL}duty", [])]
    return len(mining) == len(permissions) and duties == [[{"@id": f"{_ODRL}obtainConsent"}]] * len(mining)
