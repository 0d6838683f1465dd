"""The terms of our own namespace, as a JSON-LD context with their definitions.

Our documents carry them inline, so that nobody has to fetch this; it is here to be looked up.
"""

from __future__ import annotations

from typing import Final

from aiohttp import web

from fediverse_node.activitystreams import write
from fediverse_node.activitystreams.load import JsonDict
from fediverse_node.web.caching import Document, headers, respond
from fediverse_node.web.keys import ADDRESSES
from fediverse_node.web.vocabulary_words import TERMS

LD_JSON = "application/ld+json"
RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS: Final = "http://www.w3.org/2000/01/rdf-schema#"


def document(origin: str) -> JsonDict:
    """The context, and beside it what each of our terms means, in the languages of the pages."""
    terms = write.ai_terms(origin)
    return {
        "@context": {"rdf": RDF, "rdfs": RDFS, **terms},
        "@graph": [
            {
                "@id": write.address_of(terms[name], terms),
                "@type": "rdf:Property",
                "rdfs:label": name,
                "rdfs:comment": [
                    {"@language": language, "@value": text} for language, text in term.meaning.items()
                ],
            }
            for name, term in TERMS.items()
            if write.address_of(terms[name], terms).startswith(terms["aip"])
        ],
    }


async def namespace(request: web.Request) -> web.Response:
    """`/ns/ai-provenance` for machines."""
    context = document(request.app[ADDRESSES].origin)
    more = {"Access-Control-Allow-Origin": "*"}
    return respond(
        request,
        Document(body=write.dump(context), content_type=LD_JSON, headers=headers(vary="Accept", more=more)),
    )
