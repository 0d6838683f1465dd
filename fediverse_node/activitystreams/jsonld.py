"""JSON-LD for the unusual: documents that write ActivityStreams in a way the fast path cannot read.

The only door to PyLD. Contexts come from the package, never from the network; what needs another
one is refused. No RDF canonicalisation happens here: eight linked blank nodes cost minutes there.
It is slow (milliseconds to half a second) and belongs in a thread.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from fediverse_node.activitystreams.load import MAX_INBOX_BODY, JsonDict
from fediverse_node.activitystreams.shape import check_shape
from fediverse_node.activitystreams.vocabulary import AS2
from fediverse_node.activitystreams.write import actor_context, note_context
from fediverse_node.kernel.errors import NotValid, TooLarge

if TYPE_CHECKING:
    from pyld.documentloader.frozen import FrozenDocumentLoader

_CONTEXT_FOLDER = Path(__file__).parent / "contexts"
#: Contexts that we carry besides PyLD's own: the terms that matter here, in our words.
_OUR_CONTEXTS: Final = {
    "https://www.w3.org/ns/cid/v1": "cid-v1.json",
    "https://w3id.org/security/multikey/v1": "multikey-v1.json",
    "https://w3id.org/security/data-integrity/v1": "data-integrity-v1.json",
    "https://w3id.org/security/data-integrity/v2": "data-integrity-v2.json",
    "https://gotosocial.org/ns": "gotosocial-ns.json",
    "http://joinmastodon.org/ns": "joinmastodon-ns.json",
    "https://join-lemmy.org/context.json": "join-lemmy.json",
    "https://purl.archive.org/socialweb/webfinger": "webfinger.json",
}
_UNUSUAL_PREFIXES = ("as:", f"{AS2}#", "@id", "@type")
_NEVER_AN_ORIGIN = "https://ai-provenance.invalid"


def needs_normalising(document: JsonDict) -> bool:
    """Whether *document*, or the object in it, writes its core terms as the fast path cannot read.

    That is: prefixed (`as:type`), in full, or by keyword (`@id`), where the plain name is missing.
    """
    embedded = document.get("object")
    return _is_unusual(document) or (type(embedded) is dict and _is_unusual(embedded))


def _is_unusual(node: JsonDict) -> bool:
    if "type" in node and ("id" in node or "actor" in node):
        return False
    return any(name.startswith(_UNUSUAL_PREFIXES) for name in node)


def normalise(document: JsonDict) -> JsonDict:
    """*document* rewritten into the plain terms that our readers know.

    The same input gives the same output. Terms without a meaning in a context that we carry are
    dropped, as JSON-LD says.

    Raises:
        NotValid: refused by `check_shape`, not JSON-LD, or in need of a context we do not carry.
        TooLarge: more than `MAX_INBOX_BODY` when written out.
    """
    check_shape(document)
    if len(msgspec.json.encode(document)) > MAX_INBOX_BODY:
        raise TooLarge("The document is too large to be normalised.")
    result = _compact(document)
    result.pop("@context", None)
    check_shape(result)
    return result


def expand(document: JsonDict) -> list[Any]:
    """What *document* means, in full addresses. For documents whose contexts we carry.

    Raises:
        NotValid: not JSON-LD, or in need of a context we do not carry.
    """
    from pyld import jsonld  # noqa: PLC0415 - 40 ms to load, and most nodes never need it

    try:
        expanded: list[Any] = jsonld.expand(document, {"documentLoader": _loader()})
    except (jsonld.JsonLdError, RecursionError) as error:
        raise _refusal(error) from error
    return expanded


def _compact(document: JsonDict) -> JsonDict:
    from pyld import jsonld  # noqa: PLC0415 - as in `expand`

    try:
        compacted: JsonDict = jsonld.compact(
            document, _target_context(), {"documentLoader": _loader(), "compactArrays": True}
        )
    except (jsonld.JsonLdError, RecursionError) as error:
        raise _refusal(error) from error
    return compacted


def _refusal(error: Exception) -> NotValid:
    return NotValid("The document is not JSON-LD that we can read.", detail=str(error)[:300])


@cache
def _target_context() -> list[Any]:
    terms = actor_context(_NEVER_AN_ORIGIN)[-1] | note_context(_NEVER_AN_ORIGIN)[-1]
    return [*actor_context(_NEVER_AN_ORIGIN)[:-1], terms]


@cache
def _loader() -> FrozenDocumentLoader:
    from pyld.documentloader.frozen import (  # noqa: PLC0415 - as in `expand`
        BUNDLED_CONTEXTS,
        FrozenDocumentLoader,
    )

    ours = {address: _CONTEXT_FOLDER / name for address, name in _OUR_CONTEXTS.items()}
    return FrozenDocumentLoader(documents=dict(BUNDLED_CONTEXTS, **ours))
