"""Refusing documents that mean one thing as JSON and another as JSON-LD.

We read known shapes as plain JSON. A sender who can make a JSON-LD processor see another activity
in the same bytes (by a `@graph` wrapper, a keyword under another name, or a context that turns
`attributedTo` into `actor`) could have one peer verify what another peer does not process:
CVE-2022-24307, CVE-2026-42462, CVE-2026-46349. Such documents are refused before anything is read.
Nothing here fetches a context. Terms of contexts that we do not know are simply not read.
"""

from __future__ import annotations

from typing import Any, Final

from fediverse_node.activitystreams.load import JsonDict, load_json
from fediverse_node.activitystreams.vocabulary import ACTIVITY_TYPES, ACTOR_TYPES, AS2, PUBLIC
from fediverse_node.kernel.errors import NotValid

_AS = f"{AS2}#"
_SEC = "https://w3id.org/security#"
_LDP = "http://www.w3.org/ns/ldp#"

_AS_TERMS = (
    "actor", "object", "attributedTo", "to", "cc", "bto", "bcc", "audience", "target", "origin",
    "result", "instrument", "inReplyTo", "outbox", "followers", "following", "endpoints",
    "sharedInbox", "alsoKnownAs", "movedTo",
)  # fmt: skip
_SEC_TERMS = (
    "publicKey", "owner", "publicKeyPem", "controller", "publicKeyMultibase", "assertionMethod",
    "proof", "signature",
)  # fmt: skip

#: Terms whose meaning decides who did what: no context of a peer may give them another one.
PROTECTED: Final[dict[str, str]] = (
    {"id": "@id", "type": "@type", "inbox": f"{_LDP}inbox", "as": _AS, "sec": _SEC, "Public": PUBLIC}
    | {term: _AS + term for term in _AS_TERMS}
    | {term: _SEC + term for term in _SEC_TERMS}
    # The names of QuoteRequest, EmojiReact and Lock belong to other vocabularies.
    | {name: _AS + name for name in (ACTOR_TYPES | ACTIVITY_TYPES) - {"QuoteRequest", "EmojiReact", "Lock"}}
)
_PREFIXES = {"as": _AS, "sec": _SEC, "ldp": _LDP}

# Keywords that a node of the body may use, of a context, and of one term in it.
_BODY_KEYWORDS = frozenset({"@context", "@id", "@type", "@value", "@language", "@direction", "@list", "@set"})
_CONTEXT_KEYWORDS = frozenset({"@version", "@vocab", "@base", "@language", "@direction", "@protected"})
_TERM_KEYWORDS = frozenset(
    {"@id", "@type", "@container", "@language", "@direction", "@prefix", "@protected", "@index"}
)
_CONTAINERS = frozenset({"@list", "@set", "@language", "@index"})
_COERCIONS = frozenset({None, "@id", "@vocab", "@none"})
# AS2's own definitions of these are absent from or differ in the security vocabularies.
_SYNONYMS = {
    "controller": {f"{_SEC}controller", "https://www.w3.org/ns/cid#controller"},
    "owner": {f"{_SEC}owner"},
}
#: A context that defines more terms than this is not a vocabulary but a load test.
MAX_TERMS: Final = 1_000


def load_document(raw: bytes, *, limit: int) -> JsonDict:
    """`load_json`, then `check_shape`: the way in for every ActivityPub document.

    Raises:
        NotValid, TooLarge: see both.
    """
    document = load_json(raw, limit=limit)
    check_shape(document)
    return document


def check_shape(document: JsonDict) -> None:
    """Refuse what JSON-LD would read differently from plain JSON.

    Raises:
        NotValid: `@graph`, `@included`, `@reverse`, `@nest` or another keyword out of place; a
            context that is null, is given another name for a keyword, scopes or imports others, or
            gives a term of `PROTECTED` another meaning. Repeating the right meaning is fine
            (Mastodon repeats `movedTo` and `alsoKnownAs`).
    """
    pending: list[Any] = [document]
    while pending:
        node = pending.pop()
        if type(node) is list:
            pending.extend(child for child in node if type(child) in (dict, list))
        else:
            _check_node(node, pending)


