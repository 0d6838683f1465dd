"""`croissant.json`: the dataset for machines (Croissant 1.1, RAI 1.0, and an ODRL offer).

Sources: docs/croissant-spec-1.1.md and docs/croissant-rai-spec.md of mlcommons/croissant; W3C ODRL 2.2. The
context is the official one in full, as readers compare it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from fediverse_node.actors.addresses import Addresses
from fediverse_node.export import pictured
from fediverse_node.export.card import Facts
from fediverse_node.export.columns import COLUMNS, Column, Kind

JsonDict = dict[str, Any]

_CONTEXT: Final = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "annotation": "cr:annotation",
    "arrayShape": "cr:arrayShape",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "containedIn": "cr:containedIn",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataBiases": "cr:dataBiases",
    "dataCollection": "cr:dataCollection",
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "excludes": "cr:excludes",
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isArray": "cr:isArray",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "odrl": "http://www.w3.org/ns/odrl/2/",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "personalSensitiveInformation": "cr:personalSensitiveInformation",
    "prov": "http://www.w3.org/ns/prov#",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "readLines": "cr:readLines",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
_KINDS: Final[Mapping[Kind, str]] = {
    "text": "sc:Text",
    "moment": "sc:DateTime",
    "number": "sc:Integer",
    "share": "sc:Float",
    "truth": "sc:Boolean",
    "texts": "sc:Text",
}
_MEDIA: Final = {
    "parquet": "application/x-parquet",
    "jsonl": "application/jsonlines",
    "tar": "application/x-tar",
}
_PERSONAL: Final = (
    "Names of people, e-mail addresses, telephone numbers, network addresses and places in the texts were "
    "replaced by placeholders; rules miss some. A row has its post's address, which has its author's user "
    "name in it, so that everybody can check that the author still agrees."
)
_SHARDS: Final = "shards"
_ROWS: Final = "data/train.jsonl"


def croissant(facts: Facts, files: Mapping[str, str], *, addresses: Addresses) -> bytes:
    """The document. *files* are those of the data and of the proofs, with their SHA-256 in hex."""
    made = {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": ["http://mlcommons.org/croissant/1.1", "http://mlcommons.org/croissant/RAI/1.0"],
        "name": facts.title,
        "description": (
            f"Public posts of {addresses.domain}. For each its author decided, for this very text, that it "
            "may be used for training and be part of this dataset; the signed receipt of each decision, and "
            "the proof that it is in the server's public log, are in it, too."
        ),
        "url": addresses.origin,
        "version": _version(facts),
        "citeAs": f"{facts.title}. {addresses.origin}",
        "license": _licence(facts, addresses),
        "inLanguage": facts.languages,
        "creator": {"@type": "sc:Organization", "name": facts.name, "url": addresses.origin},
        "publisher": {"@type": "sc:Organization", "name": facts.name, "url": addresses.origin},
        "datePublished": facts.totals.newest_consent or None,
        "isAccessibleForFree": True,
        "isLiveDataset": False,
        "keywords": ["fediverse", "consent", "social media"],
        "usageInfo": _offer(facts, addresses),
        "prov:wasGeneratedBy": {
            "@type": "prov:Activity",
            "prov:label": "Export of the posts whose authors allow it, by fediverse-node",
            "prov:used": {"@id": addresses.consent_log},
        },
        **_responsible(facts, addresses),
        "distribution": list(_distribution(facts, files)),
        "recordSet": [_records(facts), *pictured.record_sets(facts.totals.pictures)],
    }
    kept = {name: value for name, value in made.items() if value not in (None, [])}
    return (json.dumps(kept, ensure_ascii=False, indent=1) + "\n").encode()


def _version(facts: Facts) -> str:
    """The day of the newest decision; two releases of one day differ in their hashes."""
    year, month, day = (facts.totals.newest_consent[:10] or "0-0-0").split("-")
    return f"{int(year)}.{int(month)}.{int(day)}"


def _licence(facts: Facts, addresses: Addresses) -> str:
    return f"https://spdx.org/licenses/{facts.licence}.html" if facts.licence else addresses.terms


def _offer(facts: Facts, addresses: Addresses) -> JsonDict:
    """What is allowed to whoever takes the dataset, and what is asked of them (ODRL 2.2)."""
    action = f"{addresses.namespace}train-ai"
    return {
        "@type": "odrl:Offer",
        "@id": f"{addresses.terms}#dataset",
        "odrl:profile": {"@id": addresses.namespace},
        "odrl:assigner": {"@id": addresses.instance_actor},
        "odrl:permission": [
            {
                "@type": "odrl:Permission",
                "odrl:action": {"@id": action},
                "odrl:duty": [
                    {
                        "@type": "odrl:Duty",
                        "odrl:action": {"@id": "odrl:delete"},
                        "sc:description": "Drop each row whose consent was taken back; "
                        f"{addresses.consent_log}/revocations.jsonl lists them.",
                    }
                ],
            }
        ],
        "sc:url": [f"{addresses.terms}?version={each.id}" for each in facts.terms],
    }


def _responsible(facts: Facts, addresses: Addresses) -> JsonDict:
    totals = facts.totals
    return {
        "rai:dataCollection": (
            f"Posts written on {addresses.domain}. Each author decided about each post, in a control that "
            "nobody had ticked before; each decision has a signed receipt and a line in a public log."
        ),
        "rai:dataCollectionType": ["Others"],
        "rai:dataUseCases": ["Training", "Validation", "Testing"],
        "rai:personalSensitiveInformation": [_PERSONAL],
        "rai:dataReleaseMaintenancePlan": (
            "What is taken back is listed at once, and is in no later release. "
            f"{addresses.consent_log}/revocations.jsonl"
        ),
        "rai:dataLimitations": [
            "A trained model does not forget. That a text is its author's own is the author's word."
        ],
        "rai:dataBiases": [
            f"{totals.rows} posts of {totals.authors} people who chose to have them here: no sample."
        ],
        "rai:dataPreprocessingProtocol": [
            "Placeholders for personal data; quotations left out; repeated texts found and marked."
        ],
        "rai:dataManipulationProtocol": "Taken were posts of which all of this is true: "
        + "; ".join(facts.filters.words).replace("`", ""),
        "rai:dataImputationProtocol": (
            "Where an author declared no language, that of a detector, if it was sure."
            if facts.scored
            else "None."
        ),
    }


def _distribution(facts: Facts, files: Mapping[str, str]) -> Iterator[JsonDict]:
    for name in sorted(files):
        kind = name.rpartition(".")[2]
        yield {
            "@type": "cr:FileObject",
            "@id": name,
            "name": name,
            "contentUrl": name,
            "encodingFormat": _MEDIA[kind],
            "sha256": files[name],
        }
    if "parquet" in facts.formats:
        yield {
            "@type": "cr:FileSet",
            "@id": _SHARDS,
            "name": _SHARDS,
            "description": "The rows, as Parquet.",
            "encodingFormat": _MEDIA["parquet"],
            "includes": "data/train-*.parquet",
        }
    yield from pictured.file_sets(files)


def _records(facts: Facts) -> JsonDict:
    where = {"fileSet": {"@id": _SHARDS}} if "parquet" in facts.formats else {"fileObject": {"@id": _ROWS}}
    return {
        "@type": "cr:RecordSet",
        "@id": "posts",
        "name": "posts",
        "description": "One post each, in the order in which they were written.",
        "key": {"@id": "posts/id"},
        "field": [_field(column, where) for column in COLUMNS if column.kind in _KINDS],
    }


def _field(column: Column, where: JsonDict) -> JsonDict:
    made = {
        "@type": "cr:Field",
        "@id": f"posts/{column.name}",
        "name": column.name,
        "description": column.meaning,
        "dataType": _KINDS[column.kind],
        "source": {**where, "extract": {"column": column.name}},
    }
    return {**made, "repeated": True} if column.kind == "texts" else made
