"""Reading how a program describes itself to those whom it asks to be let in (FEP-d8c2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from fediverse_node.activitystreams import values
from fediverse_node.activitystreams.load import JsonDict
from fediverse_node.kernel.errors import NotValid

#: The vocabulary of `redirectURI`.
OAUTH: Final = "https://purl.archive.org/socialweb/oauth"
_REDIRECT: Final = ("redirectURI", "oauth:redirectURI", f"{OAUTH}#redirectURI")
_MAX_NAME: Final = 200
_MAX_SUMMARY: Final = 2_000
_MAX_REDIRECTS: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class AppDoc:
    """A program, by its own words.

    Attributes:
        name, summary: by language; under the empty one where none was given. May hold HTML.
        redirect_uris: as written.
    """

    id: str
    name: dict[str, str]
    summary: dict[str, str]
    redirect_uris: tuple[str, ...]


def read_app(document: JsonDict) -> AppDoc:
    """The program that *document* describes. Any type will do.

    Raises:
        NotValid: it has no id, or names nowhere that answers may go.
    """
    found = values.identifier(document)
    uris = tuple(uri for name in _REDIRECT for uri in values.links(document.get(name), _MAX_REDIRECTS))
    if found is None or not uris:
        raise NotValid("The document of this app has no “redirectURI”.")
    return AppDoc(
        id=found,
        name=_texts(document, "name", _MAX_NAME),
        summary=_texts(document, "summary", _MAX_SUMMARY),
        redirect_uris=uris,
    )


def _texts(document: JsonDict, name: str, limit: int) -> dict[str, str]:
    found: dict[str, str] = {}
    for node in values.nodes(document.get(f"{name}Map")):
        for language, each in node.items():
            text = values.filled(each, limit)
            if text is not None and len(language) <= 35:
                found[language.lower()] = text
    plain = values.filled(document.get(name), limit)
    return found | ({"": plain} if plain is not None else {})