def _check_node(node: JsonDict, pending: list[Any]) -> None:
    for key, value in node.items():
        if key.startswith("@"):
            if key not in _BODY_KEYWORDS:
                raise NotValid(f"“{key[:40]}” is not accepted here.")
            if key == "@context":
                _check_context(value)
                continue
            if key == "@value":  # a literal, never read as a node, whatever it holds
                continue
        if type(value) in (dict, list):
            pending.append(value)
    _check_double_names(node)


def _check_double_names(node: JsonDict) -> None:
    for keyword, name in (("@id", "id"), ("@type", "type")):
        if keyword in node and name in node and node[keyword] != node[name]:
            raise NotValid(f"“{keyword}” and “{name}” say different things.")


def _check_context(context: Any) -> None:
    for entry in context if type(context) is list else [context]:
        if type(entry) is dict:
            _check_terms(entry)
        elif type(entry) is not str:
            raise NotValid("“@context” must be addresses and term definitions.")


def _check_terms(terms: JsonDict) -> None:
    if len(terms) > MAX_TERMS:
        raise NotValid("“@context” defines too many terms.")
    for term, definition in terms.items():
        if term.startswith("@"):
            if term not in _CONTEXT_KEYWORDS:
                raise NotValid(f"“{term[:40]}” is not accepted in “@context”.")
            continue
        meaning = _meaning(term, definition)
        if meaning is not None and meaning.startswith("@") and PROTECTED.get(term) != meaning:
            raise NotValid(f"“{term[:40]}” may not be another name for “{meaning[:40]}”.")
        if term in PROTECTED:
            _check_protected(term, definition, meaning, terms)


def _meaning(term: str, definition: Any) -> str | None:
    """What *term* is mapped to, as written; None when to nothing."""
    if definition is None or isinstance(definition, str):
        return definition
    if type(definition) is not dict:
        raise NotValid(f"“@context” defines “{term[:40]}” in a way that is not JSON-LD.")
    for key, value in definition.items():
        # Keys without @ are what Pixelfed writes by mistake; JSON-LD ignores or refuses them.
        if key.startswith("@") and key not in _TERM_KEYWORDS:
            raise NotValid(f"“{key[:40]}” is not accepted in the definition of “{term[:40]}”.")
        if key == "@container" and not _is_plain_container(value):
            raise NotValid(f"The “@container” of “{term[:40]}” is not accepted.")
    identifier = definition.get("@id")
    if identifier is not None and not isinstance(identifier, str):
        raise NotValid(f"“@context” defines “{term[:40]}” in a way that is not JSON-LD.")
    return identifier


def _is_plain_container(value: Any) -> bool:
    names = value if type(value) is list else [value]
    return all(name is None or (isinstance(name, str) and name in _CONTAINERS) for name in names)


def _check_protected(term: str, definition: Any, meaning: str | None, terms: JsonDict) -> None:
    allowed = _SYNONYMS.get(term, {PROTECTED[term]})
    if meaning is None or _expand(meaning, terms) not in allowed:
        raise NotValid(f"“@context” gives “{term}” another meaning.")
    coercion = definition.get("@type") if type(definition) is dict else None
    if not (coercion is None or isinstance(coercion, str)) or coercion not in _COERCIONS:
        raise NotValid(f"“@context” gives “{term}” another type.")


def _expand(name: str, terms: JsonDict) -> str:
    """*name* with its prefix written out; `as`, `sec` and `ldp` are known without being defined."""
    prefix, colon, rest = name.partition(":")
    if not colon or rest.startswith("//"):
        return name
    defined = terms.get(prefix)
    if type(defined) is dict:
        defined = defined.get("@id")
    base = defined if isinstance(defined, str) else _PREFIXES.get(prefix)
    return name if base is None else base + rest
